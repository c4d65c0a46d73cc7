// A backup appears under its name only when it is whole, verified, on the disk, and readable by nobody else.

import Database
import Foundation
import Spelling
import Web

enum Backup {
    static func write(_ site: Site, to path: String) throws -> VerbAnswer {
        guard path.begins(with: "/") else { throw VerbFailure(.usage, "The backup needs a path from the root.") }
        let folder = URL(filePath: path).deletingLastPathComponent().path
        guard !FileManager.default.fileExists(atPath: path) else {
            throw VerbFailure(.cannotCreate, "\(path) is there already; a backup is never written over another. Name a new file.")
        }
        // Beside its place, so that the last step is a link within one file system; mkdtemp makes it 0700.
        var template = Array("\(folder)/.hookswitch-backup-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw cannotCreate(path) }
        let workFolder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { try? FileManager.default.removeItem(atPath: workFolder) }
        let work = "\(workFolder)/hookswitch.sqlite"
        try site.database.backup(to: work)
        guard chmod(work, 0o600) == 0, isSynced(work), link(work, path) == 0, isSynced(folder) else { throw cannotCreate(path) }
        var status = stat()
        let bytes = stat(path, &status) == 0 ? status.st_size : 0
        return VerbAnswer(
            ["Wrote and verified \(path) (\(bytes) bytes)."],
            notes: [
                "It holds the database alone. Keep \(site.dataFolder)/master.key with it, but not beside it (secrets do not open without), "
                    + "and copy \(site.dataFolder)/media and \(site.dataFolder)/logos."
            ])
    }

    private static func cannotCreate(_ path: String) -> VerbFailure {
        VerbFailure(.cannotCreate, "Cannot create \(path): \(String(cString: strerror(errno))).")
    }
}
