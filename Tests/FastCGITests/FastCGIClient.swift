// A FastCGI client made by hand, because nginx is too well-behaved to send what these tests must send.

import Glibc

struct FastCGIClient: ~Copyable {
    struct Reply {
        /// Everything in STDOUT records.
        var output: [UInt8] = []
        /// END_REQUEST records: more than one would mean that a second request was run.
        var ends = 0
        /// False when the server left the connection open, until we lost patience.
        var isClosed = false

        private var split: Int? {
            output.indices.first { output[$0...].starts(with: [13, 10, 13, 10]) }
        }
        var head: String { split.map { String(decoding: output[..<$0], as: UTF8.self) } ?? "" }
        var body: [UInt8] { split.map { Array(output[($0 + 4)...]) } ?? [] }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    private let descriptor: Int32

    struct NotConnected: Error {
        let code: Int32
    }

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        // So that a server that never answers fails the test instead of hanging it.
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard code == 0 else { throw NotConnected(code: errno) }
    }

    deinit {
        close(descriptor)
    }

    /// - Returns: false when the server closed before it had taken all.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count <= 0 { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    func endSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Reads until the server closes.
    func reply() -> Reply {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var reply = Reply()
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count <= 0 {
                reply.isClosed = count == 0
                break
            }
            bytes += buffer[..<count]
        }
        var rest = bytes[...]
        while rest.count >= 8 {
            let header = Array(rest.prefix(8))
            let length = Int(header[4]) << 8 | Int(header[5])
            let content = rest.dropFirst(8).prefix(length)
            if header[1] == 6 { reply.output += content }
            if header[1] == 3 { reply.ends += 1 }
            rest = rest.dropFirst(8 + length + Int(header[6]))
        }
        return reply
    }

    /// - Parameter bytes: further ones, whose values are no text.
    static func exchange(
        _ path: String, _ parameters: [(String, String)] = [], bytes: [(String, [UInt8])] = [], body: [UInt8] = []
    ) throws -> Reply {
        let client = try FastCGIClient(path)
        client.send(head(parameters, bytes: bytes, length: body.count) + stream(5, body))
        return client.reply()
    }

    static func request(_ parameters: [(String, String)] = [], body: [UInt8] = [], keepConnection: Bool = false) -> [UInt8] {
        head(parameters, length: body.count, keepConnection: keepConnection) + stream(5, body)
    }

    /// BEGIN_REQUEST and all parameters; those given come first, so that they count.
    static func head(
        _ parameters: [(String, String)], bytes: [(String, [UInt8])] = [], length: Int, keepConnection: Bool = false
    ) -> [UInt8] {
        let standard = [("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/"), ("CONTENT_LENGTH", length == 0 ? "" : "\(length)")]
        var pairs: [UInt8] = []
        let given = parameters.map { ($0.0, Array($0.1.utf8)) } + bytes
        let missing = standard.filter { standard in !given.contains { $0.0 == standard.0 } }.map { ($0.0, Array($0.1.utf8)) }
        for (name, value) in given + missing {
            for count in [name.utf8.count, value.count] {
                let length = withUnsafeBytes(of: UInt32(count | 1 << 31).bigEndian, Array.init)
                pairs += count < 128 ? [UInt8(count)] : length
            }
            pairs += Array(name.utf8) + value
        }
        return record(1, [0, 1, keepConnection ? 1 : 0, 0, 0, 0, 0, 0]) + stream(4, pairs)
    }

    static func stream(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
        var records: [UInt8] = []
        var rest = content[...]
        while !rest.isEmpty {
            records += record(type, Array(rest.prefix(32768)))
            rest = rest.dropFirst(32768)
        }
        return records + record(type, [])
    }

    static func record(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
        [1, type, 0, 1, UInt8(content.count >> 8), UInt8(content.count & 255), 0, 0] + content
    }
}
