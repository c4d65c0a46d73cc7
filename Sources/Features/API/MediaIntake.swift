// A file comes in: first a row that says so, then the file moves to its place under a name from its id, and when that is durable the row
// becomes live. Whatever moment the process dies at, the start finds the row and finishes what it says or takes it back: no file is left
// without a row, no row without a file, and none that can never be registered again.

package import Database
import Glibc
package import HTTP
import HTTPTypes
import Logging
import Spelling
import Synchronization
package import Time
package import Web

package final class MediaIntake: Sendable {
    package enum Source {
        case upload(UploadedFile)
        /// A path below `media-inbox/<account's slug>` in the data folder, for files too large to send. The file is moved.
        case inbox(path: String)
    }

    package enum Step: Sendable, CaseIterable {
        /// The row that says what is about to come is durable.
        case intended
        /// The file has its new name.
        case moved
        /// And that is durable.
        case placed
        /// The row is live.
        case registered
    }

    private let site: Site
    private let reached: @Sendable (Step) throws -> Void
    /// Those that a request of this process is registering just now.
    private let underWay = Mutex<Set<ID<MediaFile>>>([])

    package convenience init(site: Site) {
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
        let incoming: IncomingFile
        switch source {
        case .upload(let file): incoming = .upload(file, extension: try Self.fileExtension(of: file.fileName, field: "file"))
        case .inbox(let path):
            let fileExtension = try Self.fileExtension(of: path, field: "path")
            let place = try inboxPlace(path, slug: slug)
            guard place.folder.hasFile(place.name) else {
                // Taken before, by a call whose answer may not have come through.
                if let taken = try taken(media, from: path, account) { return (taken, false) }
                throw Self.noSuchFile(slug)
            }
            incoming = .inbox(path, place, extension: fileExtension)
        }
        let id = site.ids.next(MediaFile.self)
        underWay.withLock { _ = $0.insert(id) }
        defer { underWay.withLock { _ = $0.remove(id) } }
        let record = MediaRecord(media, id: id, fileExtension: incoming.fileExtension, inboxPath: incoming.inboxPath, at: site.clock.now())
        do {
            try site.database.write { connection in
                try MediaStore.insert(record, of: account, on: connection)
                if let hold = media.hold { try HoldStore.place(hold, onItem: id, in: account, on: connection) }
            }
        } catch DatabaseError.duplicate {
            if let known = try known(media, account) { return (known, false) }
            throw Problem.beingRegistered
        }
        try reached(.intended)
        let folder = try takingBack(record, account) { try MediaFolder.make(account, in: site.dataFolder) }
        let name = "\(id.stored).\(incoming.fileExtension)"
        let bytes = try takingBack(record, account) { try move(incoming, into: folder, as: name, of: account, slug: slug) }
        try reached(.moved)
        try takingBack(record, account) { try incoming.place?.folder.sync() ?? () }
        try takingBack(record, account) { try folder.sync() }
        try reached(.placed)
        let live = try takingBack(record, account) {
            try site.database.write { connection in
                try MediaStore.makeLive(id, bytes: bytes, of: account, on: connection)
                return try MediaStore.record(id, of: account, on: connection)
            }
        }
        guard let live else { throw Problem.notFound }
        try reached(.registered)
        return (live, true)
    }

    /// What is on its way when the process begins is nobody's any more: it is finished, or taken back for the caller to send again.
    ///
    /// - Parameter time: only what began before it, while requests may be under way.
    package func resume(before time: Timestamp? = nil) throws {
        for intent in try site.database.read({ try MediaStore.incoming(before: time, on: $0) }) {
            do { try settle(intent) } catch let error as DatabaseError where error == .closed { throw error } catch {
                site.logger.error("The registration of \(intent.id) could not be settled: \(error)")
            }
        }
    }

    /// A file of the inbox that has moved is registered: its caller has no other copy. One that has not moved stays where it is, and one that
    /// was sent is sent again.
    private func settle(_ intent: MediaStore.Intent) throws {
        let folder = try MediaFolder.open(intent.account, in: site.dataFolder)
        if let name = MediaFolder.name(of: intent.id, intent.fileExtension), let folder {
            if intent.isFromInbox, let bytes = folder.size(of: name) {
                try folder.sync()
                try site.database.write { try MediaStore.makeLive(intent.id, bytes: bytes, of: intent.account, on: $0) }
                site.logger.notice("The registration of \(intent.id), which was interrupted, is done")
                return
            }
            try folder.remove(name)
            try folder.sync()
        }
        try site.database.write { try MediaStore.forget(intent.id, of: intent.account, on: $0) }
    }

    /// A refusal leaves the file where the caller had it and no row, so that the same call can be made again. When that cannot be done
    /// either, the row stays and is settled later.
    private func takingBack<Value>(_ record: MediaRecord, _ account: ID<Account>, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            do { try takeBack(record, account) } catch {
                site.logger.error("The registration of \(record.id) could not be taken back yet: \(error)")
            }
            throw error
        }
    }

    private func takeBack(_ record: MediaRecord, _ account: ID<Account>) throws {
        if let folder = try MediaFolder.open(account, in: site.dataFolder),
            let name = MediaFolder.name(of: record.id, record.fileExtension),
            folder.has(name)
        {
            if let path = record.inboxPath {
                let slug = try site.database.read { try MediaStore.slug(of: account, on: $0) } ?? ""
                let place = try inboxPlace(path, slug: slug)
                try folder.move(name, to: place.folder, as: place.name)
                try place.folder.sync()
            } else {
                try folder.remove(name)
            }
            try folder.sync()
        }
        try site.database.write { try MediaStore.forget(record.id, of: account, on: $0) }
    }

    // MARK: What is there already

    private func known(_ media: NewMedia, _ account: ID<Account>) throws -> MediaRecord? {
        guard let id = media.externalID else { return nil }
        return try settled { try MediaStore.record(externalID: id, of: account, on: $0) }
    }

    /// The record of the same recording from the same path.
    private func taken(_ media: NewMedia, from path: String, _ account: ID<Account>) throws -> MediaRecord? {
        try settled { try MediaStore.record(media, fromInbox: path, of: account, on: $0) }
    }

    /// What `find` finds once it is settled, if it was interrupted.
    private func settled(_ find: (any Connection) throws -> MediaRecord?) throws -> MediaRecord? {
        let record = try site.database.read(find)
        guard let record, record.isIncoming else { return record }
        guard !underWay.withLock({ $0.contains(record.id) }) else { throw Problem.beingRegistered }
        try site.database.read { try MediaStore.intent(record.id, on: $0) }.map(settle)
        return try site.database.read(find)
    }

    // MARK: Where a file comes from

    /// A file in an open folder of the inbox.
    private struct InboxPlace {
        let folder: MediaFolder
        let name: String
    }

    private enum IncomingFile {
        case upload(UploadedFile, extension: String)
        case inbox(String, InboxPlace, extension: String)

        var fileExtension: String {
            switch self {
            case .upload(_, let fileExtension), .inbox(_, _, let fileExtension): fileExtension
            }
        }

        var inboxPath: String? {
            if case .inbox(let path, _, _) = self { path } else { nil }
        }

        var place: InboxPlace? {
            if case .inbox(_, let place, _) = self { place } else { nil }
        }
    }

    private static func fileExtension(of name: String, field: String) throws -> String {
        let file = name.parts(between: "/").last ?? ""
        guard let last = file.cut(atLast: ".").map({ String($0.after).asciiLowercased }), MediaFolder.isExtension(last) else {
            throw Problem.invalidMedia([(field, "Name the file with an extension of 1 to 8 letters or digits, for example call.wav.")])
        }
        return last
    }

    /// Walks the path folder by folder, following no link.
    private func inboxPlace(_ path: String, slug: String) throws -> InboxPlace {
        let parts = path.parts(between: "/").map(String.init)
        guard !path.isEmpty, path.utf8.count <= 1000,
            !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." || $0.utf8.contains(0) })
        else {
            throw Problem.invalidMedia([
                ("path", "Give the file's path below the account's inbox folder, without “..” and without a slash first.")
            ])
        }
        var inbox = try MediaFolder.open(site.dataFolder + "/media-inbox")
        for part in [slug] + parts.dropLast() {
            do { inbox = try inbox?.folder(part) } catch is MediaFault { throw Self.noSuchFile(slug) }
        }
        guard let inbox, let last = parts.last else { throw Self.noSuchFile(slug) }
        return InboxPlace(folder: inbox, name: last)
    }

    private static func noSuchFile(_ slug: String) -> Problem {
        Problem.invalidMedia([("path", "There is no such plain file in media-inbox/\(slug). Links are not followed.")])
    }

    /// - Returns: the file's size in bytes. Its bytes are durable; its name is not yet.
    private func move(_ file: IncomingFile, into folder: MediaFolder, as name: String, of account: ID<Account>, slug: String) throws -> Int
    {
        switch file {
        case .upload(let file, _):
            do {
                guard isSynced(file.path) else { throw UploadFailure(code: errno) }
                try file.keep(as: "\(MediaFolder.root(of: site.dataFolder))/\(account.stored)/\(name)")
            } catch let failure as UploadFailure {
                throw Problem.media(failure)
            }
            return file.size
        case .inbox(_, let place, _):
            guard renameat(place.folder.descriptor, place.name, folder.descriptor, name) == 0 else { throw Self.noSuchFile(slug) }
            // Only now: what is looked at before may be another by the time it moves.
            guard let bytes = folder.syncedSize(of: name) else { throw Self.noSuchFile(slug) }
            return bytes
        }
    }
}

extension Problem {
    /// Another call with the same external id, or for the same file, has not ended yet.
    fileprivate static var beingRegistered: Problem {
        Problem(
            status: .conflict, type: "being-registered", title: "Being registered",
            detail: "Another call is registering this file just now. Try again in a second.")
    }

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
