// A list's times are made with a memory of the row before; the words must not be that row's.

import Foundation
import Testing
import Time

@testable import Web

@Suite("Times of a list")
struct TimeColumnTests {
    @Test("Each row's time reads as it would alone, whatever stands above it", arguments: Language.allCases)
    func rows(_ language: Language) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
        let locales = try Locales.load(folder: root + "/Locales")
        let now = try #require(Timestamp(iso8601: "2026-11-22T13:05:09Z"))
        let times = Times(zone: .utc, translation: locales[language], now: now)
        var column = TimeColumn(times)
        for seconds in [
            0, 1, -1, -1, -2, 59, -59, 60, -60, -61, -120, 3599, 3600, -3600, -7200, -60 * 60 * 24, -60 * 60 * 24 - 5, 86400 * 2,
            -86400 * 2,
        ] {
            let time = now + .seconds(seconds)
            let (view, alone) = (column.view(time), times.view(time))
            #expect(view.relative == alone.relative && view.text == alone.text && view.time == alone.time, "\(seconds) s")
        }
    }
}
