// The repository's own nginx.conf in front of the server: what neither of them can be trusted with alone.

import FastCGI
import Foundation
import Glibc
import HTTP
import HTTPTypes
import Logging
import Synchronization
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
        var patience = Patience()
        patience.body = .seconds(1)
        server = FastCGIServer(
            socketPath: folder + "/var/run/hookswitch.sock", workers: 2, maximumBody: 64 << 20, patience: patience,
            handler: { request in
                calls.increment()
                if request.path.hasPrefix("/api/v1/accounts/locked") { return .problem(Self.unauthorized) }
                if request.path.hasPrefix("/api/v1/accounts/read") {
                    do {
                        return .text("\(try request.body.bytes(limit: 64 << 20).count) bytes")
                    } catch {
                        return .text("\(error)", status: .requestTimeout)
                    }
                }
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
        for path in [
            "/settings/account", "/users/import", "/sign-in", "/sign-in/account", "/sign-in/code", "/password", "/me/factor/new",
            "/settings/webhooks/endpoints",
        ] {
            #expect(try post(path, text).contains("200 OK"), "\(path)")
        }
        #expect(try post("/users/import", [UInt8](repeating: 1, count: 2 << 20)).contains("200 OK"))
        #expect(try post("/settings/account", [UInt8](repeating: 1, count: 3 << 20 | 1)).contains("must be smaller than 2 MB"))
        #expect(try post("/api/v1/accounts/a/events", [UInt8](repeating: 1, count: 4 << 20)).contains("200 OK"))
        #expect(try post("/api/v1/accounts/a/events", [UInt8](repeating: 1, count: 4 << 20 | 1)).contains("application/problem+json"))
        #expect(try post("/api/v1/accounts/a/media", [UInt8](repeating: 1, count: 5 << 20)).contains("200 OK"))
    }

    private static let unauthorized = Problem(status: .unauthorized, type: "unauthorized", title: "Unauthorized", detail: "No key.")

    @Test("Large bodies without a key are refused at once and stand nowhere; with one they pass through, on no disk either")
    func largeBodies() throws {
        let piece = [UInt8](repeating: 1, count: 300_000)
        let head = "POST /api/v1/accounts/locked/media HTTP/1.1\r\nContent-Length: \(64 << 20)\r\n"
        let strangers = try (0..<10).map { _ in try Client(port, head, piece) }
        for stranger in strangers { #expect(stranger.reply().contains(" 401 ")) }
        #expect(bytesOnDisk == 0)

        let slow = try Client(port, "POST /api/v1/accounts/read/media HTTP/1.1\r\nContent-Length: \(1 << 20)\r\n", piece)
        #expect(eventually { slow.hasAnswer })
        #expect(bytesOnDisk == 0)
        #expect(slow.reply().contains(" 408 "), "nothing came for longer than a body may take")
        #expect(try post("/api/v1/accounts/read/media", [UInt8](repeating: 1, count: 3 << 20)).hasSuffix("\(3 << 20) bytes"))
        #expect(try post("/api/v1/accounts/read/events", [UInt8](repeating: 1, count: 200_000)).hasSuffix("200000 bytes"))
        #expect(try post("/api/v1/accounts/read/events", [UInt8](repeating: 1, count: 2_000)).hasSuffix("2000 bytes"))
        let chunked = "POST /api/v1/accounts/read/events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
        #expect(try send(chunked, Array("3\r\nabc\r\n0\r\n\r\n".utf8)).hasSuffix("3 bytes"))
    }

    @Test("Of people's large bodies, which stand on the disk until they are whole, one address has four at a time")
    func uploads() throws {
        let head = "POST /settings/account HTTP/1.1\r\nContent-Length: \(2 << 20)\r\n"
        let uploads = try (0..<4).map { _ in try Client(port, head, [UInt8](repeating: 1, count: 1 << 20)) }
        #expect(eventually { bytesOnDisk > 3 << 20 })
        #expect(try Client(port, head, [1]).reply().contains(" 429 "))
        #expect(
            try Client(
                port, from: "127.0.0.2", "POST /settings/account HTTP/1.1\r\nContent-Length: 200000\r\n",
                Array(repeating: 1, count: 200_000)
            )
            .reply().contains(" 200 "))
        #expect(try get("/").hasPrefix("HTTP/1.1 200"))
        withExtendedLifetime(uploads) {}
    }

    @Test("An address has 256 requests under way, and others are not kept waiting by it")
    func addresses() throws {
        var pending: [Client] = []
        // Each is given up when nothing more of it comes for a while, which on a busy machine is before the last has been opened.
        #expect(
            try eventually {
                pending += try (0..<256).map { _ in try Client(port, "POST / HTTP/1.1\r\nContent-Length: 10\r\n", [1]) }
                return try get("/").contains(" 429 ")
            })
        #expect(try get("/api/v1/x").contains("application/problem+json"))
        #expect(try Client(port, from: "127.0.0.2", "GET / HTTP/1.1\r\n").reply().contains(" 200 "))
        withExtendedLifetime(pending) {}
    }

    private static let hasRoom: Bool = {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 && limit.rlim_cur > 4000
    }()

    @Test("2,100 connections of one address that send half a head keep nobody out", .enabled(if: hasRoom))
    func halfOpen() throws {
        let pending = try (0..<2100).map { _ in try Client(port, half: "GET / HTTP/1.1\r\nHost: local") }
        for address in ["127.0.0.1", "127.0.0.2"] {
            let client = try Client(port, from: address, "GET / HTTP/1.1\r\n")
            #expect(client.reply().contains(" 200 "), "\(address)")
        }
        withExtendedLifetime(pending) {}
    }

    @Test("What nginx itself has to say, machines read as problem+json and people as a page")
    func ownWords() throws {
        let long = String(repeating: "x", count: 40_000)
        func check(_ reply: String, _ status: Int, machine: Bool, retry: Bool = false) {
            #expect(reply.hasPrefix("HTTP/1.1 \(status) "), "\(reply.prefix(300))")
            let isProblem = reply.contains("Content-Type: application/problem+json") && reply.contains("\"status\":\(status)")
            #expect(machine ? isProblem && !reply.contains("<html") : reply.contains("<h1>"), "\(reply.prefix(300))")
            #expect(reply.contains("Retry-After: ") == retry, "\(reply.prefix(300))")
        }
        for (path, isMachine) in [("/api/v1/accounts/a/events", true), ("/x", false)] {
            check(try get(path, headers: "X-Long: \(long)\r\n"), 400, machine: isMachine)
            check(try get(path + "?" + long), 400, machine: isMachine)
            check(try send("POST \(path) HTTP/1.1\r\nTransfer-Encoding: odd\r\n"), 400, machine: isMachine)
            check(try post(path, [UInt8](repeating: 1, count: 4 << 20 | 1)), 413, machine: isMachine)
        }
        #expect(server.stop(within: .seconds(10)))
        check(try get("/api/v1/accounts/a/settings"), 503, machine: true, retry: true)
        check(try get("/"), 503, machine: false, retry: true)
    }

    /// Of bodies that nginx holds in files, which have no name any more.
    private var bytesOnDisk: Int {
        let manager = FileManager.default
        let children =
            (try? String(contentsOfFile: "/proc/\(nginx.processIdentifier)/task/\(nginx.processIdentifier)/children", encoding: .utf8))
            ?? ""
        return children.split(separator: " ").reduce(0) { sum, worker in
            let files = (try? manager.contentsOfDirectory(atPath: "/proc/\(worker)/fd")) ?? []
            return files.reduce(sum) { sum, file in
                let path = "/proc/\(worker)/fd/\(file)"
                guard (try? manager.destinationOfSymbolicLink(atPath: path))?.contains("nginx-body") == true else { return sum }
                var status = stat()
                return stat(path, &status) == 0 ? sum + Int(status.st_size) : sum
            }
        }
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
    private func send(_ head: String, _ body: [UInt8] = []) throws -> String { try Client(port, head, body).reply() }

    private final class Client {
        private let descriptor: Int32

        init(_ port: UInt16, from address: String = "127.0.0.1", half: String, _ body: [UInt8] = []) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var limit = timeval(tv_sec: 20, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            let isConnected =
                NginxTests.withAddress(address, 0) { bind(descriptor, $0, $1) } == 0
                && NginxTests.withAddress("127.0.0.1", port) { connect(descriptor, $0, $1) } == 0
            guard isConnected else { throw FastCGIClient.NotConnected(code: errno) }
            var rest = (Array(half.utf8) + body)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                if count <= 0 { break }
                rest = rest.dropFirst(count)
            }
        }

        convenience init(_ port: UInt16, from address: String = "127.0.0.1", _ head: String, _ body: [UInt8] = []) throws {
            try self.init(port, from: address, half: "\(head)Host: localhost\r\nConnection: close\r\n\r\n", body)
        }

        deinit { close(descriptor) }

        var hasAnswer: Bool {
            var look = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            return poll(&look, 1, 0) == 1
        }

        func reply() -> String {
            var reply: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            while case let count = read(descriptor, &buffer, buffer.count), count > 0 { reply += buffer[..<count] }
            return String(decoding: reply, as: UTF8.self)
        }
    }

    /// Below those that the system gives to connections (32,768 and up): one of them might take it before nginx does. One after another, so
    /// that no two tests have the same.
    private static let nextPort = Atomic(UInt16.random(in: 10_000...30_000))

    private static func freePort() throws -> UInt16 {
        for _ in 0..<1000 {
            let port = nextPort.wrappingAdd(1, ordering: .relaxed).newValue
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            if withAddress("127.0.0.1", port, { bind(descriptor, $0, $1) }) == 0 { return port }
        }
        throw FastCGIClient.NotConnected(code: EADDRINUSE)
    }

    fileprivate static func withAddress(_ text: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, text, &address.sin_addr)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
