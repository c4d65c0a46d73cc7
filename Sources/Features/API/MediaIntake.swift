// A file comes in: synced, moved to its place under a name from its id, the folder synced, and only then its row. A crash in between
// leaves a file without a row, which the daily check moves aside; never a row without a file.

package import Database
import Glibc
package import HTTP
import HTTPTypes
import Spelling
import Time
package import Web

package struct MediaIntake: Sendable {
    package enum Source {
        case upload(UploadedFile)
        /// A path below `media-inbox/<account's slug>` in the data folder, for files too large to send. The file is moved.
        case inbox(path: String)
    }

    package enum Step: Sendable {
        /// The file is durably in its place; its row is not there yet.
        case placed
    }

    private let site: Site
    private let reached: @Sendable (Step) throws -> Void

    package init(site: Site) {
        self.init(site: site, reached: { _ in })
    }

    /// - Parameter reached: where a test may stop it, as a power cut would.
    package init(site: Site, reached: @escaping @Sendable (Step) throws -> Void) {
        self.site = site
        self.reached = reached
    }

    /// The record, and whether it is new. Throws a `Problem` for a source that is none.
    package func register(
        _ media: NewMedia, from source: Source, account: ID<Account>, slug: String
    ) throws -> (record: MediaRecord, isNew: Bool) {
        if let known = try known(media, account) { return (known, false) }
        let id = site.ids.next(MediaFile.self)
        let folder = try MediaFolder.make(account, in: site.dataFolder)
        let fileExtension: String
        let name: String
        let bytes: Int
        let takeBack: () -> Void
        switch source {
        case .upload(let file):
            fileExtension = try Self.fileExtension(of: file.fileName, field: "file")
            bytes = file.size
            name = "\(id.stored).\(fileExtension)"
            try place(file, as: "\(MediaFolder.root(of: site.dataFolder))/\(account.stored)/\(name)")
            takeBack = { try? folder.remove(name) }
        case .inbox(let path):
            fileExtension = try Self.fileExtension(of: path, field: "path")
            name = "\(id.stored).\(fileExtension)"
            (bytes, takeBack) = try moveFromInbox(path, slug: slug, into: folder, as: name)
        }
        try folder.sync()
        try reached(.placed)
        do {
            let record = MediaRecord(media, id: id, fileExtension: fileExtension, bytes: bytes, at: site.clock.now())
            try site.database.write { try MediaStore.insert(record, of: account, on: $0) }
            return (record, true)
        } catch {
            // Refused: the caller gets an error and may try again with the same file. After a crash here the daily check finds it.
            takeBack()
            if case .duplicate = error as? DatabaseError, let known = try known(media, account) { return (known, false) }
            throw error
        }
    }

    private func known(_ media: NewMedia, _ account: ID<Account>) throws -> MediaRecord? {
        try media.externalID.flatMap { id in try site.database.read { try MediaStore.record(externalID: id, of: account, on: $0) } }
    }

    private static func fileExtension(of name: String, field: String) throws -> String {
        let file = name.parts(between: "/").last ?? ""
        guard let last = file.cut(atLast: ".").map({ String($0.after).asciiLowercased }), MediaFolder.isExtension(last) else {
            throw Problem.invalidMedia([(field, "Name the file with an extension of 1 to 8 letters or digits, for example call.wav.")])
        }
        return last
    }

    private func place(_ file: UploadedFile, as path: String) throws {
        do {
            guard isSynced(file.path) else { throw UploadFailure(code: errno) }
            try file.keep(as: path)
        } catch let failure as UploadFailure {
            throw Problem.media(failure)
        }
    }

    /// Walks the path folder by folder, following no link, and moves the file that was opened or nothing.
    ///
    /// - Returns: its size in bytes, and how to put it back, unless there is another of its name by then.
    private func moveFromInbox(_ path: String, slug: String, into folder: MediaFolder, as name: String) throws -> (
        bytes: Int, takeBack: () -> Void
    ) {
        let parts = path.parts(between: "/").map(String.init)
        guard !path.isEmpty, path.utf8.count <= 1000,
            !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." || $0.utf8.contains(0) })
        else {
            throw Problem.invalidMedia([
                ("path", "Give the file's path below the account's inbox folder, without “..” and without a slash first.")
            ])
        }
        let refusal = Problem.invalidMedia([("path", "There is no such plain file in media-inbox/\(slug). Links are not followed.")])
        var inbox = try MediaFolder.open(site.dataFolder + "/media-inbox")
        for part in [slug] + parts.dropLast() {
            do { inbox = try inbox?.folder(part) } catch is MediaFault { throw refusal }
        }
        guard let inbox, let last = parts.last else { throw refusal }
        let descriptor = openat(inbox.descriptor, last, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw refusal }
        defer { close(descriptor) }
        var opened = stat()
        guard fstat(descriptor, &opened) == 0, (opened.st_mode & S_IFMT) == S_IFREG, fsync(descriptor) == 0,
            renameat(inbox.descriptor, last, folder.descriptor, name) == 0
        else { throw refusal }
        var moved = stat()
        // Somebody put another file in its place meanwhile: it has no row, so the daily check takes it.
        guard fstatat(folder.descriptor, name, &moved, AT_SYMLINK_NOFOLLOW) == 0, moved.st_ino == opened.st_ino,
            moved.st_dev == opened.st_dev
        else { throw refusal }
        try inbox.sync()
        return (
            Int(opened.st_size),
            { if linkat(folder.descriptor, name, inbox.descriptor, last, 0) == 0 { unlinkat(folder.descriptor, name, 0) } }
        )
    }
}

extension Problem {
    static func media(_ failure: UploadFailure) -> Problem {
        if failure.code == ENOSPC || failure.code == EDQUOT {
            return Problem(
                status: .init(code: 507, reasonPhrase: "Insufficient Storage"), type: "insufficient-storage", title: "No room",
                detail: "The disk is full: the file was not kept. Send it again later.")
        }
        return Problem(
            status: .internalServerError, type: "internal", title: "Internal error",
            detail: "The file could not be stored (\(String(cString: strerror(failure.code)))). Send it again later.")
    }
}
