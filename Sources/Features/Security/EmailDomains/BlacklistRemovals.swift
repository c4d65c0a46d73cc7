// Entries whose domain or user has gone: up to 500 go in the transaction that deletes those, what is left a little at a time behind it, so
// that nobody's write waits long; what a stop or a kill leaves goes on at the start.

import Cron
import Database
import Logging
import Threading
import Time
import Web

enum BlacklistRemovalRow: Identified {
    static let idPrefix = "blr"
}

/// Entries that are still to go, of a domain or of a user.
struct BlacklistRemoval {
    let id: ID<BlacklistRemovalRow>
    let account: ID<Account>
    let domain: ID<EmailDomain>?
    let user: ID<User>?
    /// The Deletion history's entry, which grows with each batch.
    let deletion: ID<DeletionRow>?
    let planned: Int
    var done: Int
}

final class BlacklistRemovals: Sendable {
    private let site: Site
    private let reached: @Sendable (_ done: Int) throws -> Void

    /// - Parameter reached: where a test may stop it, as a power cut would; called after each transaction.
    init(_ site: Site, reached: @escaping @Sendable (_ done: Int) throws -> Void = { _ in }) {
        (self.site, self.reached) = (site, reached)
    }

    /// Those that a full disk or the like has kept.
    func job() throws -> Job {
        let expression = try CronExpression("25 * * * *")
        return Job(name: "blacklist-removals", schedule: { Schedule(expression: expression, zone: .utc) }) { [self] job in
            try site.reserve.giving { try run { job.isStopping } }
        }
    }

    /// On a thread of its own, if there is anything to do. What fails is tried again by the job.
    func begin() {
        guard (try? site.database.read({ try BlacklistRemovalStore.next(on: $0) })) != nil else { return }
        do {
            try OwnThread.start("removals") { [self] in
                do { try run() } catch DatabaseError.closed {} catch {
                    site.logger.error("Blacklist entries could not be removed yet: \(error)")
                }
            }
        } catch {
            site.logger.error("Blacklist entries could not be removed yet: \(error)")
        }
    }

    /// Two at once do each other no harm: each batch is a transaction of its own.
    func run(until isStopping: () -> Bool = { false }) throws {
        while !isStopping(), let removal = try site.database.read({ try BlacklistRemovalStore.next(on: $0) }) {
            let done = try site.database.write { try BlacklistRemovalStore.goOn(removal.id, site, on: $0) }
            try reached(done)
        }
    }
}
