// What is written is on its way to the disk; what a row, a name or an answer relies on has to be there.

import Foundation

/// Waits until the file's bytes, or a folder's names, are on the disk. False when they cannot be brought there, for the reason in
/// `errno`.
func isSynced(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    guard fsync(descriptor) == 0 else {
        let reason = errno
        close(descriptor)
        errno = reason
        return false
    }
    close(descriptor)
    return true
}
