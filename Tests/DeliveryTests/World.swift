// Everything around the engine, small and real: a database in /tmp, libcurl on loopback, a clock that the test moves.

import Crypto
import Database
import Delivery
import Foundation
import HTTPClient
import JSON
import Logging
import TestSupport
import Testing
import Time

final class World {
    let folder: String
    let clock: ManualClock
    let database: Database
    let vault = Vault(key: SymmetricKey(size: .bits256))
    let directory: WebhookDirectory
    let ids: IDGenerator
    let client: HTTPClient
    let account: ID<Account>
    let store: WebhookStore
    private(set) var engine: DeliveryEngine
    private let inFlightPerWebhook: Int

    /// - Parameter isRepeating: every transaction runs twice.
    init(folder: String? = nil, inFlightPerWebhook: Int = 8, isRepeating: Bool = false) throws {
        self.folder = folder ?? "/tmp/hookswitch-test-\(UUID().uuidString)"
        self.inFlightPerWebhook = inFlightPerWebhook
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        clock = ManualClock(try #require(Timestamp(iso8601: "2026-11-22T13:05:09Z")))
        let engine = try SQLiteEngine(path: self.folder + "/test.sqlite", readers: 8)
        database = Database(engine: isRepeating ? RepeatingEngine(engine) : engine)
        try database.migrate(DeliverySchema.migrations, at: clock.clock.now())
        directory = WebhookDirectory(database: database, vault: vault)
        ids = IDGenerator(clock: clock.clock)
        let loopback = try #require(CIDR("127.0.0.0/8"))
        client = HTTPClient(policy: AddressPolicy(allowing: [loopback], allowsHTTP: true), userAgent: "Hookswitch/test")
        account = ids.next()
        store = WebhookStore(vault: vault)
        self.engine = World.makeEngine(database, client, clock.clock, ids, directory, inFlightPerWebhook)
        try setIntegration(true)
    }

    deinit {
        engine.stop(within: .seconds(2))
        client.stop()
        database.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func makeEngine(
        _ database: Database, _ client: HTTPClient, _ clock: Clock, _ ids: IDGenerator, _ directory: WebhookDirectory, _ inFlight: Int,
        node: String = "one"
    ) -> DeliveryEngine {
        DeliveryEngine(
            node: node, database: database, client: client, clock: clock, ids: ids, directory: directory,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, inFlightPerWebhook: inFlight, sweepInterval: .milliseconds(20))
    }

    /// As after a restart: another engine over the same database; or, under another name, as on another machine.
    func restartEngine(node: String = "one") throws {
        engine = World.makeEngine(database, client, clock.clock, ids, directory, inFlightPerWebhook, node: node)
        try engine.start()
    }

    var acceptor: EventAcceptor {
        EventAcceptor(database: database, ids: ids, clock: clock.clock, directory: directory) { [engine] in engine.wake($0) }
    }

    func setIntegration(_ isEnabled: Bool) throws {
        try database.write { connection in
            try connection.execute(
                """
                INSERT INTO webhook_settings (account_id, is_enabled, version) VALUES (\(account), \(isEnabled), 1)
                ON CONFLICT (account_id) DO UPDATE SET is_enabled = \(isEnabled)
                """)
        }
        directory.invalidate(account: account)
    }

    @discardableResult
    func addWebhook(to url: String, _ change: (inout WebhookConfiguration) -> Void = { _ in }) throws -> WebhookConfiguration {
        var webhook = WebhookConfiguration(
            id: ids.next(), account: account, name: "CRM", url: url, secret: WebhookSecret.generate(), createdAt: clock.clock.now())
        change(&webhook)
        try database.write { try store.insert(webhook, on: $0) }
        directory.invalidate(account: account)
        return webhook
    }

    func event(_ type: String = "cdr", key: String? = nil, call: String? = nil, data: JSONObject = [:]) throws -> NewEvent {
        var data = data
        if let call { data["call_id"] = .string(call) }
        return NewEvent(
            type: try #require(EventCatalogue.standard.type(named: type)), idempotencyKey: key, time: clock.clock.now(), data: data)
    }

    @discardableResult
    func accept(_ type: String = "cdr", call: String? = nil, data: JSONObject = [:]) throws -> Acceptance {
        try #require(try acceptor.accept([event(type, call: call, data: data)], for: account).first)
    }

    struct Delivery: Equatable {
        let id: ID<WebhookDelivery>
        let webhook: ID<Webhook>
        let state: DeliveryState
        let attempt: Int
        let status: Int?
        let fault: String?
        let nextAt: Timestamp?
    }

    func deliveries(of webhook: ID<Webhook>? = nil) throws -> [Delivery] {
        try database.read { connection in
            try connection.rows(
                """
                SELECT d.id, d.webhook_id, \(DeliveryState.shown), d.attempt, d.last_status, d.last_fault, d.next_at
                FROM deliveries d ORDER BY d.id
                """
            ) {
                Delivery(
                    id: try $0.next(), webhook: try $0.next(), state: try $0.next(), attempt: try $0.next(), status: try $0.next(),
                    fault: try $0.next(), nextAt: try $0.next())
            }
        }.filter { webhook == nil || $0.webhook == webhook }
    }

    func states(of webhook: ID<Webhook>? = nil) throws -> [DeliveryState] {
        try deliveries(of: webhook).map(\.state)
    }

    func configuration(_ webhook: ID<Webhook>) throws -> WebhookConfiguration {
        try #require(try database.read { try store.webhook(webhook, of: account, on: $0) })
    }

    func faults(of delivery: ID<WebhookDelivery>) throws -> [String?] {
        try database.read { connection in
            try connection.rows("SELECT fault FROM attempts WHERE delivery_id = \(delivery) ORDER BY number") { try $0.next(String?.self) }
        }
    }
}

/// Whether it becomes true in time; asked every millisecond.
func eventually(seconds: Double = 10, _ condition: () throws -> Bool) rethrows -> Bool {
    let end = Date(timeIntervalSinceNow: seconds)
    while try !condition() {
        guard Date() < end else { return false }
        usleep(1_000)
    }
    return true
}
