// Accounts and the people in them, as set-up, the command line and the operator make them: one way in, with the same checks.

package import Database
import Foundation
import Spelling
import Time
package import Web

package enum RoleRow: Identified {
    package static let idPrefix = "rol"
}

package struct NewAccount: Sendable, Codable {
    package var name: String {
        didSet { name = TypedText.name(name) }
    }
    package var slug: String
    package var country = "FR"
    package var language = "fr"
    package var timeZone = "Europe/Paris"

    package init(name: String, slug: String) {
        self.name = TypedText.name(name)
        self.slug = TypedText.line(slug)
    }

    /// One to be filled in.
    init(language: Language) {
        self.init(name: "", slug: "")
        self.language = language.rawValue
    }

    static func isSlug(_ text: String) -> Bool {
        (2...40).contains(text.utf8.count)
            && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 } && !text.begins(with: "-")
            && !text.ends(with: "-")
            // An address of the operator's console.
            && text != "new"
    }

    package var problem: (field: String, key: String)? { problems.first }

    /// What the command line is told; forms ask the same. Fields, each with the key of the words on what is wrong; empty when nothing is.
    package var problems: [(field: String, key: String)] {
        var problems: [(String, String)] = []
        if !TypedText.isName(name) { problems.append(("account_name", "people.account_name.needed")) }
        if !Self.isSlug(slug) { problems.append(("slug", "people.slug.format")) }
        // By bytes: the Kelvin sign is a K to Swift, and to nobody else.
        if country.utf8.count != 2 || !Countries.codes.contains(country) { problems.append(("country", "people.country.unknown")) }
        if Language(rawValue: language) == nil { problems.append(("account_language", "people.language.unknown")) }
        if Zone(identifier: timeZone) == nil { problems.append(("time_zone", "people.time_zone.unknown")) }
        return problems
    }
}

package struct NewUser: Sendable, Codable {
    /// In small letters.
    package var email: String {
        didSet { email = Self.spelled(email) }
    }
    package var name: String {
        didSet { name = TypedText.name(name) }
    }
    package var password: String
    /// Nil: staff of the platform, in no account.
    package var role: RolePreset?
    package var mustChangePassword = false

    package init(email: String, name: String, password: String, role: RolePreset?) {
        self.email = Self.spelled(email)
        self.name = TypedText.name(name)
        self.password = password
        self.role = role
    }

    /// The one spelling of an address, by which it is stored and looked for: keyboards compose letters or do not, and a domain has the
    /// name that people write and the one that the Internet knows.
    static func spelled(_ email: String) -> String {
        InternationalName.shownAddress(TypedText.compact(email).lowercased().precomposedStringWithCanonicalMapping)
    }

    /// To be filled in: of a new account, who chooses a password of their own at the first sign-in.
    static var firstAdministrator: NewUser {
        var user = NewUser(email: "", name: "", password: "", role: .administrator)
        user.mustChangePassword = true
        return user
    }

    /// An address as mail takes it without quotes (RFC 5321 § 4.1.2, RFC 6531): what separates addresses in a header is in none.
    package static func isEmail(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && !"\"(),:;<>[]\\".utf8.contains($0) })
        else { return false }
        let words = parts.map { $0.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) }
        return words.allSatisfy { $0.allSatisfy { !$0.isEmpty } } && words[1].count > 1
            && InternationalName.isDomain(String(decoding: parts[1], as: UTF8.self))
    }

    package var problem: (field: String, key: String)? { problems.first }

    package var problems: [(field: String, key: String)] {
        var problems: [(String, String)] = []
        if !TypedText.isName(name) { problems.append(("name", "people.name.needed")) }
        if !Self.isEmail(email) { problems.append(("email", "people.email.format")) }
        if let key = Passwords.problem(with: password, email: email) { problems.append(("password", key)) }
        return problems
    }
}

