// How much JSON is taken apart at once. As values a body takes up to twenty times its bytes, so sixteen of the largest at once
// would take more than a gigabyte; two at a time keep the cores busy just as well.

import Dispatch
import HTTP
import HTTPTypes
import Synchronization

final class ParsingBudget: Sendable {
    private struct State {
        var left: Int
        var waiters: [(bytes: Int, turn: DispatchSemaphore)] = []
    }

    /// Bodies below it pass: as many as there are workers are less than one of the largest.
    private static let small = 64 << 10
    private let state: Mutex<State>
    private let patience: Duration

    /// - Parameters:
    ///   - bytes: of bodies, in sum; at least what one may have.
    ///   - patience: for a turn.
    init(bytes: Int, patience: Duration = .seconds(10)) {
        state = Mutex(State(left: bytes))
        self.patience = patience
    }

    /// Runs `work` when there is room for so many bytes, in the order of asking. Throws a `Problem` when there is none in time.
    func withRoom<Value>(for bytes: Int, _ work: () throws -> Value) throws -> Value {
        guard bytes > Self.small else { return try work() }
        let turn = state.withLock { state -> DispatchSemaphore? in
            if state.waiters.isEmpty, state.left >= bytes {
                state.left -= bytes
                return nil
            }
            let turn = DispatchSemaphore(value: 0)
            state.waiters.append((bytes, turn))
            return turn
        }
        if let turn, turn.wait(timeout: .now() + patience / .seconds(1)) == .timedOut {
            let isLate = state.withLock { state in
                guard let place = state.waiters.firstIndex(where: { $0.turn === turn }) else { return false }
                state.waiters.remove(at: place)
                // The next one may need less.
                Self.admit(&state)
                return true
            }
            if isLate {
                throw Problem(
                    status: .serviceUnavailable, type: "busy", title: "Busy",
                    detail: "Too many large bodies are being read. Nothing was accepted: send it again in a few seconds.", retryAfter: 5)
            }
        }
        defer {
            state.withLock { state in
                state.left += bytes
                Self.admit(&state)
            }
        }
        return try work()
    }

    private static func admit(_ state: inout State) {
        while let next = state.waiters.first, state.left >= next.bytes {
            state.left -= next.bytes
            state.waiters.removeFirst()
            next.turn.signal()
        }
    }
}
