// The engine as the rest of the product sees it: started, woken, asked to test, retry, hold and release.

package import Database
import Glibc
package import HTTPClient
package import Logging
import Synchronization
import Threading
package import Time

package final class DeliveryEngine: Sendable {
    /// What `/healthz` and the benchmark read.
    package struct Statistics: Sendable, Equatable {
        /// Requests under way.
        package var inFlight = 0
        /// Since the start.
        package var attempts = 0
        package var delivered = 0
        /// How long the oldest delivery that could go has been waiting, at the last sweep; webhooks that rest do not count.
        package var lag = Duration.zero
        /// Failed writes in a row; 0 when the database takes what the engine has to say.
        package var failedWrites = 0
    }

    /// What a test showed: the attempt as it is in the history, and the whole answer.
    package struct TestResult: Sendable {
        package let event: ID<Event>
        package let delivery: ID<WebhookDelivery>
        package let isSuccess: Bool
        package let transfer: TransferResult
        /// As recorded: one `Name: value` a line, secrets masked.
        package let requestHeaders: String
        package let body: [UInt8]
    }

    /// How requests go out; `HTTPClient.send`, unless a test has receivers of its own.
    package typealias Send = @Sendable (OutgoingRequest, @escaping @Sendable (TransferResult) -> Void) -> Void

    /// Within the transaction in which the engine switches a webhook off by itself.
    package typealias WhenDisabled =
        @Sendable (ID<Webhook>, ID<Account>, WebhookConfiguration.DisabledReason, any Connection) throws -> Void

    package enum TestFailure: Error, Equatable {
        case webhookGone
        /// One of its secrets cannot be opened, so that nothing could be signed.
        case unreadable
        /// The account has as many under way as it may.
        case tooMany
        /// All accounts together have.
        case full
    }

    let database: Database
    let client: HTTPClient
    let send: Send
    let clock: Clock
    let steady: SteadyClock
    let ids: IDGenerator
    let directory: WebhookDirectory
    let logger: Logger
    let inbox = Inbox()
    /// This process's leases.
    let epoch: Int64
    private let node: String
    let testsUnderWay: Places<ID<Account>>
    private let dispatcher: Mutex<Bool>
    /// In a struct: a closure that a `Mutex` holds bare is wrapped once more by each look at it, until releasing it overruns the stack.
    private struct Disabling {
        var body: WhenDisabled = { _, _, _, _ in }
    }

    private let disabling = Mutex(Disabling())
    private let makeDispatcher: @Sendable (DeliveryEngine) -> Dispatcher

    /// - Parameters:
    ///   - node: names the lock that the process holds; who holds it next takes over what is under way here.
    ///   - inFlightPerWebhook: how many requests to one webhook may be under way at once.
    ///   - maximumInFlight: how many in all; no more than the client's `maximumConnections`.
    ///   - maximumTests: how many tests of webhooks at once: a caller's thread waits for each.
    ///   - sweepInterval: how often the database is asked for what memory does not know to be due.
    ///   - steady: by which the engine waits.
    package init(
        node: String, database: Database, client: HTTPClient, clock: Clock, ids: IDGenerator, directory: WebhookDirectory, logger: Logger,
        inFlightPerWebhook: Int = 8, maximumInFlight: Int = 512, maximumTests: Int = 12, sweepInterval: Duration = .seconds(2),
        steady: SteadyClock = .system, send: Send? = nil
    ) {
        // Two of an account, so that a double click still leads to a result.
        testsUnderWay = Places(ofOwner: 2, inAll: maximumTests)
        self.node = node
        self.database = database
        self.client = client
        self.send = send ?? { client.send($0, completion: $1) }
        self.steady = steady
        self.clock = clock
        self.ids = ids
        self.directory = directory
        self.logger = logger
        epoch = Int64.random(in: 1...Int64.max)
        dispatcher = Mutex(false)
        makeDispatcher = {
            Dispatcher($0, inFlightPerWebhook: inFlightPerWebhook, maximumInFlight: maximumInFlight, sweepInterval: sweepInterval)
        }
    }

    /// To be set before the start.
    package func whenDisabled(_ body: @escaping WhenDisabled) { disabling.withLock { $0.body = body } }

    var whenDisabled: WhenDisabled { disabling.withLock { $0 }.body }

    /// Releases what an earlier process had under way (outcome unknown, to be sent again), then delivers on a thread of its own.
    package func start() throws {
        let wasStarted = dispatcher.withLock { started in
            defer { started = true }
            return started
        }
        guard !wasStarted else { return }
        let isReady = try takeOver()
        try OwnThread.start("delivery") { [self] in
            var isReady = isReady
            // Nothing is sent of which nothing could be written down.
            while !isReady, !inbox.isStopping {
                usleep(250_000)
                isReady = (try? takeOver()) ?? false
            }
            makeDispatcher(self).run()
        }
    }

    /// False while there is no room on the disk.
    private func takeOver() throws -> Bool {
        do {
            let released = try LeaseRecovery.takeOver(node, as: epoch, at: clock.now(), in: database)
            // The clock may have been ahead when it was written down, or be behind now.
            let now = clock.now()
            try database.write { try ClockCorrection.bound(at: now, on: $0) }
            if released > 0 { logger.warning("\(released) deliveries were under way when the last process ended; they are sent again") }
            inbox.report { $0.failedWrites = 0 }
            return true
        } catch DatabaseError.full {
            inbox.report { $0.failedWrites += 1 }
            return false
        }
    }

    /// Sends nothing new, and waits for what is under way to be recorded.
    ///
    /// - Returns: whether all was recorded in time. What was not is sent again by the next process.
    @discardableResult
    package func stop(within limit: Duration) -> Bool {
        guard dispatcher.withLock({ $0 }) else { return true }
        return inbox.stop(within: limit)
    }

    /// When the attempt began of which the lease lasts so long.
    package static func start(ofLeaseUntil time: Timestamp) -> Timestamp { time - Claims.lease }

    /// These webhooks may have something to send.
    package func wake(_ webhooks: some Collection<ID<Webhook>>) {
        inbox.hint(webhooks)
    }

    package var statistics: Statistics { inbox.statistics }
}
