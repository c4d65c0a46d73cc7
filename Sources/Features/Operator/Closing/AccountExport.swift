// What an account takes along when it is closed: its settings, people and history as JSON, a row a line, and its media files, in one
// archive for the operator to hand over. Made behind the page, a page of rows at a time; what a stop or a kill leaves is begun anew.

import Cron
import Crypto
import Database
import Foundation
import JSON
import Logging
import Spelling
import Synchronization
import Threading
import Time
import Web

final class AccountExport: Sendable {
    private struct Stopped: Error {}

    private struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    private let app: App
    private let isRunning = Mutex(false)

    init(_ app: App) {
        self.app = app
    }

    private var site: Site { app.site }

    static func path(of certificate: ID<DeletionCertificate>, _ site: Site) -> String {
        "\(site.dataFolder)/exports/\(certificate.stored).tar"
    }

    func job() throws -> Job {
        let expression = try CronExpression("*/10 * * * *")
        return Job(name: "account-export", schedule: { Schedule(expression: expression, zone: .utc) }) { run in
            try self.run { run.isStopping }
        }
    }

    /// At once, on a thread of its own, if there is something to export.
    func begin() throws {
        guard try !site.database.read(ClosureStore.unexported).isEmpty else { return }
        try OwnThread.start("export") { [self] in
            do { try run() } catch { site.logger.error("The export of an account has failed: \(error)") }
        }
    }

    /// All that there is to export, unless another thread is about it.
    func run(until isStopping: () -> Bool = { false }) throws {
        guard
            isRunning.withLock({ running in
                defer { running = true }
                return !running
            })
        else { return }
        defer { isRunning.withLock { $0 = false } }
        for closure in try site.database.read(ClosureStore.unexported) {
            do {
                let export = try export(closure, until: isStopping)
                try site.database.write { try ClosureStore.note(export, of: closure, on: $0) }
            } catch is Stopped {
                return
            } catch DatabaseError.closed {
                return
            } catch {
                site.logger.error("The export of \(closure.slug) has failed, and is tried again: \(error)")
                try site.database.write { try ClosureStore.note(problem: "\(error)", of: closure, on: $0) }
            }
        }
        try removeLeftovers()
    }

    /// Of accounts that were taken back or are gone.
    func removeLeftovers() throws {
        let folder = "\(site.dataFolder)/exports"
        let known = try site.database.read(ClosureStore.certificates)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder)
        where !known.contains(String(name.parts(between: ".")[0])) {
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
    }

