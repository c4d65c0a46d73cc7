// The whole product without a socket: a fresh data folder, a clock that only tests move, and a cast of people.

package import Database
package import Features
import Foundation
import HTTP
package import HTTPClient
package import HTTPTypes
import Logging
package import Time
package import Web

/// Who the tests are about: two accounts, so that every test can have an owner, a member without the right, and a stranger.
package final class TestApp: Sendable {
    package struct Person: Sendable {
        package let id: ID<User>
        package let email: String
        package let account: ID<Account>?
    }

    package static let password = "correct horse battery"

    package let application: Application
    package let clock: ManualClock
    package let folder: String
    package let acme: ID<Account>
    package let globex: ID<Account>
    /// Administrator of Acme.
    package let alice: Person
    /// User of Acme, without rights to its settings.
    package let bob: Person
    /// Administrator of Globex: a stranger to Acme.
    package let mallory: Person
    /// Staff of the platform.
    package let olivia: Person

    package var app: App { application.app }
    package var site: Site { application.app.site }

    /// Those of the product; compiled once for all tests.
    package static let resources = Result {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try Resources(folder: package.path)
    }

    /// The product on an empty data folder, with nobody in it.
    ///
    /// - Parameters:
    ///   - policy: where webhooks may point; loopback by plain http when nil, so that receivers of tests can be reached.
    ///   - change: what is otherwise with this installation.
    package static func empty(
        folder: String, clock: Clock, policy: AddressPolicy? = nil, with change: (inout Installation) throws -> Void = { _ in }
    ) throws -> Application {
        let policy = policy ?? AddressPolicy(allowing: ["127.0.0.0/8"].compactMap { CIDR($0) }, allowsHTTP: true)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        var installation = Installation(
            dataFolder: folder, resources: try resources.get(), policy: policy, clock: clock, passwordCost: .testing)
        installation.openEngine = { RepeatingEngine(try SQLiteEngine(path: $0, readers: $1)) }
        installation.operatorsNeedFactor = false
        try change(&installation)
        return try Application(installation, logger: logger)
    }

    package init(
        at start: Timestamp = Timestamp(iso8601: "2026-11-22T13:05:09Z") ?? Timestamp(milliseconds: 0), policy: AddressPolicy? = nil,
        with change: (inout Installation) throws -> Void = { _ in }
    ) throws {
        folder = NSTemporaryDirectory() + "hookswitch-test-\(UUID().uuidString)"
        clock = ManualClock(start)
        let application = try Self.empty(folder: folder, clock: clock.clock, policy: policy, with: change)
        self.application = application
        let site = application.app.site
        let people = PeopleStore(site: site)
        func account(_ name: String, _ slug: String) throws -> ID<Account> {
            var account = NewAccount(name: name, slug: slug)
            account.language = "en"
            return try site.database.write { try people.create(account, on: $0) }
        }
        let hash = try site.passwords.hash(Self.password)
        func person(_ name: String, _ email: String, _ role: RolePreset?, in account: ID<Account>?) throws -> Person {
            let user = NewUser(email: email, name: name, password: Self.password, role: role)
            let id = try site.database.write { try people.create(user, passwordHash: hash, in: account, on: $0) }
            return Person(id: id, email: email, account: account)
        }
        acme = try account("Acme Télécom", "acme")
        globex = try account("Globex", "globex")
        alice = try person("Alice Martin", "alice@acme.example", .administrator, in: acme)
        bob = try person("Bob Durand", "bob@acme.example", .user, in: acme)
        mallory = try person("Mallory Smith", "mallory@globex.example", .administrator, in: globex)
        olivia = try person("Olivia Stone", "olivia@platform.example", nil, in: nil)
    }

    deinit {
        application.stop(within: .seconds(1))
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// A browser in which `person` is signed in, or nobody.
    package func browser(_ person: Person? = nil, account: ID<Account>? = nil) throws -> Browser {
        let browser = Browser(application.pipeline)
        if let person {
            let token = try site.database.write { connection in
                try self.site.sessions.start(
                    user: person.id, account: account ?? person.account, userAgent: "Test browser", address: "127.0.0.1", on: connection)
            }
            browser.cookies["session"] = token
        }
        return browser
    }

    /// All that a key can have.
    package var scopes: Set<Scope> { Set(app.features.flatMap(\.scopes)) }

    /// A key of `account`, with all scopes when nil.
    package func key(of account: ID<Account>, scopes: Set<Scope>? = nil) throws -> String {
        try site.database.write { connection in
            try self.site.keys.create(
                NewKey(
                    self.site.ids.next(), of: account, name: "test", scopes: Array(scopes ?? self.scopes), by: "Command line",
                    expiresAt: nil), on: connection)
        }
    }

    /// A machine's call.
    package func call(
        _ method: HTTPRequest.Method, _ path: String, key: String?, body: [UInt8] = [], contentType: String = "application/json",
        fields: HTTPFields = [:]
    ) -> Browser.Page {
        let browser = Browser(application.pipeline)
        var fields = fields
        if let key { fields[.authorization] = "Bearer \(key)" }
        if !body.isEmpty { fields[.contentType] = contentType }
        return browser.send(method, path, fields: fields, body: body)
    }
}
