// Wrong passwords and wrong keys leave a trace, and a flood of them leaves a bounded one.

import Database
import Features
import Foundation
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Time
import Web

@Suite("Those who were not let in")
struct RefusedEntriesTests {
    private let test: TestApp

    init() throws {
        test = try TestApp()
    }

    private func rows() throws -> [String] {
        try test.site.database.read { connection in
            try connection.rows(
                """
                SELECT kind || ' ' || subject || ' ' || address || ' ' || COALESCE(account_id, '-') || ' ' || times
                FROM refused_entries ORDER BY hour, kind, subject, address
                """
            ) { try $0.next(String.self) }
        }
    }

    private func settings(_ slug: String, key: String?) -> Int { test.call(.get, "/api/v1/accounts/\(slug)/settings", key: key).status }

    @Test("Each wrong password, key and present password is counted, by what is known to us: typed text may be a password")
    func kinds() throws {
        let browser = try test.browser()
        for _ in 0..<3 { _ = browser.signIn(test.alice.email, "a wrong guess") }
        _ = browser.signIn("my secret password", "alice@acme.example")
        for key in ["hsk_wrong", "nothing", nil] { #expect(settings("acme", key: key) == 401) }
        #expect(settings("no-such-account", key: "hsk_secret") == 401)
        let new = "a new battery staple"
        let alice = try test.browser(test.alice)
        _ = alice.post("/password", [("current_password", "not it"), ("new_password", new), ("new_password_again", new)])
        test.site.refused.flush()
        let (acme, alices) = (test.acme.stored, test.alice.email)
        #expect(
            try rows() == [
                "key  127.0.0.1 - 1", "key acme 127.0.0.1 \(acme) 3", "password \(alices) 127.0.0.1 \(acme) 1", "sign_in  127.0.0.1 - 1",
                "sign_in \(alices) 127.0.0.1 \(acme) 3",
            ])
        // Who gets in is in the change log, and not here.
        let key = try test.key(of: test.acme)
        #expect(browser.signIn(test.alice.email).status == 303 && settings("acme", key: key) == 200)
        #expect(try rows().count == 5)
    }

    @Test("A flood of wrong keys from everywhere is a few rows an hour and far fewer writes, and its number is right")
    func flood() throws {
        let before = test.site.database.statementCount
        for index in 0..<2000 {
            test.site.refused.record(.init(.key, of: "acme", in: test.acme, from: "198.51.100.\(index % 200)"), requestID: "-")
        }
        #expect(test.site.database.statementCount - before < 2000)
        test.site.refused.flush()
        #expect(try rows().count <= RefusedEntries.maximumRowsAnHour)
        func total() throws -> Int? { try test.site.database.read { try $0.value("SELECT SUM(times) FROM refused_entries") } }
        #expect(try total() == 2000)
        // The next hour has rows of its own, and what was counted in the last one is not lost with it.
        for _ in 0..<3 { test.site.refused.record(.init(.key, of: "acme", in: test.acme, from: "198.51.100.1"), requestID: "-") }
        test.clock.advance(by: .seconds(3600))
        test.site.refused.record(.init(.key, of: "acme", in: test.acme, from: "198.51.100.1"), requestID: "-")
        #expect(try total() == 2004)
        #expect(try test.site.database.read { try $0.value("SELECT COUNT(DISTINCT hour) FROM refused_entries", as: Int.self) } == 2)
    }

    @Test("What was counted is written down when the process ends")
    func stopping() throws {
        let folder = NSTemporaryDirectory() + "hookswitch-test-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func run<Value>(_ body: (Site) throws -> Value) throws -> Value {
            let application = try TestApp.empty(folder: folder, clock: test.clock.clock)
            defer { application.stop(within: .seconds(1)) }
            return try body(application.app.site)
        }
        try run { site in
            for _ in 0..<7 { site.refused.record(.init(.key, of: "", in: nil, from: "198.51.100.1"), requestID: "-") }
        }
        let times = try run { site in try site.database.read { try $0.value("SELECT SUM(times) FROM refused_entries", as: Int.self) } }
        #expect(times == 7)
    }

    @Test("They are kept for three months")
    func retention() throws {
        test.site.refused.record(.init(.key, of: "acme", in: test.acme, from: "198.51.100.1"), requestID: "-")
        test.clock.advance(by: .seconds(90 * 86400))
        test.site.refused.record(.init(.key, of: "acme", in: test.acme, from: "198.51.100.1"), requestID: "-")
        try test.runJob("records")
        #expect(try rows().count == 2)
        test.clock.advance(by: .seconds(3 * 86400))
        try test.runJob("records")
        #expect(try rows().count == 1)
    }
}
