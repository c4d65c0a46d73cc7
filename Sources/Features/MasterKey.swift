// The key that secrets are sealed with, in a file of its own beside the database, never in it: 256 bits, mode 0400. The database knows the
// key's fingerprint, so that one restored without its key, or beside another's, is refused at the start and not at the first secret.

import Crypto
import Database
import Foundation

enum MasterKey {
    /// That of `folder`, made when neither it nor anything sealed is there yet. Throws `Unusable` when it is not the one that the
    /// database's secrets were sealed with.
    static func open(folder: String, for database: Database) throws -> Vault {
        let known = try fingerprint(in: database)
        if let (path, vault) = try load(folder: folder) {
            if let known {
                guard known == vault.fingerprint else { throw Unusable.another(path: path, vault.fingerprint, needed: known) }
            } else {
                try note(vault, in: database)
            }
            return vault
        }
        guard known == nil else { throw Unusable.missing(path: "\(folder)/master.key", needed: known ?? "") }
        let vault = Vault(key: try create("\(folder)/master.key", in: folder))
        try note(vault, in: database)
        return vault
    }

    /// From `$CREDENTIALS_DIRECTORY/hookswitch.key` (systemd) when it is there, else `folder/master.key`. Nil when there is neither.
    static func load(folder: String) throws -> (path: String, vault: Vault)? {
        guard let path = path(folder: folder) else { return nil }
        guard let data = FileManager.default.contents(atPath: path), data.count == 32 else { throw Unusable.damaged(path: path) }
        return (path, Vault(key: SymmetricKey(data: data)))
    }

    static func path(folder: String) -> String? {
        let credential = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"].map { "\($0)/hookswitch.key" }
        return [credential, "\(folder)/master.key"].compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0) }
    }

    /// Of the key that the database's secrets need; nil before the first start is through.
    static func fingerprint(in database: Database) throws -> String? {
        try database.read { try $0.value("SELECT fingerprint FROM master_keys WHERE version = 1") }
    }

    private static func note(_ vault: Vault, in database: Database) throws {
        try database.write { connection in
            try connection.execute("INSERT INTO master_keys (version, fingerprint) VALUES (1, \(vault.fingerprint))")
        }
    }

    private static func create(_ path: String, in folder: String) throws -> SymmetricKey {
        let key = SymmetricKey(size: .bits256)
        let descriptor = Foundation.open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o400)
        guard descriptor >= 0 else { throw Unusable.cannotCreate(path: path, errno) }
        defer { close(descriptor) }
        let written = key.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        // Sealed with a key whose name a power cut takes, nothing would ever open again.
        guard written == 32, fsync(descriptor) == 0, isSynced(folder) else {
            let reason = errno
            // Half a key would be taken for the key by the next start.
            unlink(path)
            throw Unusable.cannotCreate(path: path, reason)
        }
        return key
    }

    enum Unusable: Error, CustomStringConvertible {
        case damaged(path: String)
        case missing(path: String, needed: String)
        case another(path: String, String, needed: String)
        case cannotCreate(path: String, Int32)

        var description: String {
            switch self {
            case .damaged(let path):
                "The master key \(path) cannot be used: it must be a readable file of 32 bytes. Restore it from your backup."
            case .missing(let path, let needed):
                "The master key \(path) is missing. The secrets in the database were sealed with the key \(needed), and a new one would open "
                    + "none of them. Put that key back from where you keep it (mode 0400), then start again."
            case .another(let path, let found, let needed):
                "The master key \(path) is another one (\(found)) than the secrets in the database were sealed with (\(needed)). Put the key "
                    + "that belongs to this database in its place, or restore the database that belongs to this key."
            case .cannotCreate(let path, let code):
                "The master key \(path) cannot be made: \(String(cString: strerror(code)))."
            }
        }
    }
}
