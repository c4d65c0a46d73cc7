// An account that is deleted takes its history along. No index leads from an account to its events, which would cost every event that is
// accepted: they are found by walking over all events, a few at a time, while nobody waits.

package import Database

package enum AccountHistory {
    /// Events looked at in one read, whosesoever they are.
    package static let window = 1000
    /// Events deleted in one transaction: everybody's writes wait for it.
    package static let batch = 200

    /// The account's among the next events behind `event`, and behind which to go on; nil when there are no more.
    package static func events(
        of account: ID<Account>, behind event: ID<Event>, on connection: any Connection
    ) throws -> (own: [ID<Event>], next: ID<Event>?) {
        let found = try connection.rows(
            "SELECT id, account_id FROM events WHERE id > \(event) ORDER BY id LIMIT \(window)"
        ) { (id: try $0.next(ID<Event>.self), account: try $0.next(ID<Account>.self)) }
        return (found.filter { $0.account == account }.map(\.id), found.count == window ? found.last?.id : nil)
    }

    /// With all that was, or is still to be, sent of them.
    package static func delete(_ events: some Sequence<ID<Event>>, on connection: any Connection) throws -> (events: Int, deliveries: Int) {
        var counts = (events: 0, deliveries: 0)
        for event in events {
            let last = event.delivery(ID<Event>.maximumDeliveries)
            for table: SQL in ["attempts", "due", "waiting"] {
                try connection.execute("DELETE FROM \(table) WHERE delivery_id > \(event) AND delivery_id <= \(last)")
            }
            counts.deliveries += try connection.execute("DELETE FROM deliveries WHERE id > \(event) AND id <= \(last)")
            counts.events += try connection.execute("DELETE FROM events WHERE id = \(event)")
        }
        return counts
    }
}