    private func export(_ closure: Closure, until isStopping: () -> Bool) throws -> Closure.Export {
        let archive = Self.path(of: closure.certificate, site)
        let folder = archive + ".folder"
        let files = FileManager.default
        if files.fileExists(atPath: folder) { try files.removeItem(atPath: folder) }
        try files.createDirectory(
            atPath: folder + "/media", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        defer { try? files.removeItem(atPath: folder) }
        try writeSettings(of: closure, to: folder)
        for table in AccountTable.all where !table.columns.isEmpty {
            var last = ""
            try lines("\(folder)/\(table.name).jsonl", until: isStopping) {
                let page = try site.database.read { try table.page(of: closure.account, after: last, on: $0) }
                last = page.last?.cursor ?? last
                return page.count < AccountTable.batch ? (page.map(\.row), true) : (page.map(\.row), false)
            }
        }
        for history in ExportedHistory.allCases {
            var next: Int64? = 0
            try lines("\(folder)/\(history.rawValue).jsonl", until: isStopping) {
                let page = try site.database.read { try history.page(of: closure.account, after: next ?? 0, on: $0) }
                next = page.next
                return (page.rows, page.next == nil)
            }
        }
        let bytes = try exportMedia(of: closure, to: folder, until: isStopping)
        if let free = FreeSpace.bytes(at: folder), free < Int64(clamping: bytes) + FreeSpace.low {
            throw Problem(description: "the disk has no room for \(bytes) bytes of media files")
        }
        try pack(folder, into: archive + ".part", until: isStopping)
        let digest = try Self.digest(of: archive + ".part")
        guard isSynced(archive + ".part"), rename(archive + ".part", archive) == 0, isSynced("\(site.dataFolder)/exports") else {
            throw Problem(description: "the archive cannot be kept: \(String(cString: strerror(errno)))")
        }
        return Closure.Export(at: site.clock.now(), bytes: digest.bytes, sha256: digest.sha256)
    }

    private func writeSettings(of closure: Closure, to folder: String) throws {
        let settings: JSONObject = try site.database.read { connection in
            var json: JSONObject = ["account": .string(closure.slug), "name": .string(closure.name)]
            for source in app.features.flatMap(\.settings) { json[source.name] = try source.json(app, closure.account, connection) }
            return json
        }
        try Data(JSONValue.object(settings).serialized()).write(to: URL(filePath: folder + "/settings.json"))
        let words = """
            Account \(closure.slug), as it was when it was closed.

            settings.json has its settings; each file of JSON lines (.jsonl) has a row of its history or of what it had a line; media has its
            media files, which media.jsonl lists. Times are milliseconds since 1970-01-01 in UTC. Passwords and secrets are not exported.

            """
        try Data(words.utf8).write(to: URL(filePath: folder + "/README.txt"))
    }

    /// Writes what `page` gives until it says that this was the last.
    private func lines(_ path: String, until isStopping: () -> Bool, page: () throws -> (rows: [JSONObject], isLast: Bool)) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o640]) else {
            throw Problem(description: "cannot write \(path)")
        }
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        defer { try? file.close() }
        while true {
            if isStopping() { throw Stopped() }
            let (rows, isLast) = try page()
            try file.write(contentsOf: Data(rows.flatMap { JSONValue.object($0).serialized() + [0x0A] }))
            if isLast { return }
        }
    }

    /// The list of them, and the files by another name for each, which takes no room. How many bytes they have.
    private func exportMedia(of closure: Closure, to folder: String, until isStopping: () -> Bool) throws -> Int {
        let source = try MediaFolder.open(closure.account, in: site.dataFolder)
        guard let target = try MediaFolder.open(folder + "/media") else { throw Problem(description: "the export's folder has gone") }
        var last = ""
        var bytes = 0
        try lines(folder + "/media.jsonl", until: isStopping) {
            let page = try site.database.read { try ExportedMedia.page(of: closure.account, after: last, on: $0) }
            last = page.last?.id.stored ?? last
            let rows = page.map { file in
                var row = file.row
                row["file"] = .null
                if let source, let name = MediaFolder.name(of: file.id, file.fileExtension),
                    linkat(source.descriptor, name, target.descriptor, name, 0) == 0
                {
                    row["file"] = .string("media/\(name)")
                    bytes += source.size(of: name) ?? 0
                }
                return row
            }
            return (rows, page.count < ExportedMedia.batch)
        }
        return bytes
    }

    private func pack(_ folder: String, into path: String, until isStopping: () -> Bool) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/tar")
        process.arguments = ["--create", "--file", path, "--sort=name", "--owner=0", "--group=0", "--numeric-owner", "-C", folder, "."]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        while process.isRunning {
            if isStopping() {
                process.terminate()
                process.waitUntilExit()
                throw Stopped()
            }
            usleep(20_000)
        }
        guard process.terminationStatus == 0 else { throw Problem(description: "tar ended with status \(process.terminationStatus)") }
    }

    private static func digest(of path: String) throws -> (bytes: Int, sha256: String) {
        let file = try FileHandle(forReadingFrom: URL(filePath: path))
        defer { try? file.close() }
        var hash = SHA256()
        var bytes = 0
        while let data = try file.read(upToCount: 1 << 20), !data.isEmpty {
            hash.update(data: data)
            bytes += data.count
        }
        return (bytes, Hexadecimal.text(of: Array(hash.finalize())))
    }
}
