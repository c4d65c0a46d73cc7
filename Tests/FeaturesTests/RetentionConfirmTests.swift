// Who confirms a deletion confirms its figures: a number that has changed by a lot is shown again, beside what was confirmed.

import Database
import Foundation
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("A deletion that was confirmed")
struct RetentionConfirmTests {
    private static let path = "/settings/retention/purge"

    private func fields(_ page: Browser.Page) -> [(String, String)] { page.hiddenInputs.filter { $0.0 != "csrf" } }

    private static let shorter =
        [("recordings", "days"), ("recordings_days", "30"), ("version", "0")]
        + MediaKind.allCases.dropFirst().map { ($0.rawValue, "unlimited") }

    private func savedDays(_ test: TestApp) throws -> Int? {
        try test.site.database.read { try $0.value("SELECT days FROM retention_policies WHERE account_id = \(test.acme)") }
    }

    @Test("Purge now asks again when much more would go than was confirmed, with both figures, and deletes once the new ones are confirmed")
    func grown() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        for _ in 0..<20 { try test.addMedia(days: 31, bytes: 100) }
        let alice = try test.browser(test.alice)
        let first = alice.get(Self.path)
        for _ in 0..<11 { try test.addMedia(days: 40, bytes: 100) }
        test.clock.advance(by: .seconds(1))
        let again = alice.post(Self.path, fields(first))
        #expect(again.status == 200 && again.text.contains("The figures have changed"))
        #expect(again.text.contains("20 items, 2\u{00A0}KB") && again.text.contains("31 items, 3.1\u{00A0}KB"))
        #expect(again.text.contains("nothing has been deleted") && again.text.contains("Delete 31 items"))
        #expect(try test.media().rows.count == 31)
        test.clock.advance(by: .seconds(1))
        #expect(alice.post(Self.path, fields(again)).location == "/settings/retention")
        #expect(try test.media().rows.isEmpty)
        #expect(try test.deletions().map(\.items) == [31])
    }

    @Test("It asks again when much less would go, as when somebody has put most of it under hold")
    func shrunk() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        for _ in 0..<40 { try test.addMedia(days: 31) }
        let alice = try test.browser(test.alice)
        let first = alice.get(Self.path)
        try test.site.database.write {
            _ = try $0.execute("UPDATE media_files SET is_held = 1 WHERE id IN (SELECT id FROM media_files LIMIT 15)")
        }
        test.clock.advance(by: .seconds(1))
        let again = alice.post(Self.path, fields(first))
        #expect(again.text.contains("40 items, 400\u{00A0}B") && again.text.contains("25 items, 250\u{00A0}B"))
        #expect(try test.media().rows.count == 40)
    }

    @Test("Something where nothing was to go is always asked about; a few among many are not")
    func little() throws {
        let test = try TestApp()
        try test.setPolicy(days: 30)
        try test.setPolicy(.voiceMailbox, days: 30)
        for _ in 0..<120 { try test.addMedia(days: 31) }
        let alice = try test.browser(test.alice)
        let first = alice.get(Self.path)
        for _ in 0..<12 { try test.addMedia(days: 31) }
        let message = try test.addMedia(.voiceMailbox, days: 31)
        test.clock.advance(by: .seconds(1))
        let again = alice.post(Self.path, fields(first))
        #expect(again.text.contains("The figures have changed") && again.text.contains("nothing</td>"))
        #expect(!again.text.contains("120 items"), "of the recordings no more than a tenth")
        try test.site.database.write { _ = try $0.execute("DELETE FROM media_files WHERE id = \(message.id)") }
        #expect(alice.post(Self.path, fields(first)).location == "/settings/retention")
        #expect(try test.deletions().map(\.items) == [132])
    }

    @Test("A shorter policy is saved by the figures that were shown, and asked about again when they have changed by a lot")
    func policy() throws {
        let test = try TestApp()
        for _ in 0..<20 { try test.addMedia(days: 31, bytes: 1000) }
        let alice = try test.browser(test.alice)
        let first = alice.post("/settings/retention", Self.shorter)
        #expect(first.status == 200 && !first.text.contains("The figures have changed"))
        for _ in 0..<20 { try test.addMedia(days: 31, bytes: 1000) }
        let again = alice.post("/settings/retention", fields(first))
        #expect(again.status == 200 && again.text.contains("nothing has been saved"))
        #expect(again.text.contains("20 items, 20\u{00A0}KB") && again.text.contains("40 items, 40\u{00A0}KB"))
        #expect(try savedDays(test) == nil)
        #expect(alice.post("/settings/retention", fields(again)).status == 303)
        #expect(try savedDays(test) == 30)
    }

    @Test(
        "Figures of the same days that were shown too long ago, to somebody else, or for a purge save no shorter policy",
        arguments: [0, 1, 2])
    func otherFigures(_ how: Int) throws {
        let test = try TestApp()
        try test.addMedia(days: 31)
        var alice = try test.browser(test.alice)
        let asker = how == 1 ? try test.browser(test.olivia, account: test.acme) : alice
        var sent = fields(asker.post("/settings/retention", Self.shorter))
        if how == 0 {
            test.clock.advance(by: .seconds(3601))
            alice = try test.browser(test.alice)
        }
        if how == 2 { sent = sent.map { $0.0 == "figures" ? ("figures", alice.get(Self.path).hidden("figures") ?? "") : $0 } }
        let again = alice.post("/settings/retention", sent)
        #expect(again.status == 200 && again.text.contains("too old, or were shown for other values"))
        #expect(try savedDays(test) == nil)
        #expect(alice.post("/settings/retention", fields(again)).status == 303)
        #expect(try savedDays(test) == 30)
    }

    @Test("What is due sums up to the same in parts of any size, whatever falls into one moment")
    func parts() throws {
        let test = try TestApp()
        var policy = RetentionPolicy()
        policy.days = [.recordings: 30, .voiceMailbox: 1]
        let now = test.clock.clock.now()
        for index in 0..<60 {
            let isHeld = index % 7 == 0
            try test.addMedia(days: 31 + index % 4, bytes: index, isHeld: isHeld, connector: index % 3 == 0 ? "Archive" : nil)
        }
        try test.addMedia(days: 29)
        try test.addMedia(.voiceMailbox, days: 2)
        try test.site.database.read { connection in
            let whole = try PurgeFigures.due(of: test.acme, under: policy, asOf: now) { try $0(connection) }
            #expect(whole[.recordings]?.items == 51 && whole[.recordings]?.held == 9 && whole[.voiceMailbox]?.items == 1)
            for size in [1, 2, 7, 13, 51, 52] {
                let parts = try PurgeFigures.due(of: test.acme, under: policy, asOf: now, inPartsOf: size) { try $0(connection) }
                #expect(parts == whole, "\(size)")
            }
        }
    }

    @Test("The page counts to ten thousand of a kind, and says that there are more")
    func many() throws {
        let test = try TestApp()
        let (acme, ids) = (test.acme, test.site.ids)
        let now = test.clock.clock.now()
        try test.site.database.write { connection in
            for _ in 0..<10_001 {
                try connection.execute(
                    """
                    INSERT INTO media_files (id, account_id, kind, extension, bytes, recorded_at, created_at)
                    VALUES (\(ids.next(MediaFile.self)), \(acme), 'recordings', 'wav', 1, \(now), \(now))
                    """)
            }
        }
        let alice = try test.browser(test.alice)
        #expect(
            alice.get("/settings/retention").text.contains("Stored now: more than 10,000 items. Oldest: 22 Nov 2026. Under legal hold: 0."))
        try test.site.database.write { _ = try $0.execute("DELETE FROM media_files WHERE id = (SELECT MIN(id) FROM media_files)") }
        #expect(alice.get("/settings/retention").text.contains("Stored now: 10,000 items, 10\u{00A0}KB."))
    }
}
