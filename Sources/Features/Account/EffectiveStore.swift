// All the SQL of what applies to one person.

import Database
import HTTP
import HTTPTypes
import JSON
import Web

enum EffectiveStore {
    /// Throws a problem, 404, for whom or what the account has not: also another account's.
    static func settings(
        _ question: EffectiveQuestion, of account: ID<Account>, _ rights: RightCatalogue, on connection: any Connection
    ) throws -> EffectiveSettings {
        EffectiveSettings(
            account: try AccountStore.settings(of: account, on: connection),
            user: try question.user.map { try user($0, of: account, rights, on: connection) },
            queue: try question.queue.map { try queue($0, of: account, on: connection) })
    }

    private static func user(
        _ user: EffectiveQuestion.UserName, of account: ID<Account>, _ rights: RightCatalogue, on connection: any Connection
    ) throws -> EffectiveSettings.Choices {
        let condition: SQL =
            switch user {
            case .id(let id): "u.id = \(id)"
            case .email(let email): "u.email = \(email)"
            }
        let found = try connection.first(
            """
            SELECT u.id, u.is_enabled, u.country, u.language, u.time_zone, u.head_of_line, r.rights, r.is_administrator
            FROM users u JOIN roles r ON r.id = u.role_id WHERE \(condition) AND u.account_id = \(account)
            """
        ) { row in
            EffectiveSettings.Choices(
                id: try row.next(), isEnabled: try row.next(), country: try row.next(), language: try row.next(),
                timeZone: try row.next(), headOfLine: try row.next(),
                maySupervise: rights.authority(stored: try row.next(), isAdministrator: try row.next()).rights.contains(.supervise))
        }
        guard let found else { throw missing("user") }
        return found
    }

    private static func queue(
        _ queue: EffectiveQuestion.QueueName, of account: ID<Account>, on connection: any Connection
    ) throws -> EffectiveSettings.QueueLine {
        let condition: SQL =
            switch queue {
            case .id(let id): "id = \(id)"
            case .reference(let reference): "reference = \(reference)"
            }
        let found = try connection.first("SELECT id, head_of_line FROM queues WHERE \(condition) AND account_id = \(account)") {
            EffectiveSettings.QueueLine(id: try $0.next(), headOfLine: try $0.next())
        }
        guard let found else { throw missing("queue") }
        return found
    }

    private static func missing(_ name: String) -> Problem {
        Problem(
            status: .notFound, type: "not-found", title: "Not found", detail: "The account has no such \(name).",
            extensions: ["parameter": .string(name)])
    }
}
