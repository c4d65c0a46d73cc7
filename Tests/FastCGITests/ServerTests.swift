// The process's side: its socket, its threads, and how it stops.

import FoundationEssentials
import Glibc
import HTTP
import HTTPTypes
import Logging
import Synchronization
import Testing
import Threading

@testable import FastCGI

@Suite("FastCGI: server")
struct FastCGIServerTests {
    private func onThread(_ body: @escaping @Sendable () -> Void) throws {
        try OwnThread.start("test", body)
    }

    @Test("Only the socket's group may connect, and only it may enter the folder")
    func modes() throws {
        let running = try RunningServer { _ in .empty() }
        let modes = try [running.path, running.folder].map { path in
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(modes == [0o660, 0o750])
    }

    @Test("A socket left by a killed process is replaced, one that answers is not, and a file never")
    func stale() throws {
        let running = try RunningServer { _ in .text("first") }
        let second = FastCGIServer(
            socketPath: running.path, workers: 1, maximumBody: 0, handler: { _ in .text("second") }, logger: Logger(label: "test"))
        #expect(throws: FastCGIError.inUse(path: running.path)) { try second.start() }
        #expect(try FastCGIClient.exchange(running.path).text == "first")

        let left = running.folder + "/left"
        let killed = try ListeningSocket(path: left, group: "www-data")
        killed.close()
        let third = FastCGIServer(
            socketPath: left, workers: 1, maximumBody: 0, handler: { _ in .text("third") }, logger: Logger(label: "test"))
        try third.start()
        #expect(try FastCGIClient.exchange(left).text == "third")
        #expect(third.stop(within: .seconds(20)))

        let file = running.folder + "/file"
        #expect(FileManager.default.createFile(atPath: file, contents: Data("precious".utf8)))
        let fourth = FastCGIServer(socketPath: file, workers: 1, maximumBody: 0, handler: { _ in .empty() }, logger: Logger(label: "test"))
        #expect(throws: FastCGIError.notASocket(path: file)) { try fourth.start() }
        #expect(FileManager.default.contents(atPath: file) == Data("precious".utf8))
        let long = "/tmp/" + String(repeating: "x", count: 110)
        let fifth = FastCGIServer(socketPath: long, workers: 1, maximumBody: 0, handler: { _ in .empty() }, logger: Logger(label: "test"))
        #expect(throws: FastCGIError.pathTooLong(path: long)) { try fifth.start() }
    }

    @Test("Many clients at once each get their own answer")
    func parallel() throws {
        let running = try RunningServer(workers: 4) { request in
            .text("\(request.path) \((try? request.body.bytes(limit: 1000).count) ?? -1)")
        }
        let right = Counter()
        let done = Counter()
        for client in 0..<16 {
            let path = running.path
            try onThread {
                for number in 0..<50 {
                    let reply = try? FastCGIClient.exchange(
                        path, [("REQUEST_URI", "/\(client)/\(number)")], body: Array(repeating: 1, count: number))
                    if reply?.text == "/\(client)/\(number) \(number)" { right.increment() }
                }
                done.increment()
            }
        }
        #expect(eventually { done.value == 16 })
        #expect(right.value == 800 && running.callCount == 800)
    }

    @Test("A client that goes away while its answer is written costs nothing but that answer")
    func aborted() throws {
        let gate = Gate()
        let running = try RunningServer(workers: 1) { request in
            guard request.path == "/big" else { return .text("fine") }
            gate.pass()
            return .html([UInt8](repeating: 65, count: 10_000_000))
        }
        for _ in 0..<3 {
            let client = try FastCGIClient(running.path)
            client.send(FastCGIClient.request([("REQUEST_URI", "/big")]))
            #expect(eventually { gate.waiting > 0 })
        }
        gate.open()
        #expect(try FastCGIClient.exchange(running.path).text == "fine")
    }

    @Test("A connection that sends nothing, or half a request, or no FastCGI at all frees its worker")
    func halfOpen() throws {
        let running = try RunningServer(workers: 1, patience: .short) { request in
            .text((try? request.body.bytes(limit: 1000)) == nil ? "cut short" : "fine")
        }
        let silent = try FastCGIClient(running.path)
        let half = try FastCGIClient(running.path)
        half.send(Array(FastCGIClient.request().prefix(20)))
        // All that is needed is there, but for the empty record that says that no parameter follows.
        let unended = try FastCGIClient(running.path)
        unended.send(Array(FastCGIClient.head([], length: 0).dropLast(8)))
        let other = try FastCGIClient(running.path)
        other.send(Array("GET / HTTP/1.0\r\n\r\n".utf8))
        let bodiless = try FastCGIClient(running.path)
        bodiless.send(FastCGIClient.head([("REQUEST_METHOD", "POST")], length: 10))
        #expect(bodiless.reply().text == "cut short")
        #expect(try FastCGIClient.exchange(running.path).text == "fine")
        #expect(silent.reply().output.isEmpty && half.reply().output.isEmpty)
        #expect(unended.reply().output.isEmpty && other.reply().output.isEmpty)
        #expect(running.callCount == 2)
    }

    @Test("Half-open connections, as many as there are workers, delay nobody")
    func halfOpenFlood() throws {
        let running = try RunningServer(workers: 48) { _ in .text("fine") }
        let head = FastCGIClient.head([], length: 0)
        let silent = try (0..<48).map { number in try Half(running.path, sending: Array(head.prefix(number * head.count / 48))) }
        let clock = ContinuousClock()
        for _ in 0..<20 {
            let start = clock.now
            #expect(try FastCGIClient.exchange(running.path).text == "fine")
            #expect(clock.now - start < .seconds(1))
        }
        withExtendedLifetime(silent) {}
    }

    /// A client that stays in an array.
    private final class Half: Sendable {
        private let client: FastCGIClient

        init(_ path: String, sending bytes: [UInt8]) throws {
            client = try FastCGIClient(path)
            client.send(bytes)
        }

        @discardableResult func send(_ bytes: [UInt8]) -> Bool { client.send(bytes) }
        func reply() -> String { client.reply().text }
    }

    @Test("A body that drips is ended at its pace, also when each byte comes in time; one that keeps the pace is read")
    func drip() throws {
        var patience = Patience()
        patience.body = .milliseconds(200)
        let running = try RunningServer(workers: 1, patience: patience) { request in
            do {
                return .text("\(try request.body.bytes(limit: 1 << 20).count) bytes")
            } catch {
                return .text("\(error)")
            }
        }
        let path = running.path
        let slow = try Half(path, sending: FastCGIClient.head([("REQUEST_METHOD", "POST")], length: 500_000))
        let reply = Mutex("")
        try onThread {
            let text = slow.reply()
            reply.withLock { $0 = text }
        }
        let isEnded = eventually {
            slow.send(FastCGIClient.record(5, [1]))
            return !reply.withLock { $0.isEmpty }
        }
        #expect(isEnded && reply.withLock { $0 } == "tooSlow")
        #expect(
            try FastCGIClient.exchange(path, [("REQUEST_METHOD", "POST")], body: Array(repeating: 1, count: 500_000)).text == "500000 bytes"
        )
    }

