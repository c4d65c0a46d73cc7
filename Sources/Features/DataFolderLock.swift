// One process at a time writes the database: whoever holds the lock of the data folder.

import Foundation

package struct DataFolderInUse: Error, CustomStringConvertible {
    package let folder: String

    package var description: String { "Another process is using \(folder)." }
}

/// Held until the object goes, or the process ends however it ends.
package final class DataFolderLock: Sendable {
    /// Names this folder, and so whoever holds its lock, among all that use one database. It stands in the lock's file, made with it.
    package let node: String
    private let descriptor: Int32

    /// Makes the folder when it is not there (0750). Throws `DataFolderInUse` when another process holds it.
    package init(folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        descriptor = open("\(folder)/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteNoPermission, userInfo: [NSFilePathErrorKey: "\(folder)/lock"]) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw DataFolderInUse(folder: folder)
        }
        var buffer = [UInt8](repeating: 0, count: 32)
        if pread(descriptor, &buffer, buffer.count, 0) < buffer.count {
            buffer = Array(UUID().uuidString.lowercased().utf8.filter { $0 != UInt8(ascii: "-") })
            guard pwrite(descriptor, buffer, buffer.count, 0) == buffer.count else {
                close(descriptor)
                throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: "\(folder)/lock"])
            }
        }
        node = String(decoding: buffer, as: UTF8.self)
    }

    deinit {
        close(descriptor)
    }
}
