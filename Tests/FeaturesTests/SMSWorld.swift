// Acme with a provider of SMS on loopback, which answers as a test says.

import Database
import Features
import Foundation
import HTTP
import TestSupport
import Testing
import Web

@testable import Features

struct SMSWorld {
    static let path = "/settings/sms"

    let test: TestApp
    let alice: Browser

    init() throws {
        test = try TestApp()
        alice = try test.browser(test.alice)
    }

    /// Saves the form over what is stored.
    @discardableResult
    func save(_ fields: [(String, String)], by browser: Browser? = nil) throws -> Browser.Page {
        (browser ?? alice).post(Self.path, [("version", String(try settings.version))] + fields)
    }

    var settings: SMSSettings {
        get throws { try test.site.database.read { try SMSStore(vault: self.test.app.vault).settings(of: self.test.acme, on: $0) } }
    }

    /// Sends a test, and gives the page that says how it went.
    func result(to number: String = "06 12 34 56 78", _ text: String = "Hello") throws -> Browser.Page {
        let sent = alice.post(Self.path + "/test", [("to", number), ("text", text)])
        #expect(sent.status == 303)
        return alice.get(try #require(sent.location))
    }

    /// Bob, with these rights.
    func bob(_ rights: Set<Right>) throws -> Browser {
        try test.site.database.write { connection in
            try connection.execute("UPDATE roles SET rights = \(rights.stored) WHERE account_id = \(self.test.acme) AND preset = 'user'")
        }
        return try test.browser(test.bob)
    }

    func count(_ table: SQL) throws -> Int { try test.site.database.read { try $0.value("SELECT COUNT(*) FROM \(table)") ?? 0 } }

    func audited(_ action: String) throws -> Int {
        try test.site.database.read { try $0.value("SELECT COUNT(*) FROM audit WHERE action = \(action)") ?? 0 }
    }
}