    @Test("Who is refused before their body is answered at once, holds no worker, and may go on sending for a moment")
    func unread() throws {
        let running = try RunningServer(workers: 1) { request in .text(request.path == "/refused" ? "no" : "fine") }
        let clients = try (0..<5).map { _ in
            try Half(running.path, sending: FastCGIClient.head([("REQUEST_METHOD", "POST"), ("REQUEST_URI", "/refused")], length: 1 << 20))
        }
        let clock = ContinuousClock()
        let start = clock.now
        #expect(try FastCGIClient.exchange(running.path).text == "fine")
        #expect(clock.now - start < .seconds(1))
        for client in clients {
            #expect(client.send(FastCGIClient.stream(5, Array(repeating: 1, count: 200_000))))
            #expect(client.reply() == "no")
        }
    }

    @Test("A handler can see that its client has left")
    func left() throws {
        let seen = Counter()
        let running = try RunningServer(workers: 1) { request in
            if request.path == "/stay", !request.isAbandoned() { return .text("there") }
            if eventually({ request.isAbandoned() }) { seen.increment() }
            return .empty()
        }
        #expect(try FastCGIClient.exchange(running.path, [("REQUEST_URI", "/stay")]).text == "there")
        do { _ = try Half(running.path, sending: FastCGIClient.request([("REQUEST_URI", "/leave")])) }
        #expect(eventually { seen.value == 1 })
    }

