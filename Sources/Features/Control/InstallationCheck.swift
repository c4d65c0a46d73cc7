// What `hookswitch check` looks at on the machine: everything that would otherwise show at the first start, or at the first purge.

import Database
import Foundation
import Templating
import Time
import Web

package struct Finding: Sendable, Equatable {
    package enum Grade: String, Sendable {
        case good = "ok"
        /// Worth knowing; nothing is wrong.
        case warning
        case problem
    }

    package let grade: Grade
    package let text: String

    package init(_ grade: Grade, _ text: String) {
        self.grade = grade
        self.text = text
    }
}

package struct InstallationCheck {
    private let folder: String
    private let resources: String
    private let socketPath: String

    package init(dataFolder: String, resourceFolder: String, socketPath: String) {
        folder = dataFolder
        resources = resourceFolder
        self.socketPath = socketPath
    }

    /// Changes nothing. Takes as long as reading the whole database does.
    package func run() -> [Finding] {
        [dataFolder(), masterKey(), socket()].flatMap { $0 } + resourceFindings() + [timeZones(), database()]
    }

    // MARK: Files

    private func dataFolder() -> [Finding] {
        guard let status = Self.status(of: folder) else {
            let parent = URL(filePath: folder).deletingLastPathComponent().path
            let isPossible = access(Self.nearestFolder(of: parent), W_OK | X_OK) == 0
            return [
                isPossible
                    ? Finding(.warning, "\(folder) is not there yet; the first start makes it.")
                    : Finding(.problem, "\(folder) is not there and cannot be made: \(parent) is not writable by this user.")
            ]
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return [Finding(.problem, "\(folder) is not a folder.")] }
        var findings: [Finding] = []
        if access(folder, R_OK | W_OK | X_OK) != 0 {
            findings.append(Finding(.problem, "\(folder) is not readable and writable by this user."))
        }
        if status.st_mode & 0o002 != 0 {
            findings.append(Finding(.problem, "\(folder) is writable by everybody. Run: chmod o-w \(folder)"))
        }
        if status.st_uid != geteuid() {
            findings.append(
                Finding(.warning, "\(folder) belongs to another user (\(status.st_uid)) than the one who runs this (\(geteuid()))."))
        }
        if let free = FreeSpace.bytes(at: folder), free < FreeSpace.low {
            findings.append(Finding(.warning, "Only \(free >> 20) MB are free on the disk of \(folder)."))
        }
        return findings.isEmpty ? [Finding(.good, "The data folder \(folder) is ours.")] : findings
    }

    private func masterKey() -> [Finding] {
        guard let path = MasterKey.path(folder: folder), let status = Self.status(of: path) else {
            return Self.status(of: "\(folder)/hookswitch.sqlite") == nil
                ? [Finding(.warning, "There is no master key yet; the first start makes it.")]
                : [
                    Finding(
                        .problem,
                        "The master key \(folder)/master.key is gone: no stored secret can be opened. Restore it from your backup.")
                ]
        }
        if status.st_size != 32 {
            return [Finding(.problem, "The master key \(path) has \(status.st_size) bytes, not 32. Restore it from your backup.")]
        }
        if access(path, R_OK) != 0 { return [Finding(.problem, "The master key \(path) is not readable by this user.")] }
        if path == "\(folder)/master.key", status.st_mode & 0o377 != 0 {
            return [Finding(.problem, "The master key \(path) is open to more than reading by its owner. Run: chmod 0400 \(path)")]
        }
        return [Finding(.good, "The master key \(path) is readable by its owner alone.")]
    }

    private func socket() -> [Finding] {
        let run = URL(filePath: socketPath).deletingLastPathComponent().path
        if socketPath.utf8.count > 107 {
            return [Finding(.problem, "The socket’s path \(socketPath) is longer than the 107 bytes that the system takes.")]
        }
        guard let status = Self.status(of: run) else { return [Finding(.warning, "\(run) is not there yet; the first start makes it.")] }
        if access(run, W_OK | X_OK) != 0 { return [Finding(.problem, "\(run), the folder of the socket, is not writable by this user.")] }
        if status.st_mode & 0o007 != 0 {
            return [
                Finding(
                    .problem,
                    "\(run), the folder of the socket, is open to everybody: whoever can connect can stop the process. Run: chmod 0750 \(run)"
                )
            ]
        }
        return [Finding(.good, "The folder of the socket \(run) is closed to others.")]
    }

    // MARK: What the pages need

    private func resourceFindings() -> [Finding] {
        do {
            _ = try TemplateLibrary.load(folder: "\(resources)/Templates")
            _ = try Locales.load(folder: "\(resources)/Locales")
            _ = try Assets(folder: "\(resources)/Public").url(of: "app.css")
            return [Finding(.good, "Templates, Locales and Public are read from \(resources).")]
        } catch {
            return [Finding(.problem, "The files of the pages in \(resources) cannot be used: \(error)")]
        }
    }

    private func timeZones() -> Finding {
        Zone(identifier: "Europe/Paris") != nil && Zone.knownIdentifiers.count > 300
            ? Finding(.good, "The time zones of \(Zone.knownIdentifiers.count) places are there.")
            : Finding(.problem, "The time zones are missing. Run: apt-get install tzdata")
    }

    // MARK: The database

    private func database() -> Finding {
        let path = "\(folder)/hookswitch.sqlite"
        guard let status = Self.status(of: path) else { return Finding(.warning, "There is no database yet; the first start makes it.") }
        guard status.st_size > 0 else {
            return Finding(
                .warning, "The database \(path) is empty; the next start makes its tables. If it held something, restore a backup.")
        }
        do {
            let lock = try DataFolderLock(folder: folder)
            defer { withExtendedLifetime(lock) {} }
            let database = Database(engine: try SQLiteEngine(path: path, readers: 1))
            defer { database.close() }
            return Finding(.good, try DatabaseVerification(allFeatures).run(database, MasterKey.load(folder: folder)?.vault))
        } catch is DataFolderInUse {
            return databaseInUse()
        } catch {
            return Finding(.problem, VerbFailure(error).message)
        }
    }

    /// A second process does not open the file: the one that serves looks.
    private func databaseInUse() -> Finding {
        do {
            guard let answer = try ControlClient.send(.verifyDatabase, toDataFolder: folder) else {
                return Finding(.warning, "Another process holds \(folder) and does not answer, so the database was not looked at.")
            }
            return Finding(.good, answer.lines.joined(separator: " ") + " (The process that serves looked.)")
        } catch {
            return Finding(.problem, error.message)
        }
    }

    private static func status(of path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    private static func nearestFolder(of path: String) -> String {
        var url = URL(filePath: path)
        while url.path.utf8.count > 1, !FileManager.default.fileExists(atPath: url.path) { url.deleteLastPathComponent() }
        return url.path
    }
}
