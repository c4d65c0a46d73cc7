// All the SQL of Account settings.

import Database
import HTTPTypes
import Time
import Web

enum AccountStore {
    struct NamedLine {
        let name: String
        /// False of somebody who may not sign in at present.
        var isEnabled = true
        /// E.164; nil: none of its own.
        let headOfLine: String?
    }

    static func settings(of account: ID<Account>, on connection: any Connection) throws -> AccountSettings {
        let found = try connection.first(
            "SELECT \(AccountSettings.record.columns) FROM accounts WHERE id = \(account)", AccountSettings.record.decode)
        guard let found else { throw Abort(.notFound) }
        return found
    }

    /// Throws `Refusal.stale` when somebody saved in the meantime, `FieldProblem` when the playlist has gone.
    static func save(_ settings: AccountSettings, of account: ID<Account>, on connection: any Connection) throws {
        // A playlist that is there now shall be there when this is saved.
        try connection.lock(account)
        if let playlist = settings.playlist, try !ReferenceStore.exists(playlist, in: account, on: connection) {
            throw FieldProblem("playlist", "unknown")
        }
        let count = try connection.execute(
            """
            UPDATE accounts SET \(AccountSettings.record.assignments(settings)), version = version + 1
            WHERE id = \(account) AND version = \(settings.version)
            """)
        guard count == 1 else { throw Refusal.stale }
    }

    static func context(of settings: AccountSettings, _ member: Member, on connection: any Connection) throws -> AccountContext {
        let days = settings.passwordDays ?? 90
        let limit = member.now - .seconds(days * 86400)
        let old = try connection.value(
            "SELECT COUNT(*) FROM users WHERE account_id = \(member.account.id) AND is_enabled = 1 AND password_changed_at < \(limit)",
            as: Int.self)
        let country = try connection.first("SELECT country FROM users WHERE id = \(member.session.user)") { try $0.next(String?.self) }
        return AccountContext(
            playlists: try ReferenceStore.names(in: member.account.id, on: connection).map { ($0.id, $0.name) },
            zone: member.times.zoneLabel, hasOwnZone: member.session.timeZone != nil, ownLanguage: member.session.language,
            ownCountry: country ?? nil, oldPasswords: old ?? 0, days: days,
            withoutFactor: try withoutFactor(in: member.account.id, on: connection),
            supervision: try supervision(settings.hasSupervision, member, on: connection))
    }

    private static func supervision(
        _ isOn: Bool, _ member: Member, on connection: any Connection
    ) throws -> AccountContext.Supervision {
        let rights = member.site.rights
        let roles = try connection.rows(
            "SELECT id, name, rights, is_administrator FROM roles WHERE account_id = \(member.account.id) ORDER BY is_administrator DESC, name"
        ) { row in
            (
                id: try row.next(ID<RoleRow>.self), name: try row.next(String.self),
                authority: rights.authority(stored: try row.next(), isAdministrator: try row.next())
            )
        }
        let having = roles.filter { $0.authority.rights.contains(.supervise) }
        let people = try connection.value(
            "SELECT COUNT(*) FROM users WHERE role_id IN (\(list: having.map(\.id))) AND is_enabled = 1", as: Int.self)
        return AccountContext.Supervision(
            isOn: isOn, people: people ?? 0, rolesWith: having.map(\.name),
            rolesWithout: roles.filter { !$0.authority.rights.contains(.supervise) }.map(\.name))
    }

    /// Administrators, and all.
    private static func withoutFactor(
        in account: ID<Account>, on connection: any Connection
    ) throws -> (administrators: Int, all: Int) {
        try connection.first(
            """
            SELECT COALESCE(SUM(r.is_administrator), 0), COUNT(*) FROM users u JOIN roles r ON r.id = u.role_id
            WHERE u.account_id = \(account) AND u.is_enabled = 1 AND u.password_hash <> '' AND u.factor_since IS NULL
            """
        ) { (administrators: try $0.next(), all: try $0.next()) } ?? (0, 0)
    }

    /// The settings, where they play it.
    static func uses(of playlist: ID<Playlist>, in account: ID<Account>, on connection: any Connection) throws -> Uses {
        let found = try connection.value("SELECT 1 FROM accounts WHERE id = \(account) AND playlist_id = \(playlist)", as: Int.self)
        return found == nil ? Uses() : Uses([Use("account_settings", at: AccountController.path)])
    }

    // MARK: Trying the head of line

    /// Up to `limit` users whose name or email contains `search`, by name.
    static func users(
        of account: ID<Account>, matching search: String, limit: Int, on connection: any Connection
    ) throws -> [(id: ID<User>, name: String, isEnabled: Bool)] {
        let pattern = LikePattern.containing(search)
        return try connection.rows(
            """
            SELECT id, name, is_enabled FROM users WHERE account_id = \(account) AND search_text LIKE \(pattern) ESCAPE '\\'
            ORDER BY search_text, id LIMIT \(limit)
            """
        ) { (id: try $0.next(), name: try $0.next(), isEnabled: try $0.next()) }
    }

    static func line(of user: ID<User>, in account: ID<Account>, on connection: any Connection) throws -> NamedLine? {
        try connection.first("SELECT name, is_enabled, head_of_line FROM users WHERE id = \(user) AND account_id = \(account)") {
            NamedLine(name: try $0.next(), isEnabled: try $0.next(), headOfLine: try $0.next())
        }
    }

    static func line(of queue: ID<Queue>, in account: ID<Account>, on connection: any Connection) throws -> NamedLine? {
        try connection.first("SELECT name, head_of_line FROM queues WHERE id = \(queue) AND account_id = \(account)") {
            NamedLine(name: try $0.next(), headOfLine: try $0.next())
        }
    }

    // MARK: The daily look at logo files

    /// Every logo that a row refers to, of all accounts: for the job that compares rows and files.
    static func logosOfAllAccounts(on connection: any Connection) throws -> [(account: ID<Account>, logo: AccountSettings.Logo)] {
        try connection.rows("SELECT id, logo_file, logo_name FROM accounts WHERE logo_file IS NOT NULL") { row in
            let account: ID<Account> = try row.next()
            let file: String = try row.next()
            let name: String? = try row.next()
            return (account: account, logo: AccountSettings.Logo(file: file, name: name ?? file))
        }
    }

    /// Takes a logo out of its row. False when it was replaced meanwhile.
    static func forget(_ logo: AccountSettings.Logo, of account: ID<Account>, on connection: any Connection) throws -> Bool {
        try connection.execute(
            "UPDATE accounts SET logo_file = NULL, logo_name = NULL WHERE id = \(account) AND logo_file = \(logo.file)") > 0
    }
}

extension AccountSettings {
    static let record = Record(AccountSettings()) {
        Column("country", \.country)
        Column("language", \.language)
        Column("time_zone", \.timeZone)
        Column("playlist_id", \.playlist)
        Column("logo_file", \.logoFile)
        Column("logo_name", \.logoName)
        Column("password_days", \.passwordDays)
        Column("second_factor", \.secondFactor)
        Column("has_supervision", \.hasSupervision)
        Column("head_of_line", \.headOfLine)
        Column("presents_original_number", \.presentsOriginalNumber)
        Column("trunk_region", \.trunkRegion)
        Column("version", \.version, isUpdated: false)
    }

    /// Two columns are one property.
    private var logoFile: String? {
        get { logo?.file }
        set { logo = newValue.map { Logo(file: $0, name: logo?.name ?? $0) } }
    }

    private var logoName: String? {
        get { logo?.name }
        set { if let logo { self.logo = Logo(file: logo.file, name: newValue ?? logo.file) } }
    }
}
