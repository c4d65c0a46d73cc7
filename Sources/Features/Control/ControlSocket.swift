// The two ends of the control socket have in common: its address, and lines of JSON of a bounded length within a bounded time.

import Foundation

/// A connected or listening stream socket in the file system. The owner closes it.
struct ControlSocket {
    /// In the run folder, beside the web server's socket.
    static func path(inDataFolder folder: String) -> String { "\(folder)/run/control.sock" }

    let descriptor: Int32

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    init() throws(VerbFailure) {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if descriptor < 0 { throw VerbFailure(.temporary, "No socket: \(String(cString: strerror(errno))).") }
    }

    func close() { _ = Foundation.close(descriptor) }

    func bind(to path: String) throws(VerbFailure) -> Bool {
        try Self.withAddress(path) { Foundation.bind(descriptor, $0, $1) == 0 }
    }

    func connect(to path: String) throws(VerbFailure) -> Bool {
        try Self.withAddress(path) { Foundation.connect(descriptor, $0, $1) == 0 }
    }

    /// - Parameter time: for one read or write; 0 for no limit.
    func setTimeout(seconds time: Int) {
        var value = timeval(tv_sec: time, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &value, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &value, size)
    }

    /// Who is at the other end, by the kernel's word; nil when it does not say.
    var peerUser: uid_t? {
        // struct ucred: process, user, group.
        var credentials: (Int32, UInt32, UInt32) = (0, 0, 0)
        var size = socklen_t(MemoryLayout.size(ofValue: credentials))
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0, size == 12 else { return nil }
        return credentials.1
    }

    /// One line without its end; nil when it is longer than `limit` bytes, or did not come in time, or the other end went.
    func readLine(limit: Int, deadline: ContinuousClock.Instant? = nil) -> [UInt8]? {
        var line: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while line.count <= limit {
            if let deadline, ContinuousClock.now >= deadline { return nil }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            if let end = buffer[..<count].firstIndex(of: 10) {
                line += buffer[..<end]
                return line.count <= limit ? line : nil
            }
            line += buffer[..<count]
        }
        return nil
    }

    /// False when the other end went, or took too long.
    @discardableResult
    func writeLine(_ value: some Encodable) -> Bool {
        // JSON's encoder escapes line ends within texts, and sets none itself.
        guard let line = try? JSONEncoder().encode(value) else { return false }
        var rest = (Array(line) + [10])[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func withAddress<Result>(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) throws(VerbFailure) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { place in
            guard bytes.count < place.count else { return false }
            place.copyBytes(from: bytes)
            return true
        }
        guard fits else {
            throw VerbFailure(.usage, "The data folder's path is too long: \(path) must have at most 107 bytes. Choose a shorter one.")
        }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }
}
