// The purge in two phases: rows are marked, and only when that is durable the files go, and then the rows. Whatever stops it in
// between, what is marked is found again and finished; what is not marked was never touched.

package import Database
import Glibc
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
    package enum Step: CaseIterable, Sendable {
        /// What is meant to be deleted of a kind is durably written down.
        case begun
        /// A batch of rows is durably marked.
        case marked
        /// One file is gone, and perhaps not durably.
        case fileGone
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
    ///   - shown: how many of each kind somebody was told; what is due when nil.
    ///   - isStopping: asked before each batch; what is left is finished at the next start.
    package func run(
        _ account: ID<Account>, by actor: PurgeActor, asOf instant: Timestamp? = nil, shown: [MediaKind: Int]? = nil,
        isStopping: () -> Bool = { false }
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
            var result = PurgeFigures(kind: figures.kind, days: figures.days, cutoff: figures.cutoff)
            result.held = figures.held
            let planned = shown?[figures.kind] ?? figures.items
            guard let days = figures.days, let cutoff = figures.cutoff, max(planned, figures.items) > 0, !isStopping() else {
                return result
            }
            let run = PurgeStore.Run(
                id: site.ids.next(), account: account, kind: figures.kind, days: days, cutoff: cutoff, detail: detail(days, cutoff, place),
                user: actor.user, userName: actor.name)
            guard try site.database.write({ try store.begin(run, planned: planned, held: figures.held, on: $0) }) else { return result }
            try reached(.begun)
            try carryOut(run, isStopping: isStopping) { result.add($0) }
            (result.items, result.bytes) = try site.database.read { try store.deleted(by: run, on: $0) }
            return result
        }
    }

    /// As `run`, for a person who has seen the figures: a purge that waited for that has nothing more to wait for.
    package func runConfirmed(
        _ account: ID<Account>, by actor: PurgeActor, asOf instant: Timestamp? = nil, shown: [MediaKind: Int]? = nil
    ) throws -> [PurgeFigures] {
        try site.reserve.giving {
            let figures = try run(account, by: actor, asOf: instant, shown: shown)
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
        try site.reserve.giving {
            for account in try site.database.read({ try RetentionStore.accounts(on: $0) }) {
                do { try resume(account.id) } catch let error as DatabaseError where error == .closed { throw error } catch {
                    site.logger.error("A purge of \(account.id) could not be resumed: \(error)")
                }
            }
        }
    }

    /// What is marked already, then batch by batch what is due: each is marked, deleted and counted before the next, so that a hold or a
    /// longer policy is respected for all that the purge has not come to.
    private func carryOut(_ run: PurgeStore.Run, isStopping: () -> Bool, marked: (PurgeStore.StoredFile) -> Void = { _ in }) throws {
        var fault: Int32 = 0
        do {
            let folder = try MediaFolder.open(run.account, in: site.dataFolder)
            var last: ID<MediaFile>?
            while !isStopping(), case let files = try site.database.read({ try store.files(of: run, after: last, on: $0) }),
                let end = files.last
            {
                last = end.id
                fault = max(fault, try delete(files, of: run, in: folder))
            }
            while !isStopping() {
                let files = try site.database.write { try store.mark(run, on: $0) }
                guard !files.isEmpty else {
                    guard try site.database.read({ try HoldStore.isBeingPlaced(in: run.account, on: $0) }) else { break }
                    // What it is on is known once it is placed; the rest goes.
                    try HoldWork(site: site).finish(run.account, isStopping: isStopping)
                    continue
                }
                files.forEach(marked)
                try reached(.marked)
                fault = max(fault, try delete(files, of: run, in: folder))
            }
        } catch let error as MediaFault {
            try site.database.write { try store.note(error.code, in: run, on: $0) }
            throw error
        }
        guard !isStopping() else { return }
        let shortfall = try site.database.read { try store.shortfall(of: run, on: $0) }
        try site.database.write { try store.finish(run, shortfall, fault: fault, on: $0) }
    }

    /// - Returns: why the disk refused some, or 0.
    private func delete(_ files: [PurgeStore.StoredFile], of run: PurgeStore.Run, in folder: MediaFolder?) throws -> Int32 {
        var gone: [ID<MediaFile>] = []
        var fault: MediaFault?
        for file in files {
            do {
                guard let name = MediaFolder.name(of: file.id, file.fileExtension) else {
                    throw MediaFault(action: "name", name: file.id.description, code: EINVAL)
                }
                try folder?.remove(name)
                gone.append(file.id)
            } catch let error as MediaFault {
                fault = error
            }
            try reached(.fileGone)
        }
        if let fault {
            site.logger.error("The purge \(run.id) leaves \(files.count - gone.count) files, the last of them since it \(fault)")
        }
        try folder?.sync()
        try reached(.unlinked)
        if !gone.isEmpty { try site.database.write { try store.remove(gone, of: run, on: $0) } }
        try reached(.removed)
        try site.database.settle()
        return fault?.code ?? 0
    }

    /// In the account's language and zone: its administrators read it.
    private func detail(_ days: Int, _ cutoff: Timestamp, _ place: RetentionStore.AccountPlace) -> String {
        let t = site.locales[Language(rawValue: place.language) ?? .english]
        let times = Times(zone: site.zone(place.timeZone), translation: t, now: site.clock.now())
        return t("retention.deletion_detail", count: days, ["cutoff": times.inSentence(cutoff)])
    }
}
