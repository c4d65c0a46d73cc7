// The real engine over a real database, with receivers that are functions and time that goes on by itself: what takes days takes seconds.

import Crypto
package import Database
package import Delivery
import Foundation
import HTTPClient
import JSON
import Logging
import Synchronization
import Time

package final class Simulation {
    /// A request that a receiver got.
    package struct Arrival: Sendable {
        package let url: String
        package let event: String
        /// Since the start.
        package let at: Duration
        /// 1 for the first request with this event's id to this address.
        package let number: Int
    }

    /// After how long it answers, and with what status; nil for no answer at all, a timeout.
    package typealias Receiver = @Sendable (Arrival) -> (after: Duration, status: Int?)

    package let time = SimulatedTime(Timestamp(iso8601: "2026-11-22T13:05:09Z") ?? Timestamp(milliseconds: 0))
    package let database: Database
    package let ids: IDGenerator
    package let store: WebhookStore
    package let directory: WebhookDirectory
    package private(set) var engine: DeliveryEngine
    private let client: HTTPClient
    private let folder: String
    private let record = Record()
    private let makeEngine: (String) -> DeliveryEngine

    /// What came in, and how many are under way to each address.
    private final class Record: Sendable {
        struct State {
            var arrivals: [Arrival] = []
            var counts: [String: Int] = [:]
            var underWay: [String: Int] = [:]
        }
        let state = Mutex(State())
    }

    package init(inFlightPerWebhook: Int = 8, places: Int = 512, sweepInterval: Duration = .seconds(2), receiver: @escaping Receiver) throws
    {
        // In memory where that is possible: what is simulated is not the disk.
        let base = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        folder = "\(base)/hookswitch-simulation-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let database = Database(engine: try SQLiteEngine(path: folder + "/simulation.sqlite", readers: 2))
        let clock = time.clock
        try database.migrate(DeliverySchema.migrations, at: clock.now())
        let vault = Vault(key: SymmetricKey(size: .bits256))
        let directory = WebhookDirectory(database: database, vault: vault)
        let ids = IDGenerator(clock: clock)
        let client = HTTPClient(policy: AddressPolicy(), userAgent: "simulation")
        let (time, record) = (time, record)
        let send: DeliveryEngine.Send = { request, completion in
            let event = request.fields.first { $0.name == "webhook-id" }?.value ?? ""
            let arrival = record.state.withLock { state in
                let key = request.url + " " + event
                state.counts[key, default: 0] += 1
                state.underWay[request.url, default: 0] += 1
                let arrival = Arrival(url: request.url, event: event, at: time.now, number: state.counts[key, default: 1])
                state.arrivals.append(arrival)
                return arrival
            }
            let answer = receiver(arrival)
            var result = TransferResult(
                status: answer.status,
                fault: answer.status.map { (200..<300).contains($0) ? .none : .receiverStatus } ?? .timeout)
            result.timings.total = answer.after
            time.after(answer.after) { [result] in
                record.state.withLock { $0.underWay[request.url, default: 1] -= 1 }
                completion(result)
            }
        }
        makeEngine = { node in
            DeliveryEngine(
                node: node, database: database, client: client, clock: clock, ids: ids, directory: directory,
                logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }, inFlightPerWebhook: inFlightPerWebhook,
                maximumInFlight: places, sweepInterval: sweepInterval, steady: time.steady, send: send)
        }
        engine = makeEngine("one")
        (self.database, self.directory, self.ids, self.client) = (database, directory, ids, client)
        store = WebhookStore(vault: vault)
    }

    deinit {
        time.letGo()
        engine.stop(within: .seconds(5))
        client.stop()
        database.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The process ends, with nothing under way, and begins again after so long.
    package func restart(after downtime: Duration, clockSetBy step: Duration = .zero) throws {
        engine.stop(within: .seconds(5))
        time.pass(downtime)
        time.step(by: step)
        engine = makeEngine("one")
        try engine.start()
    }

    package var arrivals: [Arrival] { record.state.withLock { $0.arrivals } }

    /// Requests under way to each address.
    package var underWay: [String: Int] { record.state.withLock { $0.underWay } }

    package func addAccount() throws -> ID<Account> {
        let account: ID<Account> = ids.next()
        _ = try database.write {
            try $0.execute("INSERT INTO webhook_settings (account_id, is_enabled, version) VALUES (\(account), \(true), 1)")
        }
        return account
    }

    @discardableResult
    package func addWebhook(to url: String, of account: ID<Account>) throws -> ID<Webhook> {
        let webhook = WebhookConfiguration(
            id: ids.next(), account: account, name: url, url: url, secret: WebhookSecret.generate(), createdAt: time.clock.now())
        try database.write { try store.insert(webhook, on: $0) }
        directory.invalidate(account: account)
        return webhook.id
    }

    @discardableResult
    package func accept(_ count: Int, call: String? = nil, for account: ID<Account>) throws -> [Acceptance] {
        guard let type = EventCatalogue.standard.type(named: "cdr") else { return [] }
        let events = (0..<count).map { _ in
            NewEvent(type: type, time: time.clock.now(), data: call.map { ["call_id": .string($0)] } ?? [:])
        }
        let acceptor = EventAcceptor(database: database, ids: ids, clock: time.clock, directory: directory) { [engine] in engine.wake($0) }
        return try stride(from: 0, to: count, by: 500).flatMap { start in
            try acceptor.accept(Array(events[start..<min(start + 500, count)]), for: account)
        }
    }

    /// How many deliveries are in each state.
    package func states(of webhook: ID<Webhook>? = nil) throws -> [DeliveryState: Int] {
        let condition: SQL = webhook.map { "webhook_id = \($0)" } ?? "1 = 1"
        let counts: [(DeliveryState, Int)] = try database.read { connection in
            try connection.rows("SELECT \(DeliveryState.shown) AS shown, COUNT(*) FROM deliveries d WHERE \(condition) GROUP BY shown") {
                (try $0.next(), try $0.next())
            }
        }
        return Dictionary(uniqueKeysWithValues: counts)
    }

    package func configuration(_ webhook: ID<Webhook>, of account: ID<Account>) throws -> WebhookConfiguration? {
        try database.read { try store.webhook(webhook, of: account, on: $0) }
    }
}
