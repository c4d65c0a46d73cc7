// What other threads tell the engine's: webhooks that may be due, results that came, what was written, and that it is time to end.

import Database
import Dispatch
import HTTPClient
import Synchronization
import Time

/// A result on its way to be recorded.
struct Completion: Sendable {
    let claim: Claim
    /// Of the webhook as it was sent to.
    let version: Int
    let startedAt: Timestamp
    let url: String
    let recordedHeaders: String
    let result: TransferResult
}

final class Inbox: Sendable {
    struct Contents {
        var hinted: Set<ID<Webhook>> = []
        var forced: [ID<WebhookDelivery>: ID<Webhook>] = [:]
        var completed: [Completion] = []
        var written: Result<Turn.Outcome, any Error>?
        var isStopping = false

        var isEmpty: Bool { hinted.isEmpty && forced.isEmpty && completed.isEmpty && written == nil }
    }

    private struct State {
        var contents = Contents()
        var isSignalled = false
        var statistics = DeliveryEngine.Statistics()
    }

    private let state = Mutex(State())
    private let signal = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    func hint(_ webhooks: some Collection<ID<Webhook>>) {
        post { $0.hinted.formUnion(webhooks) }
    }

    /// An attempt that a person asked for.
    func force(_ delivery: ID<WebhookDelivery>, to webhook: ID<Webhook>) {
        post { $0.forced[delivery] = webhook }
    }

    func complete(_ completion: Completion) {
        post { $0.completed.append(completion) }
    }

    func finish(_ outcome: Result<Turn.Outcome, any Error>) {
        post { $0.written = outcome }
    }

    /// Takes all there is, waiting for something if need be, until `timeout` at the latest; without one until there is something.
    func take(by clock: SteadyClock, timeout: Duration?) -> Contents {
        var isConsumed = false
        let isEmpty = state.withLock { $0.contents.isEmpty }
        if isEmpty { isConsumed = clock.wait(signal, timeout) }
        let (contents, wasSignalled) = state.withLock { state in
            let taken = (state.contents, state.isSignalled)
            state.contents = Contents(isStopping: taken.0.isStopping)
            state.isSignalled = false
            return taken
        }
        // Every signal is used up, or after a busy day the thread would wake for nothing once for each that was left.
        if wasSignalled, !isConsumed { signal.wait() }
        return contents
    }

    func stop(within limit: Duration) -> Bool {
        post { $0.isStopping = true }
        let outcome = ended.wait(timeout: .now() + limit.seconds)
        if outcome == .success { ended.signal() }
        return outcome == .success
    }

    func end() {
        ended.signal()
    }

    var statistics: DeliveryEngine.Statistics { state.withLock { $0.statistics } }

    var isStopping: Bool { state.withLock { $0.contents.isStopping } }

    func report(_ change: (inout DeliveryEngine.Statistics) -> Void) {
        state.withLock { change(&$0.statistics) }
    }

    private func post(_ change: (inout Contents) -> Void) {
        let isFirst = state.withLock { state in
            change(&state.contents)
            defer { state.isSignalled = true }
            return !state.isSignalled
        }
        if isFirst { signal.signal() }
    }
}

extension Duration {
    /// For timeouts.
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
