// Hands SMS over to the accounts' providers, outside of any request: several accounts at once, one message of each, as often as it takes. The
// database is the only queue: what was promised in a transaction goes out, also after a crash, then perhaps twice.

import Database
import Dispatch
import HTTPClient
import Logging
import Spelling
import Synchronization
import Threading
import Time
import Web

package final class SMSOutbox: Sendable {
    private struct State {
        var isStopping = false
        var hasThread = false
        /// Whose message is with their provider.
        var underWay: Set<ID<Account>> = []
        var whenSettled: WhenSettled = { _, _, _, _ in }
        var settled: [(SMSOutboxStore.Due, TransferResult, SecretMask)] = []
    }

    /// Within the transaction that writes down what became of a message.
    typealias WhenSettled = @Sendable (SMSOutboxStore.Due, SMSState, _ answer: String, any Connection) throws -> Void

    /// A provider that hangs keeps its account's other messages waiting, and nobody else's.
    private static let maximumUnderWay = 16
    private static let firstRetry = Duration.seconds(60)
    private static let longestRetry = Duration.seconds(1800)
    /// The clock may be set while this waits.
    private static let longestSleep = Duration.seconds(60)

    private let database: Database
    private let client: HTTPClient
    private let clock: Clock
    private let ids: IDGenerator
    private let settings: SMSStore
    private let store: SMSOutboxStore
    private let logger: Logger
    private let state = Mutex(State())
    private let signal = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    init(database: Database, vault: Vault, client: HTTPClient, clock: Clock, ids: IDGenerator, logger: Logger) {
        (self.database, self.client, self.clock, self.ids, self.logger) = (database, client, clock, ids, logger)
        settings = SMSStore(vault: vault)
        store = SMSOutboxStore(vault: vault)
    }

    /// To be set before the start.
    func whenSettled(_ body: @escaping WhenSettled) { state.withLock { $0.whenSettled = body } }

    /// Whether the account has somebody to send by.
    func canSend(for account: ID<Account>, on connection: any Connection) throws -> Bool {
        let settings = try settings.settings(of: account, on: connection)
        return settings.url != nil && !settings.isUnreadable
    }

    /// Queues a message within the caller's transaction, in the place of any that waits for this person; it goes once that is durable.
    ///
    /// - Parameter period: for which it is worth sending.
    func post(
        _ text: String, to number: String, user: ID<User>, of account: ID<Account>, within period: Duration, on connection: any Connection
    ) throws {
        let now = clock.now()
        let due = SMSOutboxStore.Due(
            id: ids.next(), account: account, user: user, recipient: number, createdAt: now, expiresAt: now + period)
        try store.insert(due, text, on: connection)
        connection.afterCommit { [weak self] in self?.wake() }
    }

    /// What waits for another try is due at once: the login that was refused may be right now.
    func hurry(of account: ID<Account>, on connection: any Connection) throws {
        try store.hurry(of: account, at: clock.now(), on: connection)
        connection.afterCommit { [weak self] in self?.wake() }
    }

    /// What has not gone yet; what is with the provider just now goes.
    func withdraw(of user: ID<User>, on connection: any Connection) throws { try store.withdraw(of: user, on: connection) }

    /// How many of an account were queued for a number within so much time before now.
    func count(to number: String, of account: ID<Account>, within period: Duration, on connection: any Connection) throws -> Int {
        let now = clock.now()
        return try store.count(to: number, of: account, from: now - period, to: now, on: connection)
    }

    func last(of user: ID<User>, on connection: any Connection) throws -> SMSReport? { try store.last(of: user, on: connection) }

    /// Looks for what is due now: a clock that was set does not say so.
    package func wake() { signal.signal() }

    package func start() throws {
        state.withLock { $0.hasThread = true }
        try OwnThread.start("sms") { [self] in
            run()
            ended.signal()
        }
    }

    /// Begins nothing more, and waits for what is with a provider.
    package func stop(within time: Duration) {
        let hasThread = state.withLock { state in
            defer { (state.isStopping, state.hasThread) = (true, false) }
            return state.hasThread
        }
        guard hasThread else { return }
        signal.signal()
        _ = ended.wait(timeout: .now() + time / .seconds(1))
    }

    private func run() {
        while true {
            do {
                try recordSettled()
                let (isStopping, underWay) = state.withLock { ($0.isStopping, $0.underWay) }
                if isStopping, underWay.isEmpty { return }
                if !isStopping, underWay.count < Self.maximumUnderWay,
                    let due = try database.read({ try store.next(before: clock.now(), sparing: underWay, on: $0) })
                {
                    try send(due)
                    continue
                }
                _ = signal.wait(timeout: .now() + (try untilNext(sparing: underWay)) / .seconds(1))
            } catch DatabaseError.closed {
                return
            } catch {
                logger.error("SMS wait: \(error)")
                _ = signal.wait(timeout: .now() + Self.firstRetry / .seconds(1))
            }
        }
    }

    private func send(_ due: SMSOutboxStore.Due) throws {
        guard due.expiresAt > clock.now() else { return try settle(due, as: .expired, attempts: due.attempts, answer: due.answer) }
        let settings = try database.read { try self.settings.settings(of: due.account, on: $0) }
        guard !settings.isUnreadable, let text = store.text(of: due) else {
            return try settle(due, as: .unreadable, attempts: due.attempts)
        }
        let message = SMSMessage(to: due.recipient, text: text, id: due.id.description, opensAccount: true)
        guard let request = SMSRequest(message, by: settings) else {
            return try settle(due, as: .noProvider, attempts: due.attempts)
        }
        state.withLock { _ = $0.underWay.insert(due.account) }
        client.send(request.outgoing) { [self] result in
            state.withLock { $0.settled.append((due, result, request.mask)) }
            signal.signal()
        }
    }

    /// What cannot be written now, as on a full disk, is written later, and not sent again.
    private func recordSettled() throws {
        while let (due, result, mask) = state.withLock({ $0.settled.first }) {
            try record(result, mask, of: due)
            state.withLock { state in
                state.settled.removeFirst()
                state.underWay.remove(due.account)
            }
        }
    }

    private func record(_ result: TransferResult, _ mask: SecretMask, of due: SMSOutboxStore.Due) throws {
        let attempts = due.attempts + 1
        let outcome = SMSOutcome(result, mask)
        if outcome.isAccepted { return try settle(due, as: .sent, attempts: attempts) }
        logger.notice("A provider did not take an SMS", metadata: ["sms": "\(due.id)", "fault": "\(result.fault.rawValue)"])
        guard outcome.mayChange else { return try settle(due, as: .refused, attempts: attempts, answer: outcome.answer) }
        let wait = min(Self.firstRetry * (1 << min(due.attempts, 10)), Self.longestRetry)
        // The last try is at its end, not after it.
        let next = min(clock.now() + wait, due.expiresAt)
        try database.write { try store.postpone(due, to: next, attempts: attempts, answer: outcome.answer, on: $0) }
    }

    private func settle(_ due: SMSOutboxStore.Due, as state: SMSState, attempts: Int, answer: String = "") throws {
        let whenSettled = self.state.withLock { $0.whenSettled }
        try database.write { connection in
            // Of one that was withdrawn while the provider had it, nobody has to be told.
            guard try store.settle(due, as: state, attempts: attempts, answer: answer, at: clock.now(), on: connection) else { return }
            try whenSettled(due, state, answer, connection)
        }
    }

    private func untilNext(sparing underWay: Set<ID<Account>>) throws -> Duration {
        guard let next = try database.read({ try store.nextTime(sparing: underWay, on: $0) }) else { return Self.longestSleep }
        return max(.milliseconds(1), min(next - clock.now(), Self.longestSleep))
    }
}

/// What a provider's answer means for a message that is in the queue.
struct SMSOutcome {
    let isAccepted: Bool
    /// Another try may end otherwise: what is wrong is not the message.
    let mayChange: Bool
    /// For people.
    let answer: String

    private static let maximumAnswer = 200

    init(_ result: TransferResult, _ mask: SecretMask) {
        switch SMSVerdict(result, mask) {
        case .accepted: (isAccepted, mayChange, answer) = (true, false, "")
        case .webPage: (isAccepted, mayChange, answer) = (false, false, "HTML")
        case .error(let said): (isAccepted, mayChange, answer) = (false, false, said)
        case .fault:
            isAccepted = false
            let status = result.fault == .receiverStatus ? result.status ?? 0 : 0
            // A login may be corrected while the message waits, and so may the address of a redirect.
            mayChange = !(400..<500).contains(status) || [401, 403, 407, 408, 425, 429].contains(status)
            let shown = mask.bytes(result.body, isCut: result.isBodyTruncated)
            let body = String(decoding: shown.prefix(Self.maximumAnswer), as: UTF8.self)
            answer = status == 0 ? mask.text(result.detail) : TypedText.name("HTTP \(status) \(body)")
        }
    }
}
