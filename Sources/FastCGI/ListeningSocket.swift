// The socket that nginx connects to. Whoever can open it can stop the process (libfcgi aborts on hostile records), so it is
// readable by its group alone, in a folder that only its group may enter; nothing is accepted before both hold.

import Glibc
import Spelling

struct ListeningSocket: Sendable {
    let descriptor: Int32
    let path: String

    /// Waiting connections beyond which nginx gets an error at once instead of a place in the queue.
    private static let backlog: Int32 = 512

    /// - Parameter group: the web server's group, given to the socket when this process is root; otherwise its own group stays.
    init(path: String, group: String) throws(FastCGIError) {
        let folder = path.cut(atLast: "/").map { String($0.before) } ?? "."
        try Self.makeFolder(folder)
        try Self.removeStale(path)
        descriptor = try Self.withAddress(path) { (address, length) throws(FastCGIError) in
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { throw .system(call: "socket", path: path, code: errno) }
            guard bind(descriptor, address, length) == 0 else {
                let code = errno
                _ = Glibc.close(descriptor)
                throw .system(call: "bind", path: path, code: code)
            }
            return descriptor
        }
        self.path = path
        if geteuid() == 0, let group = getgrnam(group) {
            chown(path, uid_t.max, group.pointee.gr_gid)
            // A folder of exactly this mode was made for the socket, by us or for us; another one is not ours to hand over.
            if Self.mode(of: folder).map({ $0 & 0o7777 }) == 0o750 { chown(folder, uid_t.max, group.pointee.gr_gid) }
        }
        guard chmod(path, 0o660) == 0, listen(descriptor, Self.backlog) == 0 else {
            let code = errno
            close()
            throw .system(call: "listen", path: path, code: code)
        }
    }

    /// Removes the socket from sight and wakes every thread that waits in `accept`; connections already in the queue are still served.
    func shutDown() {
        unlink(path)
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    func close() {
        _ = Glibc.close(descriptor)
    }

    private static func makeFolder(_ folder: String) throws(FastCGIError) {
        if mkdir(folder, 0o750) != 0, errno != EEXIST { throw .system(call: "mkdir", path: folder, code: errno) }
    }

    /// A socket stays behind when a process is killed. It is replaced only if nobody answers there.
    private static func removeStale(_ path: String) throws(FastCGIError) {
        guard let mode = mode(of: path) else { return }
        guard mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
        let isAnswered = try withAddress(path) { (address, length) throws(FastCGIError) in
            let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            defer { _ = Glibc.close(probe) }
            return connect(probe, address, length) == 0 || errno != ECONNREFUSED
        }
        if isAnswered { throw .inUse(path: path) }
        unlink(path)
    }

    private static func mode(of path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode : nil
    }

    private static func withAddress<Result>(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws(FastCGIError) -> Result
    ) throws(FastCGIError) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { place in
            guard bytes.count < place.count else { return false }
            place.copyBytes(from: bytes)
            return true
        }
        guard fits else { throw .pathTooLong(path: path) }
        return try withUnsafePointer(to: &address) { (pointer) throws(FastCGIError) in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { (address) throws(FastCGIError) in
                try body(address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
