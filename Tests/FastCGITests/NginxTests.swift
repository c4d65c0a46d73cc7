// The repository's own nginx.conf in front of the server: what neither of them can be trusted with alone.

import FastCGI
import Foundation
import Glibc
import HTTP
import HTTPTypes
import Logging
import Testing

private let nginxPath = "/usr/sbin/nginx"

@Suite("nginx and the server", .enabled(if: FileManager.default.isExecutableFile(atPath: nginxPath)))
final class NginxTests {
    private let folder = "/tmp/nginx-\(UInt32.random(in: 0 ... .max))"
    private let port: UInt16
    private let nginx = Process()
    private let server: FastCGIServer
    private let calls = Counter()

    init() throws {
        let manager = FileManager.default
        for name in ["var/log", "var/run", "Public/css"] {
            try manager.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        try manager.setAttributes([.posixPermissions: 0o750], ofItemAtPath: folder + "/var/run")
        try Data("body { margin: 0 }".utf8).write(to: URL(filePath: folder + "/Public/css/app.css"))
        port = try Self.freePort()
        let original = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../nginx.conf").standardized
        let configuration = try String(contentsOf: original, encoding: .utf8).replacing("127.0.0.1:8080", with: "127.0.0.1:\(port)")
        try Data(configuration.utf8).write(to: URL(filePath: folder + "/nginx.conf"))

        let calls = calls
        server = FastCGIServer(
            socketPath: folder + "/var/run/hookswitch.sock", workers: 2, maximumBody: 64 << 20,
            handler: { request in
                calls.increment()
                if request.path == "/headers" { return .text(request.fields.map { "\($0.name)=\($0.value)" }.joined(separator: "\n")) }
                return .text("\(request.method) \(request.path) \(request.host) \(request.remoteAddress) \(request.body.length ?? 0)")
            }, logger: Logger(label: "test"))
        try server.start()
        nginx.executableURL = URL(filePath: nginxPath)
        nginx.arguments = ["-e", "var/log/nginx.error.log", "-p", ".", "-c", "nginx.conf", "-g", "daemon off;"]
        nginx.currentDirectoryURL = URL(filePath: folder)
        nginx.standardError = FileHandle.nullDevice
        try nginx.run()
        #expect(eventually { (try? get("/"))?.isEmpty == false })
    }

    deinit {
        nginx.terminate()
        nginx.waitUntilExit()
        _ = server.stop(within: .seconds(1))
        try? FileManager.default.removeItem(atPath: folder)
    }

    @Test("A page, with the client's own address and host, goes through")
    func page() throws {
        let reply = try get("/a%20b?x=1")
        #expect(reply.hasPrefix("HTTP/1.1 200 OK\r\n") && reply.hasSuffix("\r\n\r\nGET /a%20b localhost 127.0.0.1 0"))
        #expect(try send("HEAD / HTTP/1.1\r\n").contains("Content-Length: 28\r\n"))
    }

    @Test("A forged request in an unread body is not run")
    func forged() throws {
        let body = Array(repeating: FastCGIClient.request([("REQUEST_URI", "/forged")]), count: 100).flatMap { $0 }
        let before = calls.value
        #expect(try post("/", body).contains("\r\n\r\nPOST / "))
        #expect(calls.value == before + 1)
    }

    @Test("Each route takes the body that it is for, and says so when it is larger")
    func bodySizes() throws {
        let text = [UInt8](repeating: 1, count: (64 << 10) + 1)
        #expect(try post("/", text).contains("413 Request Entity Too Large"))
        #expect(try post("/settings/account", text).contains("200 OK"))
        #expect(try post("/settings/account", [UInt8](repeating: 1, count: 3 << 20 | 1)).contains("A logo must be smaller"))
        #expect(try post("/api/v1/accounts/a/events", [UInt8](repeating: 1, count: 4 << 20)).contains("200 OK"))
        #expect(try post("/api/v1/accounts/a/events", [UInt8](repeating: 1, count: 4 << 20 | 1)).contains("application/problem+json"))
        #expect(try post("/api/v1/accounts/a/media", [UInt8](repeating: 1, count: 5 << 20)).contains("200 OK"))
    }

    @Test("Assets are served by their fingerprinted names alone, for a year")
    func assets() throws {
        let reply = try get("/assets/3f9c2e/css/app.css")
        #expect(reply.hasSuffix("body { margin: 0 }") && reply.contains("max-age=31536000") && reply.contains("nosniff"))
        for path in ["/assets/css/app.css", "/assets/3f9c2e/../../nginx.conf", "/assets/3f9c2e/%2e%2e/nginx.conf", "/assets/3f9c2e/"] {
            #expect(!(try get(path)).contains("max-age=31536000"), "\(path)")
        }
    }

    @Test("Headers by which a client could pass for something else do not arrive")
    func headers() throws {
        let reply = try get("/headers", headers: "Proxy: evil\r\nX_Under: 1\r\nX-Plain: 2\r\n")
        #expect(reply.contains("x-plain=2") && !reply.contains("evil") && !reply.lowercased().contains("under"))
    }

    @Test("Guessing passwords is slowed down; looking at the sign-in page is not")
    func signIn() throws {
        let codes = try (0..<25).map { _ in try post("/sign-in", []).prefix(12).suffix(3) }
        #expect(codes.prefix(21).allSatisfy { $0 == "200" } && codes.contains("429"))
        #expect(try get("/sign-in").hasPrefix("HTTP/1.1 200"))
    }

    @Test("While the process is down, people read what to do and programs when to come back")
    func down() throws {
        #expect(server.stop(within: .seconds(10)))
        let reply = try get("/")
        #expect(reply.hasPrefix("HTTP/1.1 503 ") && reply.contains("Retry-After: 5\r\n") && reply.contains("Try again in a few seconds"))
    }

    private func get(_ path: String, headers: String = "") throws -> String {
        try send("GET \(path) HTTP/1.1\r\n\(headers)")
    }

    private func post(_ path: String, _ body: [UInt8]) throws -> String {
        try send("POST \(path) HTTP/1.1\r\nContent-Length: \(body.count)\r\n", body)
    }

    /// One request on one connection; the whole reply as text.
    private func send(_ head: String, _ body: [UInt8] = []) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard Self.withLoopback(port, { connect(descriptor, $0, $1) }) == 0 else { throw FastCGIClient.NotConnected(code: errno) }
        var rest = (Array("\(head)Host: localhost\r\nConnection: close\r\n\r\n".utf8) + body)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count <= 0 { break }
            rest = rest.dropFirst(count)
        }
        var reply: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = read(descriptor, &buffer, buffer.count), count > 0 { reply += buffer[..<count] }
        return String(decoding: reply, as: UTF8.self)
    }

    private static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        guard withLoopback(0, { bind(descriptor, $0, $1) }) == 0 else { throw FastCGIClient.NotConnected(code: errno) }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func withLoopback(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
