// Thirty days after an account was closed, all of it goes: a little at a time, so that nobody's write waits long behind it, and in an order
// in which what a stop or a kill leaves is taken up again. What was deleted is counted in the transactions that delete it.

import Cron
import Database
import Delivery
import Foundation
import Logging
import Time
import Web

struct AccountDeletion: Sendable {
    enum Step: CaseIterable {
        case begun, media, history, tables, folders
    }

    private let app: App
    private let export: AccountExport
    private let reached: @Sendable (Step) throws -> Void

    /// - Parameter reached: where a test may stop it, as a power cut would; called after each transaction of a step.
    init(_ app: App, _ export: AccountExport, reached: @escaping @Sendable (Step) throws -> Void = { _ in }) {
        self.app = app
        self.export = export
        self.reached = reached
    }

    private var site: Site { app.site }

    func job() throws -> Job {
        let expression = try CronExpression("35 4 * * *")
        return PurgeGuard(site: site).job(
            "account-deletion", schedule: { Schedule(expression: expression, zone: .utc) }, due: ClosureStore.countDue,
            run: { run in try self.run { run.isStopping } })
    }

    func run(until isStopping: () -> Bool = { false }) throws {
        let now = site.clock.now()
        for closure in try site.database.read({ try ClosureStore.due(at: now, on: $0) }) where !isStopping() {
            do {
                try delete(closure, at: now, until: isStopping)
            } catch let fault as MediaFault {
                // Others need not wait for what a disk refuses.
                site.logger.error("The account \(closure.slug) could not be deleted yet: \(fault)")
            }
        }
        try export.removeLeftovers()
    }

    private func delete(_ closure: Closure, at now: Timestamp, until isStopping: () -> Bool) throws {
        guard try site.database.write({ try ClosureStore.beginDeletion(closure, at: now, on: $0) }) else { return }
        app.directory.invalidate(account: closure.account)
        try reached(.begun)
        // Once more for what was on its way when it began.
        var deleted = 0
        repeat {
            deleted = try deleteMedia(of: closure, until: isStopping)
            deleted += try deleteHistory(of: closure, until: isStopping)
            deleted += try deleteTables(of: closure, until: isStopping)
            if isStopping() { return }
        } while deleted > 0
        app.directory.invalidate(account: closure.account)
        try deleteFolders(of: closure)
        try reached(.folders)
        try site.database.write { connection in
            try ClosureStore.finish(closure, at: site.clock.now(), on: connection)
            try AuditEntry(
                account: nil, user: nil, userName: UnnamedActor.system.rawValue, action: "account.delete", subject: closure.slug,
                from: "", requestID: "-"
            ).record(site, on: connection)
        }
        site.logger.notice("The account \(closure.slug) has been deleted")
    }

    /// The files, then their rows: a row without its file is found again, a file without a row would be nobody's.
    private func deleteMedia(of closure: Closure, until isStopping: () -> Bool) throws -> Int {
        let folder = try MediaFolder.open(closure.account, in: site.dataFolder)
        var deleted = 0
        while !isStopping() {
            let files = try site.database.read { try ClosureStore.media(of: closure.account, limit: AccountTable.batch, on: $0) }
            guard !files.isEmpty else { break }
            for file in files {
                if let name = MediaFolder.name(of: file.id, file.fileExtension) { try folder?.remove(name) }
            }
            try folder?.sync()
            deleted += try site.database.write { connection in
                let (items, bytes) = try ClosureStore.deleteMedia(files, of: closure.account, on: connection)
                try CertificateStore.add(items, bytes: bytes, .media, to: closure.certificate, on: connection)
                return items
            }
            try reached(.media)
        }
        return deleted
    }

    private func deleteHistory(of closure: Closure, until isStopping: () -> Bool) throws -> Int {
        var next: ID<Event>? = ID(value: 0)
        var deleted = 0
        while let start = next, !isStopping() {
            let (own, following) = try site.database.read { try AccountHistory.events(of: closure.account, behind: start, on: $0) }
            var rest = own[...]
            while !rest.isEmpty, !isStopping() {
                let some = rest.prefix(AccountHistory.batch)
                rest = rest.dropFirst(AccountHistory.batch)
                deleted += try site.database.write { connection in
                    let counts = try AccountHistory.delete(some, on: connection)
                    try CertificateStore.add(counts.events, .events, to: closure.certificate, on: connection)
                    try CertificateStore.add(counts.deliveries, .deliveries, to: closure.certificate, on: connection)
                    return counts.events
                }
                try reached(.history)
            }
            next = following
        }
        return deleted
    }

    private func deleteTables(of closure: Closure, until isStopping: () -> Bool) throws -> Int {
        var deleted = 0
        for table in AccountTable.all {
            var count = AccountTable.batch
            while count == AccountTable.batch, !isStopping() {
                count = try site.database.write { connection in
                    let count = try table.delete(of: closure.account, on: connection)
                    try CertificateStore.add(count, table.kind, to: closure.certificate, on: connection)
                    return count
                }
                deleted += count
                if count > 0 { try reached(.tables) }
            }
        }
        return deleted
    }

    /// What no row speaks of any more: the folders themselves, what was set aside, what was never registered, and the logo.
    private func deleteFolders(of closure: Closure) throws {
        let files = FileManager.default
        let stored = closure.account.stored
        for path in ["media/\(stored)", "quarantine/\(stored)", "media-inbox/\(closure.slug)"].map({ "\(site.dataFolder)/\($0)" })
        where files.fileExists(atPath: path) {
            try files.removeItem(atPath: path)
        }
        if let logo = try site.database.read({ try ClosureStore.logo(of: closure.account, on: $0) }) { LogoFiles(site: site).remove(logo) }
    }
}
