// The key that secrets are sealed with, in a file of its own beside the database, never in it: 256 bits, mode 0400.

import Crypto
import Foundation

enum MasterKey {
    /// From `$CREDENTIALS_DIRECTORY/hookswitch.key` (systemd) when it is there, else `folder/master.key`, made at the first start.
    static func loadOrCreate(folder: String) throws -> SymmetricKey {
        let credential = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"].map { "\($0)/hookswitch.key" }
        for path in [credential, "\(folder)/master.key"].compactMap({ $0 }) where FileManager.default.fileExists(atPath: path) {
            guard let data = FileManager.default.contents(atPath: path), data.count == 32 else { throw Unusable(path: path) }
            return SymmetricKey(data: data)
        }
        let key = SymmetricKey(size: .bits256)
        let path = "\(folder)/master.key"
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o400)
        guard descriptor >= 0 else { throw Unusable(path: path) }
        defer { close(descriptor) }
        let written = key.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        // Sealed with a key whose name a power cut takes, nothing would ever open again.
        guard written == 32, fsync(descriptor) == 0, isSynced(folder) else { throw Unusable(path: path) }
        return key
    }

    struct Unusable: Error, CustomStringConvertible {
        let path: String

        var description: String {
            "The master key \(path) cannot be used: it must be a readable file of 32 bytes. Restore it from your backup."
        }
    }
}
