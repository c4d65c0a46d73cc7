// Places and ends holds on more than a transaction may take, a batch at a time. What there is to do stands in the hold's row, so a stop or a
// kill leaves nothing but work for the next start; two workers at once do nothing twice.

import Cron
import Database
import Dispatch
import Logging
import Synchronization
import Threading
import Time
import Web

final class HoldWork: Sendable {
    /// Rows looked through for one batch, where no index has all that is asked for.
    private static let look = 5000
    /// How long a page waits for the end.
    private static let patience = Duration.seconds(3)

    private let site: Site
    private let reached: @Sendable () throws -> Void
    /// Accounts that a thread is about, and whether there has come more meanwhile.
    private let underWay = Mutex<[ID<Account>: Bool]>([:])

    convenience init(site: Site) {
        self.init(site: site, reached: {})
    }

    /// - Parameter reached: called after each batch; what it throws ends the work there.
    init(site: Site, reached: @escaping @Sendable () throws -> Void) {
        (self.site, self.reached) = (site, reached)
    }

    func job() throws -> Job {
        let expression = try CronExpression("*/10 * * * *")
        return Job(name: "media-holds", schedule: { Schedule(expression: expression, zone: .utc) }) { run in
            try self.resumeAll { run.isStopping }
        }
    }

    /// On a thread of its own; returns when it is done, or when that takes longer than a page should. What fails is tried again by the job.
    func begin(in account: ID<Account>) {
        let isFirst = underWay.withLock { accounts in
            defer { accounts[account] = accounts[account] != nil }
            return accounts[account] == nil
        }
        guard isFirst else { return }
        let done = DispatchSemaphore(value: 0)
        do {
            try OwnThread.start("holds") { [self] in
                defer { done.signal() }
                do {
                    repeat { try finish(account) } while isThereMore(in: account)
                } catch {
                    underWay.withLock { _ = $0.removeValue(forKey: account) }
                    site.logger.error("A hold of \(account) is not done yet: \(error)")
                }
            }
        } catch {
            underWay.withLock { _ = $0.removeValue(forKey: account) }
            site.logger.error("A hold of \(account) has no thread yet: \(error)")
            return
        }
        _ = done.wait(timeout: .now() + Self.patience / .seconds(1))
    }

    private func isThereMore(in account: ID<Account>) -> Bool {
        underWay.withLock { accounts in
            let isMore = accounts[account] == true
            accounts[account] = isMore ? false : nil
            return isMore
        }
    }

    /// Of one account, on the caller's thread: a purge does so first, since it marks nothing while a hold is being placed.
    func finish(_ account: ID<Account>, isStopping: () -> Bool = { false }) throws {
        // On a full disk too: what is to be held must not wait for room.
        for hold in try site.database.read({ try HoldStore.unfinished(of: account, on: $0) }) {
            try site.reserve.giving { try carryOut(hold.id, of: account, isStopping: isStopping) }
        }
    }

    func resumeAll(isStopping: () -> Bool = { false }) throws {
        for hold in try site.database.read({ try HoldStore.unfinished(of: nil, on: $0) }) where !isStopping() {
            do { try carryOut(hold.id, of: hold.account, isStopping: isStopping) } catch let error as DatabaseError where error == .closed {
                throw error
            } catch {
                site.logger.error("The hold \(hold.id) is not done yet: \(error)")
            }
        }
    }

    private func carryOut(_ id: ID<MediaHold>, of account: ID<Account>, isStopping: () -> Bool) throws {
        while !isStopping(), let step = try site.database.read({ try step(of: id, in: account, on: $0) }) {
            // Whether it was this one or another worker: what comes next is in the row.
            _ = try site.database.write { try step($0) }
            try reached()
        }
    }

    private typealias Step = (any Connection) throws -> Bool

    /// What is to be written next; nil when it is done.
    private func step(of id: ID<MediaHold>, in account: ID<Account>, on connection: any Connection) throws -> Step? {
        let hold: HoldRecord
        do { hold = try HoldStore.hold(id, of: account, on: connection) } catch Refusal.notFound { return nil }
        switch hold.state {
        case .placed, .released: return nil
        case .placing:
            let filter = try MediaFilter(ofHold: hold.filter, site)
            let found = try MediaListStore.page(
                of: account, filter, older: hold.place.flatMap { MediaPlace($0) }, size: HoldStore.batch, look: Self.look, on: connection)
            let media = found.rows.map(\.id)
            let place = found.older?.description
            return { try HoldStore.proceed(hold, with: media, to: place, in: account, on: $0) }
        case .releasing:
            let place = hold.place.flatMap { ID<MediaFile>($0) }
            let media = try HoldStore.items(of: id, after: place, in: account, limit: HoldStore.batch, on: connection)
            let isLast = media.count < HoldStore.batch
            return { try HoldStore.proceed(hold, freeing: media, isLast: isLast, in: account, on: $0) }
        }
    }
}
