// An account whose people are made and changed on its pages, with a relay that takes their letters.

import Database
import Features
import Foundation
import HTTP
import HTTPTypes
import Mail
import TestSupport
import Testing
import Time
import Web

protocol UsersWorld {
    var test: TestApp { get }
    var relay: ScriptedRelay { get }
}

extension UsersWorld {
    static func made() throws -> (test: TestApp, relay: ScriptedRelay) {
        let relay = try ScriptedRelay()
        let test = try TestApp { installation in
            installation.relay = try? MailRelay(relay.url)
            installation.mailPace.interval = .milliseconds(1)
        }
        try test.app.mailer.start()
        return (test, relay)
    }

    func role(_ name: String, of account: ID<Account>? = nil) throws -> String {
        let id = try test.site.database.read {
            try $0.value(
                "SELECT id FROM roles WHERE account_id = \(account ?? test.acme) AND (preset = \(name) OR name = \(name))",
                as: ID<RoleRow>.self)
        }
        return try #require(id).description
    }

    func user(_ email: String) throws -> ID<User>? {
        try test.site.database.read { try $0.value("SELECT id FROM users WHERE email = \(email)") }
    }

    /// Fills in the form at `address` and sends it.
    func submit(_ fields: [(String, String)], at address: String, to path: String, by browser: Browser) -> Browser.Page {
        browser.post(path, browser.get(address).hiddenInputs + fields)
    }

    func add(_ email: String, role name: String = "user", called: String = "Ana Lima", by browser: Browser) throws -> Browser.Page {
        submit([("name", called), ("email", email), ("role", try role(name))], at: "/users/new", to: "/users", by: browser)
    }

    /// The path of the link in the n-th letter.
    func link(inLetter number: Int) throws -> String {
        let end = Date(timeIntervalSinceNow: 20)
        // Among them may be one with a notice.
        func links() -> [String] {
            relay.taken.map { $0.data.replacing("=\n", with: "").replacing("=3D", with: "=") }.compactMap { letter in
                letter.firstMatch(of: /\/password\/link\?code=[0-9a-f]{64}/).map { String($0.output) }
            }
        }
        while links().count <= number, Date() < end { usleep(2000) }
        return try #require(links().dropFirst(number).first)
    }
}
