// A backup appears under its name only when it is whole, verified, on the disk, and readable by nobody else.

import Database
import Foundation
import Logging
import Spelling
import Web

enum Backup {
    static func write(_ app: App, to path: String) throws -> VerbAnswer {
        let site = app.site
        guard path.begins(with: "/") else { throw VerbFailure(.usage, "The backup needs a path from the root.") }
        // To the system it ends there, and names another file.
        guard !path.utf8.contains(0) else { throw VerbFailure(.usage, "The backup’s path has a NUL in it. Give it without.") }
        let folder = URL(filePath: path).deletingLastPathComponent().path
        guard !FileManager.default.fileExists(atPath: path) else {
            throw VerbFailure(.cannotCreate, "\(path) is there already; a backup is never written over another. Name a new file.")
        }
        removeLeftover(dataFolder: site.dataFolder, site.logger)
        // Beside its place, so that the last step is a link within one file system; mkdtemp makes it 0700.
        var template = Array("\(folder)/\(workPrefix)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw cannotCreate(path) }
        let workFolder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let note = notePath(site.dataFolder)
        // A link takes no room on a disk that may be full; without it only a kill leaves something behind.
        symlink(workFolder, note)
        defer {
            try? FileManager.default.removeItem(atPath: workFolder)
            unlink(note)
        }
        let work = "\(workFolder)/hookswitch.sqlite"
        try site.database.backup(to: work)
        guard chmod(work, 0o600) == 0, isSynced(work), link(work, path) == 0, isSynced(folder) else { throw cannotCreate(path) }
        var status = stat()
        let bytes = stat(path, &status) == 0 ? status.st_size : 0
        return VerbAnswer(
            ["Wrote and verified \(path) (\(bytes) bytes)."],
            notes: [
                "It holds the database alone. Its secrets open only with the key \(app.vault.fingerprint), "
                    + "\(MasterKey.path(folder: site.dataFolder) ?? "master.key"): keep a copy of it, but in another place.",
                "Copy \(site.dataFolder)/media and \(site.dataFolder)/logos as well, after this: then no file is missing to a row.",
            ])
    }

    /// What a backup that was killed has left behind. For whoever has the data folder to themselves, so that none is under way.
    static func removeLeftover(dataFolder: String, _ logger: Logger) {
        let note = notePath(dataFolder)
        guard let folder = try? FileManager.default.destinationOfSymbolicLink(atPath: note) else { return }
        var status = stat()
        if URL(filePath: folder).lastPathComponent.begins(with: workPrefix), lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR
        {
            try? FileManager.default.removeItem(atPath: folder)
            logger.notice("Removed \(folder), which a backup that was interrupted had left behind")
        }
        unlink(note)
    }

    private static let workPrefix = ".hookswitch-backup-"

    private static func notePath(_ dataFolder: String) -> String { dataFolder + "/backup-under-way" }

    private static func cannotCreate(_ path: String) -> VerbFailure {
        VerbFailure(.cannotCreate, "Cannot create \(path): \(String(cString: strerror(errno))).")
    }
}
