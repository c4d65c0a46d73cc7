// What the command line can have done to the data, as values: run in the process that holds the data folder, whether that is the
// command itself or the one that serves, reached over its control socket. So both ways are one function.

package import JSON
import Web

package enum ControlVerb: Sendable {
    case createAccount(NewAccount)
    /// `account` is a slug; nil for staff of the platform.
    case createUser(NewUser, account: String?)
    case createKey(account: String, name: String, scopes: [String])
    /// A path from the root: the process that serves stands in another folder.
    case backup(path: String)
    case purge(account: String, isRehearsal: Bool)
    case verifyDatabase
}

/// What a verb has to say when it is done.
package struct VerbAnswer: Sendable, Equatable {
    /// For standard output: what a script wants.
    package var lines: [String]
    /// For standard error: what a person should know.
    package var notes: [String]

    package init(_ lines: [String], notes: [String] = []) {
        self.lines = lines
        self.notes = notes
    }
}

// MARK: As it travels

extension ControlVerb {
    package var json: JSONValue {
        switch self {
        case .createAccount(let account):
            [
                "verb": "account.create", "name": .string(account.name), "slug": .string(account.slug), "country": .string(account.country),
                "language": .string(account.language), "time_zone": .string(account.timeZone),
            ]
        case .createUser(let user, let account):
            [
                "verb": "user.create", "email": .string(user.email), "name": .string(user.name), "password": .string(user.password),
                "role": user.role.map { .string($0.rawValue) } ?? .null, "account": account.map { .string($0) } ?? .null,
            ]
        case .createKey(let account, let name, let scopes):
            [
                "verb": "key.create", "account": .string(account), "name": .string(name),
                "scopes": .array(scopes.map { .string($0) }),
            ]
        case .backup(let path): ["verb": "backup", "path": .string(path)]
        case .purge(let account, let isRehearsal): ["verb": "purge", "account": .string(account), "rehearsal": .bool(isRehearsal)]
        case .verifyDatabase: ["verb": "database.verify"]
        }
    }

    /// Nil when it is no verb of this version, or lacks something.
    package init?(_ json: JSONValue) {
        func text(_ name: String) -> String? { json[name]?.string }
        switch text("verb") {
        case "account.create":
            guard let name = text("name"), let slug = text("slug"), let country = text("country"), let language = text("language"),
                let timeZone = text("time_zone")
            else { return nil }
            var account = NewAccount(name: name, slug: slug)
            account.country = country
            account.language = language
            account.timeZone = timeZone
            self = .createAccount(account)
        case "user.create":
            guard let email = text("email"), let name = text("name"), let password = text("password") else { return nil }
            let role = text("role").flatMap { NewUser.Role(rawValue: $0) }
            // Staff have neither role nor account; a role that this version does not know must not make somebody staff.
            guard (role == nil) == (text("role") == nil), (role == nil) == (text("account") == nil) else { return nil }
            self = .createUser(NewUser(email: email, name: name, password: password, role: role), account: text("account"))
        case "key.create":
            guard let account = text("account"), let name = text("name"), let scopes = json["scopes"]?.array else { return nil }
            self = .createKey(account: account, name: name, scopes: scopes.map { $0.string ?? "" })
        case "backup":
            guard let path = text("path") else { return nil }
            self = .backup(path: path)
        case "purge":
            guard let account = text("account"), let isRehearsal = json["rehearsal"]?.bool else { return nil }
            self = .purge(account: account, isRehearsal: isRehearsal)
        case "database.verify": self = .verifyDatabase
        default: return nil
        }
    }
}

extension VerbAnswer {
    package var json: JSONValue {
        ["lines": .array(lines.map { .string($0) }), "notes": .array(notes.map { .string($0) })]
    }

    package init?(_ json: JSONValue) {
        guard let lines = json["lines"]?.array, let notes = json["notes"]?.array else { return nil }
        self.init(lines.compactMap(\.string), notes: notes.compactMap(\.string))
    }
}

extension VerbFailure {
    package var json: JSONValue { ["error": .string(message), "code": JSONValue(kind.rawValue)] }

    package init?(_ json: JSONValue) {
        guard let message = json["error"]?.string else { return nil }
        self.init(json["code"]?.integer.flatMap { Kind(rawValue: Int32(clamping: $0)) } ?? .internal, message)
    }
}
