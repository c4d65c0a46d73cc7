// People with a second factor, for the tests of it: what an authenticator app would show them, and the pages that they fill in.

import Database
import Foundation
import TestSupport
import Testing
import Time
import Web

@testable import Features

struct FactorWorld {
    let test: TestApp

    init(with change: (inout Installation) throws -> Void = { _ in }) throws {
        test = try TestApp(with: change)
    }

    func credentials(_ user: ID<User>) throws -> Credentials {
        try #require(try test.site.database.read { try SignInStore(clock: test.site.clock).credentials(of: user, on: $0) })
    }

    /// As if they had set it up long ago.
    @discardableResult
    func turnOn(_ user: ID<User>) throws -> FactorDraft {
        let draft = FactorDraft.complete()
        let credentials = try credentials(user)
        try test.site.database.write { try FactorStore(test.site).turnOn(draft, confirmedBy: 0, for: credentials, on: $0) }
        return draft
    }

    func factor(of user: ID<User>) throws -> Factor? {
        try test.site.database.read { try FactorStore(test.site).factor(of: user, on: $0) }
    }

    /// What the app shows, on a device whose clock is so far off.
    func code(_ draft: FactorDraft, off: Duration = .zero) -> String { code(draft.secretBytes, off: off) }

    func code(_ secret: [UInt8], off: Duration = .zero) -> String {
        TOTP.code(of: secret, step: TOTP.step(at: test.clock.clock.now() + off))
    }

    /// The secret that a page shows, read as an app does.
    func secret(in page: Browser.Page) throws -> [UInt8] {
        let found = try #require(page.text.firstMatch(of: /otpauth:\/\/totp\/[^"]*?secret=([A-Z2-7]+)/))
        return Self.decoded(String(found.output.1))
    }

    static func decoded(_ base32: String) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        let bits = base32.flatMap { letter in
            let value = alphabet.firstIndex(of: letter) ?? 0
            return (0..<5).map { value >> (4 - $0) & 1 }
        }
        return (0..<bits.count / 8).map { byte in bits[byte * 8..<byte * 8 + 8].reduce(UInt8(0)) { $0 << 1 | UInt8($1) } }
    }

    /// The recovery codes that a page shows.
    func codes(in page: Browser.Page) -> [String] {
        guard let found = page.text.firstMatch(of: /<code id="recovery-codes">([^<]*)</) else { return [] }
        return found.output.1.split(separator: "\n").map(String.init)
    }

    /// Fills in what is at `path` and sends it.
    func submit(_ fields: [(String, String)], at path: String, by browser: Browser) -> Browser.Page {
        browser.post(path, browser.get(path).hiddenInputs + fields)
    }

    /// Answers the page that asks for a code.
    func enter(_ code: String, on page: Browser.Page, in browser: Browser) -> Browser.Page {
        browser.post("/sign-in/code", page.hiddenInputs + [("code", code)])
    }

    func audited(_ action: String) throws -> Int {
        try test.site.database.read { try $0.value("SELECT COUNT(*) FROM audit WHERE action = \(action)") } ?? 0
    }

    func demand(_ rule: FactorRule, of account: ID<Account>) throws {
        try test.site.database.write { _ = try $0.execute("UPDATE accounts SET second_factor = \(rule) WHERE id = \(account)") }
    }
}

extension Browser.Page {
    var asksForCode: Bool { text.contains("action=\"/sign-in/code\"") }
}
