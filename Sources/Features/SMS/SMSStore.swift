// All the SQL of the SMS settings and of their tests. The password is sealed.

import Database
import HTTPClient
import Web

struct SMSStore {
    let vault: Vault

    func settings(of account: ID<Account>, on connection: any Connection) throws -> SMSSettings {
        let row = try connection.first("SELECT \(Row.record.columns) FROM sms_settings WHERE account_id = \(account)", Row.record.decode)
        guard let row else { return SMSSettings() }
        var settings = SMSSettings(url: row.url, sender: row.sender, version: row.version)
        if let login = row.login {
            settings.credentials = Credential.Basic(login: login)
            if let sealed = row.password {
                let password = try? vault.open(sealed, at: place(account))
                settings.credentials?.password = password ?? ""
                settings.isUnreadable = password == nil
            }
        }
        return settings
    }

    /// Throws `Refusal.stale` when somebody saved in the meantime.
    func save(_ settings: SMSSettings, of account: ID<Account>, on connection: any Connection) throws {
        var row = Row()
        (row.url, row.sender, row.login) = (settings.url, settings.sender, settings.credentials?.login)
        if let password = settings.credentials?.password, !password.isEmpty {
            row.password = try vault.seal(password, at: place(account))
        }
        let isSaved = try Row.record.save(row, over: settings.version, of: account, in: "sms_settings", on: connection)
        guard isSaved else { throw Refusal.stale }
    }

    private func place(_ account: ID<Account>) -> Vault.Place { SealedColumn.smsPassword.place(account: account, row: account) }

    private struct Row {
        var url: String?
        var sender: String?
        var login: String?
        var password: [UInt8]?
        var version = 0

        static let record = Record(Row()) {
            Column("url", \.url)
            Column("sender", \.sender)
            Column("login", \.login)
            Column("password", \.password)
            Column("version", \.version, isUpdated: false)
        }
    }

    // MARK: Tests

    /// Written before it is sent: what was sent and not settled has an outcome that nobody knows.
    static func insert(_ test: SMSTestResult, of account: ID<Account>, on connection: any Connection) throws {
        try connection.execute(
            "INSERT INTO sms_tests (account_id, \(SMSTestResult.record.columns)) VALUES (\(account), \(SMSTestResult.record.values(test)))")
        try connection.execute(
            """
            DELETE FROM sms_tests WHERE account_id = \(account) AND id NOT IN (
                SELECT id FROM sms_tests WHERE account_id = \(account) ORDER BY id DESC LIMIT \(maximumTests))
            """)
    }

    static func update(_ test: SMSTestResult, on connection: any Connection) throws {
        try connection.execute("UPDATE sms_tests SET \(SMSTestResult.record.assignments(test)) WHERE id = \(test.id)")
    }

    static func test(_ id: ID<SMSTestRow>, of account: ID<Account>, on connection: any Connection) throws -> SMSTestResult? {
        try connection.first(
            "SELECT \(SMSTestResult.record.columns) FROM sms_tests WHERE id = \(id) AND account_id = \(account)",
            SMSTestResult.record.decode)
    }

    static func lastTest(of account: ID<Account>, on connection: any Connection) throws -> SMSTestResult? {
        try connection.first(
            "SELECT \(SMSTestResult.record.columns) FROM sms_tests WHERE account_id = \(account) ORDER BY id DESC LIMIT 1",
            SMSTestResult.record.decode)
    }

    /// Of an account, the last.
    private static let maximumTests = 20
}

extension SealedColumn {
    static let smsPassword = SealedColumn("sms_settings", "password")
}
