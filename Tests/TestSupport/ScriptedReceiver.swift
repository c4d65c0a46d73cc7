// A receiver of webhooks that misbehaves on purpose: real sockets on loopback, a thread a connection, every way a stranger's
// server can answer wrongly. A real server cannot be told to reset, drip or lie about its length.
import Foundation
import Glibc
import Synchronization

/// A receiver on 127.0.0.1 and a free port, from `init` until `stop` or the last reference to it is gone.
package final class ScriptedReceiver: Sendable {
    package struct Recorded: Sendable {
        package let method: String
        package let path: String
        package let fields: [(name: String, value: String)]
        package let body: [UInt8]
        /// Counted from 0 in the order of acceptance: equal for requests on one kept connection.
        package let connection: Int

        /// The value of the first field of that name, in any case.
        package func field(_ name: String) -> String? { fields.first { $0.name.lowercased() == name.lowercased() }?.value }
    }

    package enum Answer: Sendable {
        /// A complete answer; the connection is kept.
        case status(Int, fields: [(name: String, value: String)] = [], body: [UInt8] = [])
        /// A complete answer with `Connection: close`, after which it is closed.
        case lastStatus(Int, body: [UInt8] = [])
        /// The bytes as they are, then the connection is closed.
        case raw([UInt8])
        /// Nothing, until the other side or `stop` ends it.
        case hang
        /// A good head, then one byte of an endless body each so many milliseconds.
        case drip(milliseconds: Int)
        /// A good head and chunks without end, as fast as they are taken.
        case endlessBody
        /// Header lines without end.
        case endlessHead
        /// One header line without end.
        case endlessLine
        /// Half of the body that the head promised, then the connection is closed.
        case closeEarly
        /// The connection is closed without a byte.
        case closeSilently
        /// The connection is reset (RST).
        case reset

        package static func redirect(to location: String) -> Answer { .status(302, fields: [("Location", location)]) }
    }

    package let port: Int
    private let listener: Int32
    private let state: ReceiverState
    private let answer: @Sendable (Recorded) -> Answer
    private let resetsAtOnce: Bool

    /// The n-th request gets the n-th answer; the last answer is given to all that follow.
    package convenience init(_ answers: Answer...) throws {
        let next = Mutex(0)
        try self.init { _ in
            let index = next.withLock { index in
                defer { index += 1 }
                return index
            }
            return answers.isEmpty ? .status(200) : answers[min(index, answers.count - 1)]
        }
    }

    /// - Parameter resetsAtOnce: Every connection is reset right after it was accepted, before a byte is read.
    package init(resetsAtOnce: Bool = false, answering answer: @escaping @Sendable (Recorded) -> Answer) throws {
        self.answer = answer
        self.resetsAtOnce = resetsAtOnce
        (listener, port) = try LoopbackPort.bind()
        guard listen(listener, 1024) == 0 else {
            close(listener)
            throw LoopbackPort.Failure(code: errno)
        }
        state = ReceiverState()
        Self.serve(listener, state, answer: answer, resetsAtOnce: resetsAtOnce)
    }

    deinit { stop() }

    /// Ends the listener and every connection; the port then refuses.
    package func stop() {
        state.closeAll(listener)
    }

    package func url(_ path: String = "/hook", host: String = "127.0.0.1") -> String { "http://\(host):\(port)\(path)" }

    package var requests: [Recorded] { state.value.withLock { $0.requests } }
    package var connectionCount: Int { state.value.withLock { $0.accepted } }

    /// Whether no connection was ever made. A count of 0 could mean that one was not accepted yet, so this sends a request
    /// of its own, which is recorded: connections are accepted in order, and its must be the first.
    package func isUntouched(seconds: Double = 10) -> Bool {
        guard let probe = LoopbackPort.connect(to: port) else { return false }
        defer { close(probe) }
        let path = "/is-untouched"
        let request = Array("GET \(path) HTTP/1.1\r\n\r\n".utf8)
        guard send(probe, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return false }
        let end = Date(timeIntervalSinceNow: seconds)
        while Date() < end {
            if let recorded = requests.first(where: { $0.path == path }) { return recorded.connection == 0 }
            usleep(1000)
        }
        return false
    }

    /// Sends the bytes on every open connection, whatever was asked there.
    package func say(_ bytes: [UInt8]) { state.say(bytes) }

    /// Waits until `count` requests have come; false when they have not in time.
    package func wait(for count: Int, seconds: Double = 10) -> Bool {
        let end = Date(timeIntervalSinceNow: seconds)
        while requests.count < count {
            guard Date() < end else { return false }
            usleep(1000)
        }
        return true
    }

    // The threads hold the state and the script, never the receiver, so that it ends with its last reference.
    private static func serve(
        _ listener: Int32, _ state: ReceiverState, answer: @escaping @Sendable (Recorded) -> Answer, resetsAtOnce: Bool
    ) {
        thread {
            while true {
                let connection = accept(listener, nil, nil)
                if connection < 0, errno == EINTR || errno == ECONNABORTED || errno == EMFILE { continue }
                guard connection >= 0 else { break }
                guard let number = state.opened(connection) else {
                    close(connection)
                    break
                }
                if resetsAtOnce {
                    ReceiverConnection.reset(connection)
                    state.closed(connection)
                } else {
                    thread {
                        var one = ReceiverConnection(socket: connection, number: number)
                        one.run(record: state.record, answer: answer)
                        state.closed(connection)
                    }
                }
            }
            close(listener)
        }
    }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        let thread = Thread(block: body)
        thread.stackSize = 256 * 1024
        thread.start()
    }
}

