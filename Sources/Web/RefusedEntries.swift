// Who was not let in: wrong passwords and wrong keys, in the log and in a table, however many there are. Of an hour there are so many
// rows at most, each with its number of times, and what a row counts is written when it has doubled: a flood of guesses is neither a
// flood of writes nor a table that grows with it.

package import Database
import Logging
import Synchronization
package import Time

package final class RefusedEntries: Sendable {
    package enum Kind: String, Sendable {
        case signIn = "sign_in"
        /// Of somebody signed in who is asked for their present password.
        case password
        /// A code of a second factor.
        case factor
        case key
    }

    /// Who tried what, from where.
    package struct Entry: Hashable, Sendable {
        let kind: Kind
        let account: ID<Account>?
        let subject: String
        let address: String

        /// - Parameter subject: known to us, such as the address of a person or an account's name: what was typed may be a password.
        package init(_ kind: Kind, of subject: String, in account: ID<Account>?, from address: String) {
            (self.kind, self.account, self.subject, self.address) = (kind, account, subject, address)
        }

        /// What more there was in an hour whose rows are full.
        fileprivate var rest: Entry { Entry(kind, of: "", in: nil, from: "") }
    }

    private struct Count {
        var times = 0
        var written = 0
    }

    private struct State {
        /// The beginning of the hour that is counted.
        var hour = Timestamp(milliseconds: 0)
        var counts: [Entry: Count] = [:]
    }

    private struct Row {
        let hour: Timestamp
        let entry: Entry
        let added: Int
    }

    package static let maximumRowsAnHour = 50
    /// As long as the Deletion history.
    package static let kept = Duration.seconds(92 * 86400)

    private let database: Database
    private let clock: Clock
    private let logger: Logger
    private let state = Mutex(State())

    init(database: Database, clock: Clock, logger: Logger) {
        (self.database, self.clock, self.logger) = (database, clock, logger)
    }

    /// Never throws: whoever was refused is refused whether or not that can be written down.
    package func record(_ entry: Entry, requestID: String) {
        let hour = hour()
        let (rows, times) = state.withLock { state in
            var rows: [Row] = []
            if state.hour != hour {
                rows = Self.take(from: &state)
                state = State(hour: hour)
            }
            let isKnown = state.counts[entry] != nil || state.counts.count < Self.maximumRowsAnHour - 3
            let entry = isKnown ? entry : entry.rest
            var count = state.counts[entry] ?? Count()
            count.times += 1
            if count.times & (count.times - 1) == 0 {
                rows.append(Row(hour: hour, entry: entry, added: count.times - count.written))
                count.written = count.times
            }
            state.counts[entry] = count
            return (rows, count.written == count.times ? count.times : nil)
        }
        if let times {
            logger.notice(
                "Somebody was not let in",
                metadata: [
                    "what": "\(entry.kind.rawValue)", "of": "\(entry.subject)", "from": "\(entry.address)", "times": "\(times)",
                    "request": "\(requestID)",
                ])
        }
        write(rows)
    }

    /// What was counted since it was written last.
    package func flush() {
        let hour = hour()
        write(
            state.withLock { state in
                let rows = Self.take(from: &state)
                if state.hour != hour { state.counts = [:] }
                return rows
            })
    }

    private static func take(from state: inout State) -> [Row] {
        let rows = state.counts.filter { $0.value.times > $0.value.written }.map {
            Row(hour: state.hour, entry: $0.key, added: $0.value.times - $0.value.written)
        }
        for row in rows { state.counts[row.entry]?.written += row.added }
        return rows
    }

    private func hour() -> Timestamp {
        let now = clock.now().milliseconds
        return Timestamp(milliseconds: now - now % 3_600_000)
    }

    private func write(_ rows: [Row]) {
        guard !rows.isEmpty else { return }
        let now = clock.now()
        do {
            try database.write { connection in
                for row in rows { try Self.add(row, at: now, on: connection) }
            }
        } catch {
            logger.error("Those who were not let in could not be written down: \(error)")
        }
    }

    private static func add(_ row: Row, at now: Timestamp, on connection: any Connection) throws {
        let entry = row.entry
        try connection.execute(
            """
            INSERT INTO refused_entries (hour, kind, subject, address, account_id, times, last_at)
            VALUES (\(row.hour), \(entry.kind.rawValue), \(entry.subject), \(entry.address), \(entry.account), \(row.added), \(now))
            ON CONFLICT (hour, kind, subject, address)
            DO UPDATE SET times = refused_entries.times + \(row.added), last_at = \(now)
            """)
    }

    /// How many went.
    package static func delete(before time: Timestamp, upTo limit: Int, on connection: any Connection) throws -> Int {
        try connection.execute(
            """
            DELETE FROM refused_entries WHERE (hour, kind, subject, address) IN (
                SELECT hour, kind, subject, address FROM refused_entries WHERE hour < \(time) ORDER BY hour LIMIT \(limit))
            """)
    }
}