    @Test("Stopping finishes what is in flight or in the queue, refuses what comes after, and says that all went well")
    func stopping() throws {
        let gate = Gate()
        let running = try RunningServer(workers: 2) { request in
            gate.pass()
            return .text("answered \(request.path)")
        }
        let answered = Counter()
        let connected = Counter()
        for number in 0..<6 {
            let path = running.path
            try onThread {
                guard let client = try? FastCGIClient(path) else { return }
                client.send(FastCGIClient.request([("REQUEST_URI", "/\(number)")]))
                connected.increment()
                let reply = client.reply()
                if reply.text == "answered /\(number)", reply.ends == 1 { answered.increment() }
            }
        }
        #expect(eventually { connected.value == 6 && gate.waiting == 2 })
        let stopped = Counter()
        let inTime = Counter()
        let server = running.server
        try onThread {
            if server.stop(within: .seconds(10)) { inTime.increment() }
            stopped.increment()
        }
        #expect(eventually { !FileManager.default.fileExists(atPath: running.path) })
        #expect(throws: FastCGIClient.NotConnected.self) { _ = try FastCGIClient.exchange(running.path) }
        gate.open()
        #expect(eventually { stopped.value == 1 } && inTime.value == 1)
        #expect(eventually { answered.value == 6 })
    }

    @Test("Stopping gives up in time, and says so, when a handler does not end")
    func stuck() throws {
        let gate = Gate()
        let running = try RunningServer(workers: 1) { _ in
            gate.pass()
            return .empty()
        }
        let client = try FastCGIClient(running.path)
        client.send(FastCGIClient.request())
        #expect(eventually { gate.waiting == 1 })
        let clock = ContinuousClock()
        let time = clock.measure { #expect(!running.server.stop(within: .milliseconds(50))) }
        #expect(time < .seconds(5))
        gate.open()
        #expect(client.reply().ends == 1)
    }

    @Test("Running out of descriptors ends no worker")
    func descriptors() throws {
        let failures = Counter()
        let path = "/tmp/fcgi-\(UInt32.random(in: 0 ... .max))"
        let listener = try ListeningSocket(path: path, group: "www-data")
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let exchange = Exchange(
            maximumBody: 0, patience: Patience(), gate: ArrivalGate(workers: 1, limit: .seconds(2)), cutoffs: Cutoffs(),
            handler: { _ in .text("fine") }, logger: logger,
            accept: { descriptor in
                if failures.increment() <= 5 {
                    errno = [EMFILE, ENFILE, ENOMEM, ENOBUFS, EINTR][failures.value % 5]
                    return -1
                }
                return accept(descriptor, nil, nil)
            })
        FastCGIServer.initializeLibrary()
        let ended = Counter()
        try onThread {
            exchange.serve(listener)
            ended.increment()
        }
        #expect(try FastCGIClient.exchange(path).text == "fine")
        #expect(failures.value >= 6 && ended.value == 0)
        listener.shutDown()
        #expect(eventually { ended.value == 1 })
        listener.close()
    }

    private static let hasRoom: Bool = {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 && limit.rlim_cur > 3000
    }()

    @Test("A process with more than 1,024 open files serves on", .enabled(if: hasRoom))
    func manyFiles() throws {
        let spare = (0..<1100).map { _ in dup(2) }
        defer { for descriptor in spare { close(descriptor) } }
        let running = try RunningServer(workers: 1) { _ in .text("fine") }
        #expect((spare.max() ?? 0) > 1024)
        for _ in 0..<3 { #expect(try FastCGIClient.exchange(running.path, body: Array(repeating: 1, count: 100)).text == "fine") }
    }
}

extension Patience {
    static var short: Patience {
        var patience = Patience()
        patience.head = .milliseconds(100)
        patience.body = .milliseconds(100)
        return patience
    }
}
