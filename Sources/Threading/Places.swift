// A bounded number of something at once: so many in all, and of each owner fewer, so that nobody has all of them.

import Synchronization

package final class Places<Owner: Hashable & Sendable>: Sendable {
    /// Which bound was met.
    package enum Full: Error, Equatable {
        case owner
        case all
    }

    package let ofOwner: Int
    package let inAll: Int
    private let taken = Mutex<[Owner: Int]>([:])

    package init(ofOwner: Int, inAll: Int) {
        self.ofOwner = ofOwner
        self.inAll = inAll
    }

    /// Runs `work` in a place. Throws `Full` at once when there is none.
    package func withPlace<Value>(of owner: Owner, _ work: () throws -> Value) throws -> Value {
        let full = taken.withLock { taken -> Full? in
            if taken[owner, default: 0] >= ofOwner { return .owner }
            if taken.values.reduce(0, +) >= inAll { return .all }
            taken[owner, default: 0] += 1
            return nil
        }
        if let full { throw full }
        defer {
            taken.withLock { taken in
                let left = taken[owner, default: 1] - 1
                taken[owner] = left > 0 ? left : nil
            }
        }
        return try work()
    }
}