/// What the threads of a receiver share.
final class ReceiverState: Sendable {
    struct Value {
        var requests: [ScriptedReceiver.Recorded] = []
        var accepted = 0
        var open: Set<Int32> = []
        var isStopped = false
    }
    let value = Mutex(Value())

    /// The connection's number; nil once stopped.
    func opened(_ socket: Int32) -> Int? {
        value.withLock { value in
            guard !value.isStopped else { return nil }
            value.open.insert(socket)
            value.accepted += 1
            return value.accepted - 1
        }
    }

    // Closed by its own thread only, under the lock: a number that is closed may be another connection's at once.
    func closed(_ socket: Int32) {
        value.withLock { value in
            value.open.remove(socket)
            close(socket)
        }
    }

    func record(_ request: ScriptedReceiver.Recorded) { value.withLock { $0.requests.append(request) } }

    func say(_ bytes: [UInt8]) {
        value.withLock { value in
            for socket in value.open { _ = send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
        }
    }

    func closeAll(_ listener: Int32) {
        value.withLock { value in
            guard !value.isStopped else { return }
            value.isStopped = true
            shutdown(listener, Int32(SHUT_RDWR))
            for socket in value.open { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }
}

/// A free port of 127.0.0.1. Bound and not listening it refuses every connection, and nobody else can get it meanwhile.
package final class LoopbackPort: Sendable {
    package struct Failure: Error { package let code: Int32 }

    package let number: Int
    private let socket: Int32

    package init() throws { (socket, number) = try Self.bind() }

    deinit { close(socket) }

    package static func bind() throws -> (socket: Int32, port: Int) {
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var port = 0
        let code = withAddress(port: 0) { address in
            guard Glibc.bind(descriptor, address, length) == 0, getsockname(descriptor, address, &length) == 0 else { return Int32(-1) }
            port = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { Int(UInt16(bigEndian: $0.pointee.sin_port)) }
            return 0
        }
        guard code == 0 else {
            close(descriptor)
            throw Failure(code: errno)
        }
        return (descriptor, port)
    }

    /// The caller closes it.
    static func connect(to port: Int) -> Int32? {
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        guard withAddress(port: port, { Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func withAddress(port: Int, _ body: (UnsafeMutablePointer<sockaddr>) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(clamping: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafeMutablePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
    }
}
