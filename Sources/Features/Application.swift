// The whole product but for its socket: opened from a data folder, started and stopped as one. The process, the command line
// and the tests all begin here.

import Cron
import Database
import Delivery
import Foundation
package import HTTPClient
package import Logging
import Templating
package import Time
package import Web

package struct Installation: Sendable {
    /// Where the database, the key, uploads and media stand.
    package var dataFolder: String
    /// Where Templates, Locales and Public stand.
    package var resourceFolder: String
    package var policy: AddressPolicy
    package var clock: Clock
    package var passwordCost: Passwords.Cost
    /// Reads at once: one for each worker, and a few for jobs.
    package var readers: Int

    package init(
        dataFolder: String, resourceFolder: String, policy: AddressPolicy, clock: Clock = .system,
        passwordCost: Passwords.Cost = .production, readers: Int = 8
    ) {
        self.dataFolder = dataFolder
        self.resourceFolder = resourceFolder
        self.policy = policy
        self.clock = clock
        self.passwordCost = passwordCost
        self.readers = readers
    }
}

package final class Application: Sendable {
    package static let version = "0.1.0"

    package let app: App
    package let pipeline: Pipeline
    package let features: [Feature]
    private let scheduler: Scheduler
    private let lock: DataFolderLock

    /// Opens the data folder, applies migrations, compiles every template in both languages, and wires the features. Throws what is
    /// wrong, in words for the person who starts it.
    package init(_ installation: Installation, logger: Logger) throws {
        lock = try DataFolderLock(folder: installation.dataFolder)
        let folder = installation.dataFolder
        for name in ["uploads", "logos", "media", "media-inbox", "quarantine"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/\(name)", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        }
        let clock = installation.clock
        let ids = IDGenerator(clock: clock)
        let vault = Vault(key: try MasterKey.loadOrCreate(folder: folder))
        let database = Database(engine: try SQLiteEngine(path: "\(folder)/hookswitch.sqlite", readers: installation.readers)) { error in
            // After a failed sync nobody knows what is durable: the restart reads it from the disk.
            logger.critical("The disk failed under a write; ending so that the restart can recover: \(error)")
            exit(70)
        }
        try database.migrate(allMigrations, at: clock.now())
        // Events of one call are delivered in the order of their deliveries' ids.
        if let newest = try database.read({ try $0.value("SELECT MAX(id) FROM deliveries", as: ID<WebhookDelivery>.self) }) {
            ids.goOn(behind: newest)
        }
        let resources = installation.resourceFolder
        let site = Site(
            database: database, clock: clock, ids: ids, locales: try Locales.load(folder: "\(resources)/Locales"),
            assets: try Assets(folder: "\(resources)/Public"), templates: try TemplateLibrary.load(folder: "\(resources)/Templates"),
            passwords: try Passwords(cost: installation.passwordCost), dataFolder: folder, version: Self.version, logger: logger)
        let client = HTTPClient(policy: installation.policy, userAgent: "Hookswitch/\(Self.version)")
        let directory = WebhookDirectory(database: database, vault: vault)
        let engine = DeliveryEngine(
            node: lock.node, database: database, client: client, clock: clock, ids: ids, directory: directory, logger: logger)
        let acceptor = EventAcceptor(database: database, ids: ids, clock: clock, directory: directory) { [weak engine] in engine?.wake($0) }
        app = App(
            site: site, vault: vault, policy: installation.policy, client: client, directory: directory, acceptor: acceptor, engine: engine)
        let (features, interruption) = try allFeatures(app)
        self.features = features
        pipeline = try Pipeline(site: site, features: features, interruption: interruption)
        scheduler = Scheduler(
            jobs: { try features.flatMap { try $0.jobs() } }, clock: clock,
            claim: { job, nominal in try site.claimRun(of: job, nominal: nominal) }, lastRun: { try site.lastRun(of: $0) },
            onError: { job, error in logger.error("The job \(job) failed: \(error)") })
    }

    /// Starts deliveries and the recurring work.
    package func start() throws {
        try app.engine.start()
        for feature in features { try feature.onStart() }
        scheduler.start()
    }

    /// Ends the recurring work and deliveries, lets writes finish, and closes the database.
    package func stop(within time: Duration) {
        let deadline = ContinuousClock.now + time
        // A job that is stopped resumes at the next start.
        scheduler.stop(within: time / 2)
        app.engine.stop(within: max(.zero, deadline - .now))
        app.client.stop()
        app.site.database.close()
    }
}
