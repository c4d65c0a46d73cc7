// Times, figures, sizes and telephone numbers, as each language and zone writes them.

import Foundation
import HTTPTypes
import Testing
import Time
import Web

@Suite("Formatting")
struct FormattingTests {
    private let locales: Locales
    private let now: Timestamp

    init() throws {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
        locales = try Locales.load(folder: "\(package)/Locales")
        now = try #require(Timestamp(iso8601: "2026-11-22T13:05:09Z"))
    }

    private func times(_ zone: String, _ language: Language = .english) throws -> Times {
        Times(zone: try #require(Zone(identifier: zone)), translation: locales[language], now: now)
    }

    @Test(
        "A time is shown in the reader's zone and language, with its offset",
        arguments: [
            ("Europe/Paris", Language.english, "22 Nov 2026, 14:05:09 +01:00"),
            ("Europe/Paris", .french, "22 nov. 2026, 14:05:09 +01:00"),
            ("Asia/Kolkata", .english, "22 Nov 2026, 18:35:09 +05:30"),
            ("America/St_Johns", .english, "22 Nov 2026, 09:35:09 -03:30"),
            ("Pacific/Kiritimati", .english, "23 Nov 2026, 03:05:09 +14:00"),
            ("UTC", .english, "22 Nov 2026, 13:05:09 +00:00"),
        ])
    func text(zone: String, language: Language, words: String) throws {
        #expect(try times(zone, language).text(now) == words)
    }

    @Test("In a sentence a time has no seconds; for programs it is ISO 8601, with the offset in both")
    func sentence() throws {
        let night = try #require(Timestamp(iso8601: "2026-11-25T02:15:00Z"))
        #expect(try times("Europe/Paris").inSentence(night) == "25 Nov 2026 at 03:15 (+01:00)")
        #expect(try times("Europe/Paris", .french).inSentence(night) == "25 nov. 2026 à 03:15 (+01:00)")
        #expect(try times("Europe/Paris").iso8601(night) == "2026-11-25T03:15:00+01:00")
        #expect(try times("America/St_Johns").iso8601(night) == "2026-11-24T22:45:00-03:30")
    }

    @Test("An hour that comes twice is told apart by its offset")
    func overlap() throws {
        let paris = try times("Europe/Paris")
        let first = try #require(Timestamp(iso8601: "2026-10-25T00:30:00Z"))
        #expect(paris.text(first) == "25 Oct 2026, 02:30:00 +02:00")
        #expect(paris.text(first + .seconds(3600)) == "25 Oct 2026, 02:30:00 +01:00")
    }

    @Test(
        "How long ago is said in the largest whole unit, the future as such",
        arguments: [
            (0, "0 seconds ago"), (-59, "59 seconds ago"), (-60, "1 minute ago"), (-7199, "1 hour ago"), (-86400, "1 day ago"),
            (90, "in 1 minute"),
        ])
    func relative(seconds: Int, words: String) throws {
        #expect(try times("UTC").relative(now + .seconds(seconds)) == words)
    }

    @Test(
        "A badge has the hour today, the day with it otherwise, and the date alone when it is long ago",
        arguments: [
            ("2026-11-22T20:12:00Z", "21:12", "21:12"), ("2026-11-22T23:30:00Z", "23 Nov, 00:30", "23 nov., 00:30"),
            ("2026-01-02T09:00:00Z", "2 Jan 2026", "2 janv. 2026"),
        ])
    func brief(time: String, english: String, french: String) throws {
        let time = try #require(Timestamp(iso8601: time))
        #expect(try times("Europe/Paris").brief(time) == english)
        #expect(try times("Europe/Paris", .french).brief(time) == french)
    }

    @Test("A day begins where the reader is")
    func day() throws {
        let late = try #require(Timestamp(iso8601: "2026-11-22T23:30:00Z"))
        #expect(try times("UTC").date(late) == "22 Nov 2026")
        #expect(try times("Europe/Paris").date(late) == "23 Nov 2026")
    }

    @Test(
        "Figures are grouped as the language does",
        arguments: [
            (0, "0", "0"), (999, "999", "999"), (1204, "1,204", "1\u{202F}204"), (-1_234_567, "-1,234,567", "-1\u{202F}234\u{202F}567"),
            (Int.min, "-9,223,372,036,854,775,808", "-9\u{202F}223\u{202F}372\u{202F}036\u{202F}854\u{202F}775\u{202F}808"),
        ])
    func numbers(number: Int, english: String, french: String) {
        #expect(Numbers(language: .english).text(number) == english)
        #expect(Numbers(language: .french).text(number) == french)
    }

    @Test(
        "Sizes are in the unit that keeps them short",
        arguments: [
            (0, "0 B", "0 o"), (999, "999 B", "999 o"), (1000, "1 KB", "1 ko"), (1_500_000, "1.5 MB", "1,5 Mo"),
            (2_000_000_000, "2 GB", "2 Go"), (123_456_789, "123 MB", "123 Mo"), (999_600, "1 MB", "1 Mo"),
        ])
    func bytes(count: Int, english: String, french: String) {
        #expect(Numbers(language: .english).bytes(count).replacing("\u{00A0}", with: " ") == english)
        #expect(Numbers(language: .french).bytes(count).replacing("\u{00A0}", with: " ") == french)
    }

    @Test(
        "Durations are in milliseconds up to a second",
        arguments: [(1500, "1.5 ms", "1,5 ms"), (85_000, "85 ms", "85 ms"), (2_340_000, "2.3 s", "2,3 s")])
    func durations(microseconds: Int, english: String, french: String) {
        #expect(Numbers(language: .english).duration(microseconds: microseconds).replacing("\u{00A0}", with: " ") == english)
        #expect(Numbers(language: .french).duration(microseconds: microseconds).replacing("\u{00A0}", with: " ") == french)
    }
}
