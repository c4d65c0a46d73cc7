// Files and rows must pair up. Daily, a file without a row is moved aside, where nobody is served from it and nothing is lost,
// and a row without a file is counted, so that both are seen.

package import Database
import Glibc
import Logging
import Spelling
import Time
package import Web

package struct MediaInventory: Sendable {
    /// What was begun longer ago than any request takes was interrupted.
    private static let grace = Duration.seconds(3600)
    private static let batch = 500

    private let site: Site

    package init(site: Site) {
        self.site = site
    }

    package func checkAll(isStopping: () -> Bool = { false }) throws {
        try MediaIntake(site: site).resume(before: site.clock.now() - Self.grace)
        let accounts = try site.database.read { try RetentionStore.accounts(on: $0) }.map(\.id)
        for account in accounts where !isStopping() {
            do { try check(account) } catch let error as DatabaseError { throw error } catch {
                site.logger.error("The media of \(account) could not be checked: \(error)")
            }
        }
        try quarantineStrangers(known: Set(accounts.map(\.stored)))
    }

    /// Moves aside what has no row, counts what has no file, and notes both for the account's page.
    package func check(_ account: ID<Account>) throws {
        let folder = try MediaFolder.open(account, in: site.dataFolder)
        if let folder { try quarantineOrphans(in: folder, of: account) }
        let missing = try missingFiles(in: folder, of: account)
        let quarantined = try quarantinedCount(of: account)
        let now = site.clock.now()
        try site.database.write { connection in
            try InventoryStore.note(account, at: now, quarantined: quarantined, missing: missing, on: connection)
        }
    }

    private func quarantineOrphans(in folder: MediaFolder, of account: ID<Account>) throws {
        var hasMoved = false
        try folder.forEachBatch(of: Self.batch) { names in
            let known = try site.database.read { try InventoryStore.names(of: names.compactMap(Self.id), in: account, on: $0) }
            // A file's row is there before it, and goes after it.
            for name in names where !known.contains(Self.text(name)) {
                try quarantine(name, from: folder, into: account.stored)
                hasMoved = true
            }
        }
        if hasMoved { try folder.sync() }
    }

    private func missingFiles(in folder: MediaFolder?, of account: ID<Account>) throws -> Int {
        var missing = 0
        var last: ID<MediaFile>?
        while true {
            let files = try site.database.read { try InventoryStore.files(of: account, after: last, limit: Self.batch, on: $0) }
            guard let end = files.last else { return missing }
            last = end.id
            let absent = files.filter { file in
                guard let folder, let name = MediaFolder.name(of: file.id, file.fileExtension) else { return true }
                return !folder.hasFile(name)
            }
            // What a purge took meanwhile is not missing.
            if !absent.isEmpty { missing += try site.database.read { try InventoryStore.stillLive(absent.map(\.id), in: account, on: $0) } }
        }
    }

    /// A folder in the place of accounts that belongs to none.
    private func quarantineStrangers(known: Set<String>) throws {
        guard let root = try MediaFolder.open(MediaFolder.root(of: site.dataFolder)) else { return }
        try root.forEachBatch(of: Self.batch) { names in
            for name in names where !known.contains(Self.text(name)) { try quarantine(name, from: root, into: "of-no-account") }
        }
        try root.sync()
    }

    /// Moves the entry itself, a link as a link, under a name that keeps what it was called and is never taken.
    private func quarantine(_ name: [CChar], from folder: MediaFolder, into place: String) throws {
        guard let root = try MediaFolder.open(site.dataFolder + "/quarantine") else {
            throw MediaFault(action: "open", name: "quarantine", code: ENOENT)
        }
        let target = try root.madeFolder(place)
        let readable = String(
            decoding: name.dropLast().prefix(100).map { $0 > 0x20 && $0 < 0x7F ? UInt8($0) : UInt8(ascii: "_") }, as: UTF8.self)
        let newName = "\(site.ids.next(MediaFile.self).stored)-\(readable)"
        guard renameat(folder.descriptor, name, target.descriptor, newName) == 0 else {
            let code = errno
            // A purge was quicker.
            if code == ENOENT { return }
            throw MediaFault(action: "quarantine", name: readable, code: code)
        }
        try target.sync()
        site.logger.warning("A file without a row was moved to quarantine/\(place)/\(newName)")
    }

    private func quarantinedCount(of account: ID<Account>) throws -> Int {
        var count = 0
        let folder = try MediaFolder.open(site.dataFolder + "/quarantine")?.folder(account.stored)
        try folder?.forEachBatch(of: Self.batch) { count += $0.count }
        return count
    }

    private static func text(_ name: [CChar]) -> String {
        String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func id(in name: [CChar]) -> ID<MediaFile>? {
        ID("\(MediaFile.idPrefix)_\(text(name).parts(between: ".", maximum: 2)[0])")
    }
}
