// What applies to one person, and to a call of theirs from one queue: the account's settings under what they chose for themselves, each
// value with whose it is, so that the platform need not know the order that decides.

import Database
import HTTP
import HTTPTypes
import JSON
import Web

/// Whom a service asks about: `?user=`, by id or by email, and `?queue=`, by id or by the reference that the platform gave it.
struct EffectiveQuestion: Equatable {
    enum UserName: Equatable {
        case id(ID<User>)
        case email(String)
    }

    enum QueueName: Equatable {
        case id(ID<Queue>)
        case reference(String)
    }

    let user: UserName?
    let queue: QueueName?

    /// Nil when nobody is asked about. Throws a problem, 400, for what can name nothing.
    init?(_ query: FormData) throws {
        user = try Self.only("user", in: query).map { text -> UserName in
            if let id = ID<User>(text) { return .id(id) }
            let email = NewUser.spelled(text)
            guard NewUser.isEmail(email) else { throw Self.malformed("user", "as a user’s id (usr_…) or email address") }
            return .email(email)
        }
        queue = try Self.only("queue", in: query).map { text -> QueueName in
            if let id = ID<Queue>(text) { return .id(id) }
            guard ReferenceName.isValid(text) else { throw Self.malformed("queue", "as a queue’s id (que_…) or reference") }
            return .reference(text)
        }
        if user == nil, queue == nil { return nil }
    }

    private static func only(_ name: String, in query: FormData) throws -> String? {
        let values = query.all(name)
        guard values.count < 2 else { throw malformed(name, "once") }
        return values.first
    }

    private static func malformed(_ name: String, _ how: String) -> Problem {
        Problem(
            status: .badRequest, type: "invalid-parameter", title: "Invalid parameter", detail: "Give \(name) \(how), or leave it out.",
            extensions: ["parameter": .string(name)])
    }
}

struct EffectiveSettings {
    /// Whose a value is.
    enum Source: String {
        case user, account, role
    }

    struct Choices {
        let id: ID<User>
        let isEnabled: Bool
        /// Nil: the account's.
        let country: String?
        let language: String?
        let timeZone: String?
        let headOfLine: String?
        /// Their role has the right.
        let maySupervise: Bool
    }

    struct QueueLine {
        let id: ID<Queue>
        let headOfLine: String?
    }

    let account: AccountSettings
    /// Nil: nobody in particular; a call from the queue by whoever it is.
    let user: Choices?
    let queue: QueueLine?

    var headOfLine: HeadOfLine {
        HeadOfLine(queue: queue?.headOfLine, user: user?.headOfLine, account: account.headOfLine)
    }

    /// Retention and all else is of the account alone, and stands where it always does.
    var json: JSONValue {
        var asked: (user: JSONValue, queue: JSONValue) = (.null, .null)
        if let user { asked.user = ["id": .string(user.id.description), "is_enabled": .bool(user.isEnabled)] }
        if let queue { asked.queue = ["id": .string(queue.id.description)] }
        let line = headOfLine
        return [
            "user": asked.user, "queue": asked.queue, "country": Self.json(user?.country, account.country),
            "language": Self.json(user?.language, account.language), "time_zone": Self.json(user?.timeZone, account.timeZone),
            "head_of_line": Self.json(line.number.map { JSONValue.string($0) } ?? .null, line.source.rawValue),
            "supervision": supervision,
        ]
    }

    private static func json(_ value: JSONValue, _ source: String) -> JSONValue { ["value": value, "source": .string(source)] }

    private static func json(_ own: String?, _ account: String) -> JSONValue {
        json(.string(own ?? account), (own == nil ? Source.account : .user).rawValue)
    }

    /// The account's switch decides while it is off, and the role while it is on. Of nobody in particular there is nothing to say.
    private var supervision: JSONValue {
        guard let user else { return .null }
        guard account.hasSupervision else { return Self.json(false, Source.account.rawValue) }
        return Self.json(.bool(user.maySupervise), Source.role.rawValue)
    }
}
