// One connection of the scripted receiver: reads requests one after the other and plays the answer that the script gives.
import Foundation
import Glibc

struct ReceiverConnection {
    let socket: Int32
    let number: Int
    private var buffer: [UInt8] = []

    init(socket: Int32, number: Int) {
        self.socket = socket
        self.number = number
    }

    mutating func run(
        record: (ScriptedReceiver.Recorded) -> Void, answer: (ScriptedReceiver.Recorded) -> ScriptedReceiver.Answer
    ) {
        while let request = nextRequest() {
            record(request)
            guard play(answer(request), to: request) else { return }
        }
    }

    /// Closing with unread or unsent data and no linger sends RST.
    static func reset(_ socket: Int32) {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    }

    // MARK: Reading

    private mutating func nextRequest() -> ScriptedReceiver.Recorded? {
        let blank = Array("\r\n\r\n".utf8)
        var end = buffer.firstRange(of: blank)
        while end == nil {
            guard receive() else { return nil }
            end = buffer.firstRange(of: blank)
        }
        guard let end else { return nil }
        let lines = String(decoding: buffer[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        buffer.removeSubrange(..<end.upperBound)
        let start = (lines.first ?? "").split(separator: " ")
        guard start.count == 3 else { return nil }
        let fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(parts[0]), value: parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
        }
        let length = fields.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
        while buffer.count < length {
            guard receive() else { return nil }
        }
        let body = Array(buffer.prefix(length))
        buffer.removeFirst(length)
        return .init(method: String(start[0]), path: String(start[1]), fields: fields, body: body, connection: number)
    }

    private mutating func receive() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        var count = -1
        repeat { count = recv(socket, &chunk, chunk.count, 0) } while count < 0 && errno == EINTR
        guard count > 0 else { return false }
        buffer.append(contentsOf: chunk.prefix(count))
        return true
    }

    // MARK: Answering

    /// False when the connection is over.
    private mutating func play(_ answer: ScriptedReceiver.Answer, to request: ScriptedReceiver.Recorded) -> Bool {
        switch answer {
        case .status(let status, let fields, let body):
            return send(head(status, fields + [("Content-Length", "\(body.count)")]) + (request.method == "HEAD" ? [] : body))
        case .lastStatus(let status, let body):
            _ = send(head(status, [("Content-Length", "\(body.count)"), ("Connection", "close")]) + body)
        case .raw(let bytes):
            _ = send(bytes)
            shutdown(socket, Int32(SHUT_WR))
        case .hang:
            while receive() {}
        case .drip(let milliseconds):
            var isOpen = send(head(200, [("Content-Length", "1000000")]))
            while isOpen {
                usleep(UInt32(milliseconds * 1000))
                isOpen = send([UInt8(ascii: ".")])
            }
        case .endlessBody:
            let chunk = Array("4000\r\n".utf8) + [UInt8](repeating: 0x41, count: 0x4000) + Array("\r\n".utf8)
            var isOpen = send(head(200, [("Transfer-Encoding", "chunked")]))
            while isOpen { isOpen = send(chunk) }
        case .endlessHead:
            let line = Array("X-More: ".utf8) + [UInt8](repeating: 0x41, count: 1000) + Array("\r\n".utf8)
            var isOpen = send(Array("HTTP/1.1 200 OK\r\n".utf8))
            while isOpen { isOpen = send(line) }
        case .endlessLine:
            var isOpen = send(Array("HTTP/1.1 200 OK\r\nX-Long: ".utf8))
            while isOpen { isOpen = send([UInt8](repeating: 0x41, count: 16 * 1024)) }
        case .closeEarly:
            _ = send(head(200, [("Content-Length", "1000")]) + [UInt8](repeating: 0x41, count: 500))
            shutdown(socket, Int32(SHUT_WR))
        case .closeSilently:
            shutdown(socket, Int32(SHUT_WR))
        case .reset:
            Self.reset(socket)
        }
        return false
    }

    private func head(_ status: Int, _ fields: [(name: String, value: String)]) -> [UInt8] {
        Array("HTTP/1.1 \(status) Scripted\r\n\(fields.map { "\($0.name): \($0.value)\r\n" }.joined())\r\n".utf8)
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}
