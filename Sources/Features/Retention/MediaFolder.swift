// One account's media files, reached through an open directory: the account's folder is opened once, without following a link,
// and every name in it is made from an id, so no path can lead elsewhere.

import Database
import Glibc
import Spelling

/// The system refused; `code` is its `errno`.
struct MediaFault: Error, CustomStringConvertible {
    let action: String
    let name: String
    let code: Int32

    var description: String { "cannot \(action) \(name): \(String(cString: strerror(code)))" }
}

final class MediaFolder {
    let descriptor: Int32

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    static func root(of dataFolder: String) -> String { dataFolder + "/media" }

    /// Nil when the account has no folder, and so no files. Throws `MediaFault`, also when a link stands in its place.
    static func open(_ account: ID<Account>, in dataFolder: String) throws -> MediaFolder? {
        guard let root = try open(root(of: dataFolder)) else {
            throw MediaFault(action: "open", name: root(of: dataFolder), code: ENOENT)
        }
        return try root.folder(account.stored)
    }

    /// As `open`, but makes the folder, durably, when it is not there.
    static func make(_ account: ID<Account>, in dataFolder: String) throws -> MediaFolder {
        guard let root = try open(root(of: dataFolder)) else {
            throw MediaFault(action: "open", name: root(of: dataFolder), code: ENOENT)
        }
        return try root.madeFolder(account.stored)
    }

    static func open(_ path: String) throws -> MediaFolder? {
        try opened(path, in: AT_FDCWD)
    }

    func folder(_ name: String) throws -> MediaFolder? {
        try Self.opened(name, in: descriptor)
    }

    func madeFolder(_ name: String) throws -> MediaFolder {
        if mkdirat(descriptor, name, 0o750) == 0 {
            try sync()
        } else if errno != EEXIST {
            throw MediaFault(action: "make", name: name, code: errno)
        }
        guard let folder = try folder(name) else { throw MediaFault(action: "open", name: name, code: ENOENT) }
        return folder
    }

    private static func opened(_ name: String, in parent: Int32) throws -> MediaFolder? {
        // Below an opened folder a name is one step: with a slash in it the system would walk, and follow links on its way.
        guard parent == AT_FDCWD || !name.has("/") else { throw MediaFault(action: "open", name: name, code: EINVAL) }
        let descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if descriptor >= 0 { return MediaFolder(descriptor: descriptor) }
        let code = errno
        if code == ENOENT { return nil }
        throw MediaFault(action: "open", name: name, code: code)
    }

    /// The only names that files of ours have; nil for an extension that would make it a path.
    static func name(of file: ID<MediaFile>, _ fileExtension: String) -> String? {
        isExtension(fileExtension) ? "\(file.stored).\(fileExtension)" : nil
    }

    /// 1–8 lower-case letters and digits.
    static func isExtension(_ text: String) -> Bool {
        (1...8).contains(text.utf8.count) && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) }
    }

    /// Removes the entry itself: of a link, the link. That it is gone already is success. Durable only after `sync()`.
    func remove(_ name: String) throws {
        guard unlinkat(descriptor, name, 0) != 0 else { return }
        let code = errno
        if code != ENOENT { throw MediaFault(action: "delete", name: name, code: code) }
    }

    /// Makes the names that were removed, added or moved durable.
    func sync() throws {
        guard fsync(descriptor) == 0 else { throw MediaFault(action: "sync", name: "the folder", code: errno) }
    }

    /// True when a plain file has this name; a link or a folder is none.
    func hasFile(_ name: String) -> Bool { size(of: name) != nil }

    /// In bytes; nil when no plain file has this name.
    func size(of name: String) -> Int? {
        var status = stat()
        guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0, (status.st_mode & S_IFMT) == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// Whatever it is.
    func has(_ name: String) -> Bool {
        var status = stat()
        return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0
    }

    /// Brings a plain file's bytes to the disk. Nil when it is none, or the disk refuses.
    func syncedSize(of name: String) -> Int? {
        let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, (status.st_mode & S_IFMT) == S_IFREG, fsync(file) == 0 else { return nil }
        return Int(status.st_size)
    }

    /// A plain file, and never over another of that name.
    func move(_ name: String, to folder: MediaFolder, as newName: String) throws {
        guard linkat(descriptor, name, folder.descriptor, newName, 0) == 0 else {
            throw MediaFault(action: "move", name: name, code: errno)
        }
        try remove(name)
    }

    /// Every entry's name as the file system has it, a zero behind, a few at a time: nothing here grows with their number.
    func forEachBatch(of size: Int, _ body: ([[CChar]]) throws -> Void) throws {
        // A descriptor of its own, because closing the stream closes it.
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else { throw MediaFault(action: "list", name: "the folder", code: errno) }
        defer { closedir(stream) }
        var names: [[CChar]] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) } + [0]
            }
            if name == [46, 0] || name == [46, 46, 0] { continue }
            names.append(name)
            if names.count == size {
                try body(names)
                names = []
            }
        }
        if !names.isEmpty { try body(names) }
    }
}
