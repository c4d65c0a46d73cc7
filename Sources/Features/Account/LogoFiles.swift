// Logo files on the disk. A file is whole and durable before a row names it, and goes only after no row does: whatever moment the
// process dies at, no row is without its file, and a file without a row is taken by the daily look.

import Database
import Foundation
import HTTP
import Spelling
import Time
import Web

package enum LogoRow: Identified {
    package static let idPrefix = "logo"
}

struct LogoFiles: Sendable {
    /// Younger files may belong to a form that is being saved.
    static let grace = Duration.seconds(3600)

    private let folder: String
    private let uploadFolder: String
    private let ids: IDGenerator

    init(site: Site) {
        folder = site.dataFolder + "/logos"
        uploadFolder = site.uploadFolder
        ids = site.ids
    }

    /// Writes the image under a name of our own, durably. Throws `UploadFailure`.
    func store(_ image: LogoImage, named name: String) throws -> AccountSettings.Logo {
        let file = "\(ids.next(LogoRow.self)).\(image.format.rawValue)"
        let temporary = "\(uploadFolder)/\(file)"
        do {
            try Self.write(image.bytes, to: temporary)
            guard rename(temporary, "\(folder)/\(file)") == 0 else { throw UploadFailure(code: errno) }
            try Self.sync(folder)
        } catch {
            unlink(temporary)
            unlink("\(folder)/\(file)")
            throw error
        }
        return AccountSettings.Logo(file: file, name: name)
    }

    /// The bytes, and the type that we gave the file when we wrote it. Nil when it is not there.
    func contents(of file: String) -> (bytes: [UInt8], contentType: String)? {
        guard let format = Self.format(of: file), let data = FileManager.default.contents(atPath: "\(folder)/\(file)") else { return nil }
        return (Array(data), format.contentType)
    }

    /// In bytes; 0 when it is not there.
    func size(of file: String) -> Int {
        guard Self.format(of: file) != nil else { return 0 }
        var status = stat()
        return stat("\(folder)/\(file)", &status) == 0 ? Int(status.st_size) : 0
    }

    /// That it is gone already is as good.
    func remove(_ file: String) {
        guard Self.format(of: file) != nil else { return }
        unlink("\(folder)/\(file)")
        try? Self.sync(folder)
    }

    func exists(_ file: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(folder)/\(file)")
    }

    /// Names of files that were last written before `time`.
    func files(before time: Timestamp) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { isOlder("\(folder)/\($0)", than: time) }
    }

    /// Uploads that no request can be working on any more: what a process that died left behind.
    func removeForgottenUploads(before time: Timestamp) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: uploadFolder) where isOlder("\(uploadFolder)/\(name)", than: time) {
            unlink("\(uploadFolder)/\(name)")
        }
    }

    /// Of a name that we made; nil for any other, so that no name leads out of the folder.
    private static func format(of file: String) -> LogoImage.Format? {
        let parts = file.parts(between: ".")
        guard parts.count == 2, ID<LogoRow>(parts[0]) != nil else { return nil }
        return LogoImage.Format(rawValue: String(parts[1]))
    }

    private func isOlder(_ path: String, than time: Timestamp) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        return Int64(status.st_mtim.tv_sec) < time.seconds
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw UploadFailure(code: errno) }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw UploadFailure(code: errno)
            }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw UploadFailure(code: errno) }
    }

    /// A name is durable once its folder is.
    private static func sync(_ folder: String) throws {
        guard isSynced(folder) else { throw UploadFailure(code: errno) }
    }
}
