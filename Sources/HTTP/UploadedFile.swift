// An upload never sits in memory: it goes to a file whose name we made, and whose life is tied to this object, so that
// a refused or forgotten upload leaves nothing behind.

import Glibc
import Synchronization

/// A file sent in a form. Removed when this object goes, unless `keep(as:)` moved it before.
package final class UploadedFile: Sendable {
    /// The name of the form's field.
    package let fieldName: String
    /// As the client named it, after the last `/` or `\`: for showing, never for a path.
    package let fileName: String
    /// As the client claimed it; nothing has checked it.
    package let contentType: String
    /// Where the bytes are for now; the name is ours.
    package let path: String
    /// In bytes.
    package let size: Int
    private let isOwned = Mutex(true)

    package init(fieldName: String, fileName: String, contentType: String, path: String, size: Int) {
        self.fieldName = fieldName
        self.fileName = fileName
        self.contentType = contentType
        self.path = path
        self.size = size
    }

    deinit {
        if isOwned.withLock({ $0 }) { unlink(path) }
    }

    /// Moves the file to its place, which must be on the same file system and is replaced if it is there. Does not sync.
    ///
    /// - Throws: `UploadFailure` with the reason of the system.
    package func keep(as destination: String) throws(UploadFailure) {
        let code: Int32 = isOwned.withLock { isOwned in
            guard rename(path, destination) == 0 else { return errno }
            isOwned = false
            return 0
        }
        if code != 0 { throw UploadFailure(code: code) }
    }
}

/// The disk refused an upload.
package struct UploadFailure: Error, Equatable {
    /// The system's `errno`; ENOSPC is what a caller may want to tell apart.
    package let code: Int32

    package init(code: Int32) {
        self.code = code
    }

    /// There is no room, or no more of it for us.
    package var isFull: Bool { code == ENOSPC || code == EDQUOT }
}

/// The file while it is written; goes away with its content unless `finished`.
struct TemporaryFile: ~Copyable {
    private let descriptor: Int32
    private let path: String
    private(set) var size = 0
    private var isHandedOver = false

    init(in folder: String) throws(UploadFailure) {
        var template = Array((folder + "/upload-XXXXXX").utf8CString)
        // mkstemp makes it 0600 and fails on a name that is there, so no link can lead the bytes elsewhere.
        descriptor = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { mkstemp($0) } ?? -1
        }
        guard descriptor >= 0 else { throw UploadFailure(code: errno) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        close(descriptor)
        if !isHandedOver { unlink(path) }
    }

    mutating func write(_ bytes: ArraySlice<UInt8>) throws(UploadFailure) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw UploadFailure(code: errno)
            }
            rest = rest.dropFirst(count)
            size += count
        }
    }

    mutating func finish(fieldName: String, fileName: String, contentType: String) -> UploadedFile {
        isHandedOver = true
        return UploadedFile(fieldName: fieldName, fileName: fileName, contentType: contentType, path: path, size: size)
    }
}
