// Who is in which queue: said in the person's form, shown on the queue's page, and a reason for the queue to stay.

import Database
import Web

enum QueueMemberStore {
    /// In the order in which forms list them.
    static func queues(of user: ID<User>, in account: ID<Account>, on connection: any Connection) throws -> [ID<Queue>] {
        try connection.rows(
            """
            SELECT q.id FROM queue_members m JOIN queues q ON q.id = m.queue_id
            WHERE m.user_id = \(user) AND q.account_id = \(account) ORDER BY q.name, q.id
            """
        ) { try $0.next() }
    }

    /// The queues of each of these, by name.
    static func names(of users: [ID<User>], on connection: any Connection) throws -> [ID<User>: [String]] {
        guard !users.isEmpty else { return [:] }
        var names: [ID<User>: [String]] = [:]
        try connection.forEachRow(
            """
            SELECT m.user_id, q.name FROM queue_members m JOIN queues q ON q.id = m.queue_id
            WHERE m.user_id IN (\(list: users)) ORDER BY q.name, q.id
            """
        ) { row in
            let user: ID<User> = try row.next()
            names[user, default: []].append(try row.next())
        }
        return names
    }

    /// Behind the account's lock, which keeps the queues there. Throws `FieldProblem` when one has gone.
    static func set(_ queues: [ID<Queue>], of user: ID<User>, in account: ID<Account>, on connection: any Connection) throws {
        try connection.execute("DELETE FROM queue_members WHERE user_id = \(user)")
        guard !queues.isEmpty else { return }
        let count = try connection.execute(
            """
            INSERT INTO queue_members (queue_id, user_id, account_id)
            SELECT id, \(user), account_id FROM queues WHERE account_id = \(account) AND id IN (\(list: queues))
            """)
        guard count == Set(queues).count else { throw FieldProblem("queues", "unknown") }
    }

    /// By name.
    static func uses(of queue: ID<Queue>, in account: ID<Account>, on connection: any Connection) throws -> Uses {
        let count = try connection.value(
            "SELECT COUNT(*) FROM queue_members WHERE queue_id = \(queue) AND account_id = \(account)", as: Int.self)
        let members = try connection.rows(
            """
            SELECT u.id, u.name FROM queue_members m JOIN users u ON u.id = m.user_id
            WHERE m.queue_id = \(queue) AND m.account_id = \(account) ORDER BY u.name, u.id LIMIT \(Uses.maximumShown)
            """
        ) { row in
            let path = UserController.path(of: try row.next())
            return Use("user", try row.next(), at: path)
        }
        return Uses(members, count: count)
    }
}
