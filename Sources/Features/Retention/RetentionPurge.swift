// The purge in two phases: rows are marked, and only when that is durable the files go, and then the rows. Whatever stops it in
// between, what is marked is found again and finished; what is not marked was never touched.

package import Database
import Logging
package import Time
import Web

/// Who asked for a purge.
package struct PurgeActor: Sendable {
    /// Nil: nobody who had signed in.
    let user: ID<User>?
    let name: String

    package static let system = PurgeActor(user: nil, name: UnnamedActor.system.rawValue)

    package init(user: ID<User>?, name: String) {
        self.user = user
        self.name = name
    }
}

package struct RetentionPurge: Sendable {
    /// Where a test may stop it, as a power cut would.
    package enum Step: Sendable {
        /// A batch of rows is durably marked.
        case marked
        /// A batch of files is gone, and their folder is synced.
        case unlinked
        /// Their rows are gone, and the Deletion history says so.
        case removed
    }

    /// Room for it on a full disk.
    var reserve: DiskReserve { site.reserve }

    private let site: Site
    private let alerts: Alerts
    private let store: PurgeStore
    private let reached: @Sendable (Step) throws -> Void

    package init(_ app: App) {
        self.init(app, reached: { _ in })
    }

    /// - Parameter reached: called after each step; what it throws ends the purge there.
    package init(_ app: App, reached: @escaping @Sendable (Step) throws -> Void) {
        (site, alerts) = (app.site, app.alerts)
        store = PurgeStore(site: app.site)
        self.reached = reached
    }

    /// The name of its job.
    static func job(of account: ID<Account>) -> String { "purge:\(account)" }

    /// What a purge would delete now. Changes nothing.
    package func preview(_ account: ID<Account>) throws -> [PurgeFigures] {
        try site.database.read { try RetentionStore.figures(of: account, asOf: site.clock.now(), on: $0) }
    }

    /// Finishes what earlier purges of the account left, then deletes what is due, and says what it deleted.
    ///
    /// - Parameters:
    ///   - instant: the moment at which ages are taken, now when nil; never later than now.
    ///   - isStopping: asked before each batch; what is left is finished at the next start.
    package func run(
        _ account: ID<Account>, by actor: PurgeActor, asOf instant: Timestamp? = nil, isStopping: () -> Bool = { false }
    ) throws -> [PurgeFigures] {
        let now = site.clock.now()
        try HoldWork(site: site).finish(account, isStopping: isStopping)
        try resume(account, isStopping: isStopping)
        let (due, place) = try site.database.read { connection in
            (
                try RetentionStore.figures(of: account, asOf: min(instant ?? now, now), on: connection),
                try RetentionStore.place(of: account, on: connection)
            )
        }
        guard let place else { return [] }
        return try due.map { figures in
            guard let days = figures.days, let cutoff = figures.cutoff else { return figures }
            let run = PurgeStore.Run(
                id: site.ids.next(), account: account, kind: figures.kind, cutoff: cutoff, detail: detail(days, cutoff, place),
                user: actor.user,
                userName: actor.name)
            var result = PurgeFigures(kind: figures.kind, days: days, cutoff: cutoff)
            result.held = figures.held
            var marked = 0
            while !isStopping(), case let count = try site.database.write({ try store.mark(run, days: days, on: $0) }), count > 0 {
                marked += count
                try reached(.marked)
            }
            guard marked > 0 else { return result }
            try site.database.read { try store.addPlanned(run, to: &result, on: $0) }
            try carryOut(run, isStopping: isStopping)
            (result.items, result.bytes) = try site.database.read { try store.deleted(by: run, on: $0) }
            return result
        }
    }

    /// As `run`, for a person who has seen the figures: a purge that waited for that has nothing more to wait for.
    package func runConfirmed(_ account: ID<Account>, by actor: PurgeActor, asOf instant: Timestamp? = nil) throws -> [PurgeFigures] {
        try site.reserve.giving {
            let figures = try run(account, by: actor, asOf: instant)
            try PurgeGuard(site: site, alerts: alerts).note(Self.job(of: account))
            return figures
        }
    }

    /// Finishes what a crash or a refusal of the disk left of the account's purges.
    package func resume(_ account: ID<Account>, isStopping: () -> Bool = { false }) throws {
        let unfinished = try site.database.read { try store.unfinished(of: account, on: $0) }
        for run in unfinished where !isStopping() { try carryOut(run, isStopping: isStopping) }
    }

    /// The same for every account; one that cannot be finished keeps none of the others from it.
    package func resumeAll() throws {
        for account in try site.database.read({ try RetentionStore.accounts(on: $0) }) {
            do { try resume(account.id) } catch let error as DatabaseError where error == .closed { throw error } catch {
                site.logger.error("A purge of \(account.id) could not be resumed: \(error)")
            }
        }
    }

    private func carryOut(_ run: PurgeStore.Run, isStopping: () -> Bool) throws {
        let folder = try MediaFolder.open(run.account, in: site.dataFolder)
        var last: ID<MediaFile>?
        while !isStopping() {
            let files = try site.database.read { try store.files(of: run, after: last, on: $0) }
            guard let end = files.last else { break }
            last = end.id
            var gone: [ID<MediaFile>] = []
            for file in files {
                do {
                    guard let name = MediaFolder.name(of: file.id, file.fileExtension) else {
                        throw MediaFault(action: "name", name: file.id.description, code: 0)
                    }
                    try folder?.remove(name)
                    gone.append(file.id)
                } catch {
                    site.logger.error("The purge \(run.id) leaves a file: \(error)")
                }
            }
            try folder?.sync()
            try reached(.unlinked)
            if !gone.isEmpty { try site.database.write { try store.remove(gone, of: run, on: $0) } }
            try reached(.removed)
        }
        try site.database.write { try store.finish(run, on: $0) }
    }

    /// In the account's language and zone: its administrators read it.
    private func detail(_ days: Int, _ cutoff: Timestamp, _ place: RetentionStore.AccountPlace) -> String {
        let t = site.locales[Language(rawValue: place.language) ?? .english]
        let times = Times(zone: site.zone(place.timeZone), translation: t, now: site.clock.now())
        return t("retention.deletion_detail", count: days, ["cutoff": times.inSentence(cutoff)])
    }
}
