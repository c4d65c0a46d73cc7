// Room on a disk, for the check and for the figures of a running process.

import Foundation

package enum FreeSpace {
    /// Below this, somebody should look: a backup, an export or an hour of events may not fit.
    package static let low: Int64 = 512 << 20

    /// Bytes that this user may still write; nil when the system does not say.
    package static func bytes(at path: String) -> Int64? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let (bytes, hasOverflowed) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return hasOverflowed ? .max : Int64(clamping: bytes)
    }
}
