// On a full disk nothing can be deleted either: what is to go is written down first. So room for that is kept beforehand, in a file that is
// given up for a purge, or for the start of a process that died on the full disk, and made again afterwards.

import Foundation
import Synchronization

package final class DiskReserve: Sendable {
    package static let size: Int64 = 32 << 20

    private let path: String
    private let freeBytes: @Sendable () -> Int64?
    /// Whose work it is given up for just now.
    private let users = Mutex(0)

    package convenience init(folder: String) {
        self.init(path: folder + "/reserve", freeBytes: { FreeSpace.bytes(at: folder) })
    }

    package init(path: String, freeBytes: @escaping @Sendable () -> Int64?) {
        self.path = path
        self.freeBytes = freeBytes
    }

    /// Makes it, or makes it whole again, when as much room stays beside it.
    package func make() {
        users.withLock { users in
            guard users == 0, held < Self.size, let free = freeBytes(), free + held >= 2 * Self.size else { return }
            _ = fill(to: Self.size)
        }
    }

    /// Runs `body` with what is kept, when room is short.
    package func giving<Value>(_ body: () throws -> Value) rethrows -> Value {
        users.withLock { users in
            if users == 0 { giveWhenShort() }
            users += 1
        }
        defer {
            users.withLock { users in
                users -= 1
                if users == 0 { takeBack() }
            }
        }
        return try body()
    }

    /// - Returns: bytes that are kept.
    private var held: Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    private func giveWhenShort() {
        if let free = freeBytes(), free < Self.size { unlink(path) }
    }

    /// What is left of it, at least: others may have written meanwhile, and what was deleted may have been little.
    private func takeBack() {
        guard held == 0, let free = freeBytes(), free > 0 else { return }
        // A file system may need some of the room for itself.
        if !fill(to: min(Self.size, free)), free > 1 << 20 { _ = fill(to: min(Self.size, free - 1 << 20)) }
    }

    private func fill(to size: Int64) -> Bool {
        let file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        defer { close(file) }
        // Blocks, not a hole.
        guard posix_fallocate(file, 0, off_t(size)) == 0 else {
            unlink(path)
            return false
        }
        return true
    }
}
