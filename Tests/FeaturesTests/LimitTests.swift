// How many of something an account may have: the number is the account's own, and holds wherever one more is made.

import Database
import Features
import TestSupport
import Testing
import Web

@Suite("Limits")
struct LimitTests {
    private let test: TestApp

    init() throws {
        test = try TestApp()
    }

    private func usage(_ limit: Limit, of account: ID<Account>) throws -> LimitUsage {
        try test.site.database.read { try limit.usage(of: account, on: $0) }
    }

    private func set(_ limit: Limit, to maximum: Int?, of account: ID<Account>) throws {
        try test.site.database.write { try limit.setMaximum(maximum, of: account, on: $0) }
    }

    @Test("Every limit of every feature has a name in both languages, can be counted, and begins with its standard number")
    func everyLimit() throws {
        let limits = test.app.features.flatMap(\.limits)
        #expect(Set(limits.map(\.name)).count == limits.count)
        for limit in limits {
            #expect(try usage(limit, of: test.acme).maximum == limit.standard)
            for language in Language.allCases {
                let t = test.site.locales[language]
                #expect(t.find("limit.\(limit.name)") != nil, "limit.\(limit.name) in \(language)")
            }
        }
    }

    @Test("An account's own number holds in place of the standard one, for that account alone, and says so in words")
    func ownNumber() throws {
        let users = try #require(test.app.features.flatMap(\.limits).first { $0.name == "users" })
        let used = try usage(users, of: test.acme).used
        try set(users, to: used, of: test.acme)
        #expect(try usage(users, of: test.acme).state == .reached)
        #expect(try usage(users, of: test.globex).maximum == users.standard)
        let admin = try test.browser(test.alice)
        let page = admin.get("/users/new")
        #expect(page.text.contains("The limit “Users” has been reached: an account can have \(used)"))
        let role = try #require(
            try test.site.database.read {
                try $0.value("SELECT id FROM roles WHERE account_id = \(test.acme) AND preset = 'user'", as: ID<RoleRow>.self)
            }
        ).description
        func add() -> Browser.Page {
            admin.post(
                "/users", page.hiddenInputs + [("name", "Ana Lima"), ("email", "ana@acme.example"), ("role", role)])
        }
        let refused = add()
        #expect(refused.status == 422)
        #expect(refused.text.contains("an account can have \(used)"))
        #expect(try usage(users, of: test.acme).used == used)
        try set(users, to: used + 1, of: test.acme)
        #expect(add().status == 303)
        try set(users, to: nil, of: test.acme)
        #expect(try usage(users, of: test.acme) == LimitUsage(name: "users", used: used + 1, maximum: users.standard))
    }

    @Test(
        "A limit is near from four fifths, and reached when nothing more fits",
        arguments: [(79, "normal"), (80, "near"), (99, "near"), (100, "reached"), (120, "reached")])
    func states(_ used: Int, _ state: String) {
        #expect(LimitUsage(name: "users", used: used, maximum: 100).state.rawValue == state)
    }
}
