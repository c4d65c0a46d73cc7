// The whole product but for its socket: opened from a data folder, started and stopped as one. The process, the command line
// and the tests all begin here.

import Cron
package import Database
import Delivery
import Foundation
package import HTTPClient
import HTTPTypes
package import Logging
package import Mail
import Templating
package import Time
package import Web

package struct Installation: Sendable {
    /// Where the database, the key, uploads and media stand.
    package var dataFolder: String
    package var resources: Resources
    package var policy: AddressPolicy
    /// Where people reach it.
    package var address: SiteAddress
    package var clock: Clock
    package var passwordCost: Passwords.Cost
    /// Requests at once, of which some kinds have a share.
    package var workers: Int
    /// Reads at once: one for each worker, and a few for jobs.
    package var readers: Int
    /// Staff of the platform sign in with a second factor, and set one up before anything else.
    package var operatorsNeedFactor = true
    /// Where mail goes; nil: nowhere, and links are shown instead.
    package var relay: MailRelay?
    /// Whom mail comes from; made from the address when nil.
    package var mailAddress: String?
    package var mailPace = Mailer.Pace()
    /// Opens the database at a path, for so many reads at once.
    package var openEngine: @Sendable (String, Int) throws -> any Engine = { try SQLiteEngine(path: $0, readers: $1) }
    package var features = allFeatures

    package init(
        dataFolder: String, resources: Resources, policy: AddressPolicy, address: SiteAddress = .local, clock: Clock = .system,
        passwordCost: Passwords.Cost = .production, workers: Int = 48, readers: Int = 8
    ) {
        self.dataFolder = dataFolder
        self.resources = resources
        self.policy = policy
        self.address = address
        self.clock = clock
        self.passwordCost = passwordCost
        self.workers = workers
        self.readers = readers
    }
}

package final class Application: Sendable {
    package static let version = "0.1.0"

    package let app: App
    package let pipeline: Pipeline
    /// What the features do, in their order.
    package let running: [Feature.Running]
    private let scheduler: Scheduler
    private let lock: DataFolderLock

    /// Opens the data folder, applies migrations, compiles every template in both languages, and wires the features. Throws what is
    /// wrong, in words for the person who starts it.
    package init(_ installation: Installation, logger: Logger) throws {
        lock = try DataFolderLock(folder: installation.dataFolder)
        let folder = installation.dataFolder
        let features = installation.features
        for name in Set(["uploads"] + features.flatMap(\.folders)).sorted() {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/\(name)", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        }
        // The folders' own names; what is in them is synced as it comes.
        _ = isSynced(folder)
        let clock = installation.clock
        let ids = IDGenerator(clock: clock)
        Backup.removeLeftover(dataFolder: folder, logger)
        // SQLite needs a little room to open a database that is only read.
        let (database, vault) = try DiskReserve(folder: folder).giving {
            let database = Database(engine: try installation.openEngine("\(folder)/hookswitch.sqlite", installation.readers)) { error in
                // After a failed sync nobody knows what is durable: the restart reads it from the disk.
                logger.critical("The disk failed under a write; ending so that the restart can recover: \(error)")
                exit(70)
            }
            try database.migrate(features.migrations, at: clock.now())
            return (database, try MasterKey.open(folder: folder, for: database))
        }
        // Events of one call are delivered in the order of their ids.
        if let newest = try database.read({ try $0.value("SELECT MAX(id) FROM events", as: ID<Event>.self) }) { ids.goOn(behind: newest) }
        let menu = Menu(features.flatMap(\.tabs))
        let site = Site(
            database: database, vault: vault, address: installation.address, clock: clock, ids: ids,
            resources: installation.resources,
            passwords: try Passwords(cost: installation.passwordCost), dataFolder: folder, version: Self.version, logger: logger,
            rights: features.rights, accountLogo: features.compactMap(\.accountLogo).first, menu: menu,
            operatorsNeedFactor: installation.operatorsNeedFactor)
        let client = HTTPClient(policy: installation.policy, userAgent: "Hookswitch/\(Self.version)")
        let directory = WebhookDirectory(database: database, vault: vault) { account, connection in
            try AccountState.of(account, on: connection).map { !$0.isOpen } ?? false
        }
        let engine = DeliveryEngine(
            node: lock.node, database: database, client: client, clock: clock, ids: ids, directory: directory, logger: logger,
            maximumTests: max(1, installation.workers / 4))
        let acceptor = EventAcceptor(database: database, ids: ids, clock: clock, directory: directory) { [weak engine] in engine?.wake($0) }
        let mailer = Mailer(
            relay: installation.relay,
            sender: MailSender(name: "Hookswitch", address: installation.mailAddress ?? "hookswitch@\(installation.address.host)"),
            database: database, vault: vault, clock: clock, ids: ids, pace: installation.mailPace, logger: logger)
        let alerts = try Alerts(site: site, mailer: mailer, kinds: features.flatMap(\.raises))
        let app = App(
            site: site, features: features, vault: vault, policy: installation.policy, client: client, directory: directory,
            acceptor: acceptor, engine: engine, mailer: mailer,
            texts: SMSOutbox(database: database, vault: vault, client: client, clock: clock, ids: ids, logger: logger),
            afterwards: Afterwards(logger: logger), alerts: alerts)
        self.app = app
        let running = try features.map { try $0.run(app) }
        self.running = running
        app.recurring.begin { try running.flatMap { try $0.jobs() } }
        pipeline = try Pipeline(
            site: site, routes: running.flatMap(\.routes), menu: menu, workers: installation.workers,
            // Without a sign-in nobody has a session that could end.
            interruption: running.compactMap(\.interruption).first ?? { _ in throw Abort(.forbidden) })
        scheduler = Scheduler(
            jobs: { try running.flatMap { try $0.jobs() } }, clock: clock,
            claim: { job, nominal in
                do { return try site.claimRun(of: job, nominal: nominal) } catch DatabaseError.full {
                    // Purges would never come otherwise.
                    return try site.reserve.giving { try site.claimRun(of: job, nominal: nominal) }
                }
            },
            lastRun: { try site.lastRun(of: $0) },
            onError: { job, error in logger.error("The job \(job) failed: \(error)") })
    }

    /// Starts deliveries and the recurring work.
    package func start() throws {
        app.site.reserve.make()
        try app.engine.start()
        try app.mailer.start()
        try app.texts.start()
        for feature in running { try feature.onStart() }
        scheduler.start()
    }

    /// Ends the recurring work and deliveries, lets writes finish, and closes the database.
    package func stop(within time: Duration) {
        let deadline = ContinuousClock.now + time
        // A job that is stopped resumes at the next start.
        scheduler.stop(within: time / 2)
        app.engine.stop(within: max(.zero, deadline - .now))
        app.mailer.stop(within: max(.seconds(1), deadline - .now))
        app.texts.stop(within: max(.seconds(1), deadline - .now))
        app.recurring.end()
        app.afterwards.finish()
        app.client.stop()
        app.site.refused.flush()
        app.site.database.close()
    }
}
