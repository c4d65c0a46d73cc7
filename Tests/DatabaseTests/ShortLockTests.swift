// The lock under what every request asks for: nothing gets lost between threads, and an error gives it back.

import Glibc
import Testing
import Threading

@Suite("Short lock")
struct ShortLockTests {
    @Test("What threads do to the value, they do one after another")
    func exclusion() throws {
        let sum = ShortLock([0, 0])
        let threads = try (0..<4).map { _ throws in
            try OwnThread.startJoinable("adder") {
                for _ in 0..<20_000 {
                    sum.withLock { sum in
                        sum[0] += 1
                        sum[1] = sum[0]
                    }
                }
            }
        }
        for thread in threads { #expect(pthread_join(thread, nil) == 0) }
        #expect(sum.withLock { $0 } == [80_000, 80_000])
    }

    @Test("An error leaves it open, and goes on to the caller")
    func error() {
        struct Refused: Error {}
        let lock = ShortLock(1)
        #expect(throws: Refused.self) { try lock.withLock { _ in throw Refused() } }
        #expect(lock.withLock { $0 } == 1)
    }
}
