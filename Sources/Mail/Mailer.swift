// Hands mail over to the relay: one message after another, on a thread of its own, at a pace, as often as it takes. The database is the
// only queue: what was promised in a transaction goes out, also after a crash, then perhaps twice under one Message-ID.

package import Database
import Dispatch
package import Logging
import Synchronization
import Threading
package import Time

package final class Mailer: Sendable {
    /// How often and how fast.
    package struct Pace: Sendable {
        /// Between two messages.
        package var interval = Duration.milliseconds(100)
        /// After a first refusal that is not for ever; doubled each time.
        package var firstRetry = Duration.seconds(60)
        package var longestRetry = Duration.seconds(3600)
        /// After the relay could not be reached; doubled each time.
        package var firstPause = Duration.seconds(5)
        package var longestPause = Duration.seconds(600)

        package init() {}
    }

    private struct State {
        var isStopping = false
        var trouble: String?
        var thread = false
        var whenSettled: WhenSettled = { _, _ in }
    }

    /// Within the transaction that writes down what became of a message.
    package typealias WhenSettled = @Sendable (MailSettlement, any Connection) throws -> Void

    /// What nobody set a shorter time for.
    package static let longestWait = Duration.seconds(2 * 86_400)
    /// The clock may be set while this waits.
    private static let longestSleep = Duration.seconds(60)
    /// Messages that are remembered for the relay's trouble at them.
    private static let maximumFailed = 100
    /// So many in a row, and it is the relay that is in trouble, whatever they hold.
    private static let fewFailed = 10

    private let relay: MailRelay?
    private let sender: MailSender
    private let database: Database
    private let store: MailStore
    private let clock: Clock
    private let ids: IDGenerator
    private let pace: Pace
    private let logger: Logger
    private let state = Mutex(State())
    /// There may be something to send.
    private let signal = DispatchSemaphore(value: 0)
    private let stopped = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameter relay: nil: nothing can be sent, and links are shown instead.
    package init(
        relay: MailRelay?, sender: MailSender, database: Database, vault: Vault, clock: Clock, ids: IDGenerator, pace: Pace = Pace(),
        logger: Logger
    ) {
        self.relay = relay
        self.sender = sender
        self.database = database
        store = MailStore(vault: vault)
        self.clock = clock
        self.ids = ids
        self.pace = pace
        self.logger = logger
    }

    /// To be set before the start.
    package func whenSettled(_ body: @escaping WhenSettled) { state.withLock { $0.whenSettled = body } }

    package var canSend: Bool { relay != nil }

    /// What keeps all mail from going, as the relay or the network says it; nil while it goes.
    package var trouble: String? { state.withLock { $0.trouble } }

    /// Queues a message within the caller's transaction; it goes once that is durable.
    ///
    /// - Parameter period: for which it is worth sending; what holds a link is not, once the link has ended.
    package func post(
        _ message: MailMessage, to addressee: MailAddressee, within period: Duration = longestWait, on connection: any Connection
    ) throws {
        let now = clock.now()
        try store.insert(message, as: ids.next(MailRow.self), to: addressee, at: now, until: now + period, on: connection)
        connection.afterCommit { [weak self] in self?.wake() }
    }

    package func last(of user: ID<User>, on connection: any Connection) throws -> MailReport? { try store.last(of: user, on: connection) }

    /// How many messages of an account, or of the platform, to an address were queued within so much time before now.
    ///
    /// - Parameter life: only those that will be worth sending for no longer than that.
    package func count(
        to recipient: String, of account: ID<Account>?, within period: Duration, endingWithin life: Duration,
        on connection: any Connection
    ) throws -> Int {
        let now = clock.now()
        return try store.count(to: recipient, of: account, since: now - period, endingBy: now + life, on: connection)
    }

    package func waiting(on connection: any Connection) throws -> Int { try store.waiting(on: connection) }

    /// What was settled before then; how many went.
    package static func delete(before time: Timestamp, upTo limit: Int, on connection: any Connection) throws -> Int {
        try MailStore.delete(before: time, upTo: limit, on: connection)
    }

    /// Looks for what is due now: a clock that was set does not say so.
    package func wake() { signal.signal() }

    package func start() throws {
        guard let relay else { return }
        state.withLock { $0.thread = true }
        try OwnThread.start("mail") { [self] in
            run(relay)
            ended.signal()
        }
    }

    /// Ends the thread; what was not handed over waits for the next start.
    package func stop(within time: Duration) {
        let runs = state.withLock { state in
            defer { (state.isStopping, state.thread) = (true, false) }
            return state.thread
        }
        guard runs else { return }
        signal.signal()
        stopped.signal()
        _ = ended.wait(timeout: .now() + time / .seconds(1))
    }

    private var isStopping: Bool { state.withLock { $0.isStopping } }

    private func run(_ relay: MailRelay) {
        var connection: RelayConnection?
        var pause: Duration?
        // Where the relay was in trouble since it last took a message, in the order of the tries: the others go first.
        var failed: [ID<MailRow>] = []
        // Those where it was, and then took another: is it in trouble there once more, the message is what troubles it.
        var doubted: Set<ID<MailRow>> = []
        // Offered to the relay and not written down, as on a full disk: to be written, not to be sent again.
        var unrecorded: (MailOutcome, MailStore.Due)?
        // Whose turn it was.
        var last: ID<Account>?
        while !isStopping {
            do {
                if let (outcome, due) = unrecorded {
                    try record(outcome, of: due)
                    unrecorded = nil
                }
                guard let due = try database.read({ try store.next(before: clock.now(), behind: last, sparing: failed, on: $0) }) else {
                    // A connection that is not used the relay closes.
                    connection = nil
                    _ = signal.wait(timeout: .now() + (try untilNext()) / .seconds(1))
                    continue
                }
                last = due.account
                guard due.expiresAt > clock.now() else {
                    failed.removeAll { $0 == due.id }
                    doubted.remove(due.id)
                    let answer = trouble ?? ""
                    try settle(due, as: .expired, attempts: due.attempts, answer: answer)
                    continue
                }
                guard let message = try? store.message(of: due) else {
                    logger.error("A message cannot be opened with this master key, and is given up", metadata: ["mail": "\(due.id)"])
                    try settle(due, as: .unreadable, attempts: due.attempts)
                    continue
                }
                connection = connection ?? RelayConnection(relay) { [self] in isStopping }
                var outcome =
                    connection?.send(message, from: sender, id: due.id.stored, at: due.createdAt) ?? .unavailable(reason: "no memory")
                var isItsOwn = false
                if doubted.remove(due.id) != nil, case .unavailable(let reason) = outcome {
                    outcome = .deferred(answer: reason)
                    isItsOwn = true
                }
                unrecorded = (outcome, due)
                try record(outcome, of: due)
                unrecorded = nil
                if isItsOwn {
                    // Whether the relay takes others, they will show.
                    connection = nil
                    rest(pace.firstPause)
                } else if case .unavailable(let reason) = outcome {
                    connection = nil
                    failed.removeAll { $0 == due.id }
                    failed.append(due.id)
                    if failed.count > Self.maximumFailed { failed.removeFirst() }
                    let next = min(pause.map { $0 * 2 } ?? pace.firstPause, pace.longestPause)
                    pause = next
                    tell(reason)
                    try rest(next, sparing: failed)
                } else {
                    doubted.formUnion(failed.filter { $0 != due.id })
                    failed = []
                    pause = nil
                    tell(nil)
                    rest(pace.interval)
                }
            } catch DatabaseError.closed {
                return
            } catch {
                logger.error("Mail waits: \(error)")
                rest(pace.firstPause)
            }
        }
    }

    private func record(_ outcome: MailOutcome, of due: MailStore.Due) throws {
        let now = clock.now()
        let attempts = due.attempts + 1
        switch outcome {
        case .accepted:
            try settle(due, as: .sent, attempts: attempts)
        case .refused(let answer):
            logger.notice("The relay refused a message", metadata: ["mail": "\(due.id)", "answer": "\(answer)"])
            try settle(due, as: .refused, attempts: attempts, answer: answer)
        case .deferred(let answer):
            let wait = min(pace.firstRetry * (1 << min(due.attempts, 10)), pace.longestRetry)
            // The last try is at its end, not after it.
            let next = min(now + wait, due.expiresAt)
            try database.write { try store.postpone(due.id, to: next, attempts: attempts, answer: answer, on: $0) }
        case .unavailable, .stopped: break
        }
    }

    private func settle(_ due: MailStore.Due, as state: MailState, attempts: Int, answer: String = "") throws {
        let settlement = MailSettlement(
            state: state, account: due.account, user: due.user, recipient: due.recipient, answer: answer)
        let whenSettled = self.state.withLock { $0.whenSettled }
        try database.write { connection in
            try store.settle(due, as: state, attempts: attempts, answer: answer, at: clock.now(), on: connection)
            try whenSettled(settlement, connection)
        }
    }

    private func tell(_ trouble: String?) {
        let before = state.withLock { state in
            defer { state.trouble = trouble }
            return state.trouble
        }
        guard before != trouble else { return }
        if let trouble {
            logger.error("Mail waits for the relay", metadata: ["relay": "\(relay?.host ?? "")", "reason": "\(trouble)"])
        } else {
            logger.notice("The relay takes mail again")
        }
    }

    private func untilNext() throws -> Duration {
        guard let next = try database.read({ try store.nextTime(on: $0) }) else { return Self.longestSleep }
        return max(.milliseconds(1), min(next - clock.now(), Self.longestSleep))
    }

    /// After trouble with the relay. As long as it was at a few messages only, they may be what troubles it: one that was not tried yet,
    /// also one that is posted meanwhile, waits for the first pause and no longer.
    private func rest(_ time: Duration, sparing failed: [ID<MailRow>]) throws {
        let step = max(.milliseconds(1), pace.firstPause)
        var left = time
        while left > .zero, !isStopping {
            rest(min(left, step))
            left -= step
            guard failed.count < Self.fewFailed else { continue }
            if try database.read({ try store.isDue(besides: failed, before: clock.now(), on: $0) }) { return }
        }
    }

    /// For a time that nothing but the end cuts short: what is posted meanwhile must not hurry a relay that is in trouble.
    private func rest(_ time: Duration) { _ = stopped.wait(timeout: .now() + time / .seconds(1)) }
}
