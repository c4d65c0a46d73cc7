// Room that is kept for deleting: there, given up when it is needed, and there again.

import Foundation
import Synchronization
import Testing
import Web

@Suite("Disk reserve")
final class DiskReserveTests: Sendable {
    private let path = NSTemporaryDirectory() + "hookswitch-reserve-\(UUID().uuidString)"
    private let free = Mutex<Int64>(1 << 30)

    deinit { unlink(path) }

    private func reserve() -> DiskReserve { DiskReserve(path: path) { [self] in free.withLock { $0 } } }

    /// Bytes on the disk.
    private var blocks: Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_blocks) * 512 : 0
    }

    @Test("It takes real room, and only when as much is left beside it")
    func making() {
        let reserve = reserve()
        free.withLock { $0 = 2 * DiskReserve.size - 1 }
        reserve.make()
        #expect(blocks == 0)
        free.withLock { $0 = 2 * DiskReserve.size }
        reserve.make()
        #expect(blocks >= DiskReserve.size)
    }

    @Test(
        "With room enough nothing is given up; when it is short, it is gone while the work is done, and back after the last of those who need it"
    )
    func giving() {
        let reserve = reserve()
        reserve.make()
        reserve.giving { #expect(blocks >= DiskReserve.size) }
        free.withLock { $0 = 0 }
        reserve.giving {
            #expect(blocks == 0)
            free.withLock { $0 = 200 << 20 }
            reserve.giving { #expect(blocks == 0) }
            reserve.make()
            #expect(blocks == 0)
        }
        #expect(blocks >= DiskReserve.size)
    }

    @Test("When the work has freed little, what is left is kept for the next time")
    func leftover() {
        let reserve = reserve()
        reserve.make()
        free.withLock { $0 = 0 }
        reserve.giving { free.withLock { $0 = 20 << 20 } }
        #expect(blocks >= 20 << 20 && blocks < 21 << 20)
        // And made whole once there is room.
        free.withLock { $0 = 1 << 30 }
        reserve.make()
        #expect(blocks >= DiskReserve.size)
    }
}
