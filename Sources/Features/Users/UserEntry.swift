// Somebody of an account, as its administrators see and change them, and the form.

import Database
import Web

struct UserEntry: Equatable {
    var id: ID<User>
    var name = ""
    /// In small letters.
    var email = ""
    var role: ID<RoleRow>
    var mobile: String?
    var headOfLine: String?
    /// Those that they are a member of; rows of their own, which the user's are written without.
    var queues: [ID<Queue>] = []
    var version = 0

    private static let nobody = UserEntry(id: ID(value: 0), role: ID(value: 0))

    static let record = Record(nobody) {
        Column("id", \.id, isUpdated: false)
        Column("name", \.name)
        Column("email", \.email)
        Column("role_id", \.role)
        Column("mobile", \.mobile)
        Column("head_of_line", \.headOfLine)
        Column("version", \.version, isUpdated: false)
    }
}

/// What the form offers and needs to know.
struct UserContext {
    /// As whose people dial.
    let country: String
    /// Those that the visitor may give.
    let roles: [RoleRecord]
    /// By name.
    let queues: [(item: ID<Queue>, label: String)]
    let usage: LimitUsage
    /// Of new addresses.
    let domains: AllowedUserDomains
}

extension UserEntry {
    static let form = Form<UserEntry, UserContext>("user") {
        Line("name", \.name, .name)
        Line(
            "email", \.email, .email, upTo: 254,
            parsing: { email, _ in
                let email = NewUser.spelled(email)
                return NewUser.isEmail(email) ? .success(email) : .failure(.init("malformed_email"))
            })
        Choice("role", \.role, of: .of { $0.roles.map { ($0.entry.id, $0.entry.name) } })
        Phone("mobile", \.mobile, country: { _, context in context.country })
        Phone("head_of_line", \.headOfLine, country: { _, context in context.country })
        Several("queues", \.queues, of: .of { $0.queues })
    }
}
