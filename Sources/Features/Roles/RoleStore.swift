// All the SQL of an account's roles, and the rule that nobody gives what they have not: asked again where it is done, behind the
// account's lock, of what both roles are by then.

import Database
import HTTPTypes
import Spelling
import Web

/// A role, as pages show it.
struct RoleRecord {
    let entry: RoleEntry
    let authority: Authority
}

/// Some of the people who have a role.
struct RoleHolders {
    static let maximumNames = 10

    let people: [(id: ID<User>, name: String)]
    let count: Int

    var uses: Uses { Uses(people.map { Use("user", $0.name, at: UserController.path(of: $0.id)) }, count: count) }
}

struct RoleStore {
    private let site: Site
    private let alerts: Alerts

    init(_ app: App) {
        (site, alerts) = (app.site, app.alerts)
    }

    func new() -> RoleEntry { RoleEntry(id: site.ids.next()) }

    func roles(of account: ID<Account>, on connection: any Connection) throws -> [RoleRecord] {
        try connection.rows("\(Self.selection) WHERE r.account_id = \(account) ORDER BY r.is_administrator DESC, r.name", decode)
    }

    /// Throws 404 when it is not there, or not in this account.
    func role(_ id: ID<RoleRow>, of account: ID<Account>, on connection: any Connection) throws -> RoleRecord {
        let found = try connection.first("\(Self.selection) WHERE r.id = \(id) AND r.account_id = \(account)", decode)
        guard let found else { throw Abort(.notFound) }
        return found
    }

    private static let selection: SQL = "SELECT \(RoleEntry.record.columns), r.is_administrator FROM roles r"

    private func decode(_ row: Row) throws -> RoleRecord {
        let entry = try RoleEntry.record.decode(row)
        return RoleRecord(entry: entry, authority: site.rights.authority(stored: entry.rights, isAdministrator: try row.next()))
    }

    /// More are not counted for a list: it is to cost the same however many people there are.
    static let maximumCounted = 1000

    /// How many people have each, up to one more than are counted: by the index of roles, without a look at the people.
    func counts(of account: ID<Account>, on connection: any Connection) throws -> [ID<RoleRow>: Int] {
        let rows = try connection.rows(
            """
            SELECT r.id, (SELECT COUNT(*) FROM (SELECT 1 FROM users u WHERE u.role_id = r.id LIMIT \(Self.maximumCounted + 1)) AS counted)
            FROM roles r WHERE r.account_id = \(account)
            """
        ) { (try $0.next(ID<RoleRow>.self), try $0.next(Int.self)) }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    /// Of a role that was found in the account; by name, as the list of users has them.
    func holders(of role: ID<RoleRow>, on connection: any Connection) throws -> RoleHolders {
        RoleHolders(
            people: try connection.rows(
                "SELECT id, name FROM users WHERE role_id = \(role) ORDER BY search_text, id LIMIT \(RoleHolders.maximumNames)"
            ) { (try $0.next(), try $0.next()) },
            count: try connection.value("SELECT COUNT(*) FROM users WHERE role_id = \(role)") ?? 0)
    }

    // MARK: Who gives what

    /// Those that somebody may give.
    func givable(by member: Member, on connection: any Connection) throws -> [RoleRecord] {
        try roles(of: member.account.id, on: connection).filter { member.session.authority.covers($0.authority) }
    }

    /// Throws `FieldProblem` when they may not, or no more.
    func requireGivable(_ role: ID<RoleRow>, by member: Member, on connection: any Connection) throws {
        let authority = try member.currentAuthority(on: connection)
        let role = try roles(of: member.account.id, on: connection).first { $0.entry.id == role }
        guard let role, authority.covers(role.authority) else { throw FieldProblem("role", "unknown") }
    }

    // MARK: Changes

    /// What a form that was sent before has made.
    func made(_ entry: RoleEntry, of account: ID<Account>, on connection: any Connection) throws -> Made {
        guard let stored = try? role(entry.id, of: account, on: connection).entry else { return .not }
        return stored.name.isIdentical(to: entry.name) && stored.rights == entry.rights ? .asAsked : .otherwise
    }

    /// Throws `Refusal.limitReached`, and `FieldProblem` for a name that another role has.
    func insert(_ entry: RoleEntry, in account: ID<Account>, on connection: any Connection) throws {
        try Limit.roles.requireRoom(in: account, telling: alerts, on: connection)
        do {
            try connection.execute(
                """
                INSERT INTO roles (id, account_id, name, rights) VALUES (\(entry.id), \(account), \(entry.name), \(entry.rights))
                """)
        } catch DatabaseError.duplicate {
            throw FieldProblem("name", "taken")
        }
    }

    /// Throws `Refusal.stale`, and `FieldProblem` for a name that another role has.
    func update(_ entry: RoleEntry, of account: ID<Account>, on connection: any Connection) throws {
        do {
            let changed = try connection.execute(
                """
                UPDATE roles SET name = \(entry.name), rights = \(entry.rights), version = version + 1
                WHERE id = \(entry.id) AND account_id = \(account) AND version = \(entry.version)
                """)
            guard changed == 1 else { throw Refusal.stale }
        } catch DatabaseError.duplicate {
            throw FieldProblem("name", "taken")
        }
    }

    /// How many it deleted. Throws `Refusal.inUse` with some of the names: behind the account's lock nobody is given it meanwhile. The
    /// administrators' role stays.
    func delete(_ role: ID<RoleRow>, of account: ID<Account>, on connection: any Connection) throws -> Int {
        try connection.lock(account)
        let holders = try holders(of: role, on: connection)
        guard holders.count == 0 else { throw Refusal.inUse(by: holders.uses) }
        return try connection.execute("DELETE FROM roles WHERE id = \(role) AND account_id = \(account) AND is_administrator = 0")
    }
}

extension Member {
    /// What they have by now, behind the account's lock: their session was read when the request began.
    func currentAuthority(on connection: any Connection) throws -> Authority {
        try connection.lock(account.id)
        return try site.sessions.authority(of: session.user, on: connection)
    }

    /// Throws `FieldProblem` when they have not all that they give.
    func requireGivable(_ rights: Set<Right>, as field: String, on connection: any Connection) throws {
        guard try currentAuthority(on: connection).covers(rights) else { throw FieldProblem(field, "not_yours") }
    }
}
