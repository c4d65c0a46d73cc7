// All the SQL of Account settings.

import Database
import Time
import Web

struct AccountStore {
    /// The playlist that was chosen was deleted in the meantime.
    struct PlaylistIsGone: Error {}

    struct NamedLine {
        let name: String
        /// E.164; nil: none of its own.
        let headOfLine: String?
    }

    let site: Site

    func settings(of account: ID<Account>) throws -> AccountSettings? {
        try site.database.read { try Self.settings(of: account, on: $0) }
    }

    private static func settings(of account: ID<Account>, on connection: any Connection) throws -> AccountSettings? {
        try connection.first(
            """
            SELECT country, language, time_zone, playlist_id, logo_file, logo_name, password_days, has_supervision, head_of_line,
                presents_original_number, trunk_region, version
            FROM accounts WHERE id = \(account)
            """
        ) { row in
            let country: String = try row.next()
            let language: String = try row.next()
            let timeZone: String = try row.next()
            let playlist: ID<Playlist>? = try row.next()
            let logoFile: String? = try row.next()
            let logoName: String? = try row.next()
            return AccountSettings(
                country: country, language: language, timeZone: timeZone, playlist: playlist,
                logo: logoFile.map { AccountSettings.Logo(file: $0, name: logoName ?? $0) }, passwordDays: try row.next(),
                hasSupervision: try row.next(), headOfLine: try row.next(), presentsOriginalNumber: try row.next(),
                trunkRegion: try row.next(), version: try row.next())
        }
    }

    /// How many people would have to change their password if it expired after `days`.
    func usersWithPassword(olderThan days: Int, in account: ID<Account>) throws -> Int {
        let limit = site.clock.now() - .seconds(days * 86400)
        return try site.database.read { connection in
            try connection.value(
                "SELECT COUNT(*) FROM users WHERE account_id = \(account) AND is_enabled = 1 AND password_changed_at < \(limit)") ?? 0
        }
    }

    /// Saves all but the logo of `settings`, and does `change` to the logo. Gives the logo that the account has no more, whose file
    /// may go once this is durable. Throws `Refusal.stale` and `PlaylistIsGone`.
    func save(
        _ settings: AccountSettings, _ change: LogoChange, of account: ID<Account>, on connection: any Connection
    ) throws -> AccountSettings.Logo? {
        guard let stored = try Self.settings(of: account, on: connection), stored.version == settings.version else { throw Refusal.stale }
        if let playlist = settings.playlist {
            guard try PlaylistStore.exists(playlist, in: account, on: connection) else { throw PlaylistIsGone() }
        }
        let logo: AccountSettings.Logo? =
            switch change {
            case .keep: stored.logo
            case .remove: nil
            case .replace(let new): new
            }
        try connection.execute(
            """
            UPDATE accounts SET country = \(settings.country), language = \(settings.language), time_zone = \(settings.timeZone),
                playlist_id = \(settings.playlist), logo_file = \(logo?.file), logo_name = \(logo?.name),
                password_days = \(settings.passwordDays), has_supervision = \(settings.hasSupervision),
                head_of_line = \(settings.headOfLine), presents_original_number = \(settings.presentsOriginalNumber),
                trunk_region = \(settings.trunkRegion), version = version + 1
            WHERE id = \(account)
            """)
        return stored.logo == logo ? nil : stored.logo
    }

    // MARK: Trying the head of line

    /// Up to `limit` users whose name or email contains `search`, by name.
    func users(of account: ID<Account>, matching search: String, limit: Int) throws -> [(id: ID<User>, name: String)] {
        let pattern = LikePattern.containing(search)
        return try site.database.read { connection in
            try connection.rows(
                """
                SELECT id, name FROM users WHERE account_id = \(account) AND search_text LIKE \(pattern) ESCAPE '\\'
                ORDER BY name, id LIMIT \(limit)
                """
            ) { (id: try $0.next(), name: try $0.next()) }
        }
    }

    func queues(of account: ID<Account>) throws -> [(id: ID<Queue>, name: String)] {
        try site.database.read { connection in
            try connection.rows("SELECT id, name FROM queues WHERE account_id = \(account) ORDER BY name, id LIMIT 1000") {
                (id: try $0.next(), name: try $0.next())
            }
        }
    }

    func line(of user: ID<User>, in account: ID<Account>) throws -> NamedLine? {
        try site.database.read { connection in
            try connection.first("SELECT name, head_of_line FROM users WHERE id = \(user) AND account_id = \(account)") {
                NamedLine(name: try $0.next(), headOfLine: try $0.next())
            }
        }
    }

    func line(of queue: ID<Queue>, in account: ID<Account>) throws -> NamedLine? {
        try site.database.read { connection in
            try connection.first("SELECT name, head_of_line FROM queues WHERE id = \(queue) AND account_id = \(account)") {
                NamedLine(name: try $0.next(), headOfLine: try $0.next())
            }
        }
    }

    // MARK: The daily look at logo files

    /// Every logo that a row refers to, of all accounts: for the job that compares rows and files.
    func logosOfAllAccounts() throws -> [(account: ID<Account>, logo: AccountSettings.Logo)] {
        try site.database.read { connection in
            try connection.rows("SELECT id, logo_file, logo_name FROM accounts WHERE logo_file IS NOT NULL") { row in
                let account: ID<Account> = try row.next()
                let file: String = try row.next()
                let name: String? = try row.next()
                return (account: account, logo: AccountSettings.Logo(file: file, name: name ?? file))
            }
        }
    }

    /// Takes a logo whose file is lost out of its row, unless it was replaced meanwhile.
    func forget(_ logo: AccountSettings.Logo, of account: ID<Account>) throws {
        try site.database.write { connection in
            let count = try connection.execute(
                "UPDATE accounts SET logo_file = NULL, logo_name = NULL WHERE id = \(account) AND logo_file = \(logo.file)")
            guard count > 0 else { return }
            try Deletion(
                account: account, user: nil, userName: "System", entity: .logo, detail: logo.name, planned: 1, items: 0, bytes: 0
            ).record(site, on: connection)
        }
    }
}