package struct PeopleStore: Sendable {
    private let site: Site

    package init(site: Site) {
        self.site = site
    }

    /// What a form that was sent before has made.
    func made(_ account: NewAccount, as id: ID<Account>, on connection: any Connection) throws -> Made {
        let stored = try connection.first("SELECT name, slug FROM accounts WHERE id = \(id)") { row in
            (name: try row.next(String.self), slug: try row.next(String.self))
        }
        guard let stored else { return .not }
        return stored.name == account.name && stored.slug == account.slug ? .asAsked : .otherwise
    }

    /// Throws `DatabaseError.duplicate` when the slug is taken.
    ///
    /// - Parameter id: of the new account; any when nil.
    package func create(_ account: NewAccount, as id: ID<Account>? = nil, on connection: any Connection) throws -> ID<Account> {
        let id = id ?? site.ids.next(Account.self)
        try connection.execute(
            """
            INSERT INTO accounts (id, slug, name, search_text, country, language, time_zone, created_at)
            VALUES (\(id), \(account.slug), \(account.name), \(SearchText.folded(account.name, account.slug)), \(account.country),
                \(account.language), \(account.timeZone), \(site.clock.now()))
            """)
        let t = site.locales[Language(rawValue: account.language) ?? .english]
        for preset in RolePreset.allCases {
            try connection.execute(
                """
                INSERT INTO roles (id, account_id, name, rights, is_administrator, preset)
                VALUES (\(site.ids.next(RoleRow.self)), \(id), \(t("preset.\(preset.rawValue)")), \(site.rights.rights(of: preset)),
                    \(preset == .administrator), \(preset.rawValue))
                """)
        }
        return id
    }

    /// - Parameter passwordHash: made by `Site.hash`.
    /// Throws `DatabaseError.duplicate` when the email is taken: in the account, or among staff; `FieldProblem` when the account allows none
    /// of its domain; `RoleGone` when the account has the role no more.
    @discardableResult
    package func create(_ user: NewUser, passwordHash: String, in account: ID<Account>?, on connection: any Connection) throws -> ID<User> {
        try claimSetUp(on: connection)
        if let account {
            try connection.lock(account)
            try AllowedUserDomains(of: account, on: connection).require(user.email)
        }
        let id = site.ids.next(User.self)
        let role = try user.role.map { try self.role($0, of: account, on: connection) }
        let now = site.clock.now()
        try connection.execute(
            """
            INSERT INTO users (id, account_id, role_id, email, name, search_text, password_hash, password_changed_at, must_change_password,
                created_at)
            VALUES (\(id), \(account), \(role), \(user.email), \(user.name), \(SearchText.folded(user.name, user.email)), \(passwordHash),
                \(now), \(user.mustChangePassword), \(now))
            """)
        return id
    }

    /// Of those that an account began with, one that somebody has deleted since.
    struct RoleGone: Error {}

    private func role(_ preset: RolePreset, of account: ID<Account>?, on connection: any Connection) throws -> ID<RoleRow> {
        let found: ID<RoleRow>? = try connection.value(
            "SELECT id FROM roles WHERE account_id = \(account) AND preset = \(preset.rawValue) ORDER BY id LIMIT 1")
        guard let found else { throw RoleGone() }
        return found
    }

    /// To tell it beside a form's other mistakes. The rule itself is the index.
    package func isTaken(slug: String, on connection: any Connection) throws -> Bool {
        try connection.value("SELECT 1 FROM accounts WHERE slug = \(slug)", as: Int.self) != nil
    }

    package func account(slug: String, on connection: any Connection) throws -> ID<Account>? {
        try connection.value("SELECT id FROM accounts WHERE slug = \(slug)")
    }

    /// What the same person's password is stored as in another account.
    func passwordHash(of email: String, besides user: ID<User>?, on connection: any Connection) throws -> String? {
        try connection.value(
            """
            SELECT password_hash FROM users WHERE email = \(email) AND id <> \(user?.stored ?? "") AND password_hash <> ''
            ORDER BY id LIMIT 1
            """)
    }
}
