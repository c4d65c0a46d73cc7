// How the process does, taken at one moment.

import Database
import Delivery
import Foundation
import JSON
import Mail
import Web

struct HealthReport {
    enum Status: String {
        case ok, degraded, unavailable
    }

    /// Later than this a delivery that could go has not gone because of us, not of its receiver.
    static let worryingLag = Duration.seconds(60)

    let isDatabaseReachable: Bool
    let freeBytes: Int64?
    let deliveries: DeliveryEngine.Statistics
    /// Purges that wait for a person.
    let heldPurges: Int
    /// What keeps mail from going.
    let mailTrouble: String?
    let waitingMail: Int
    let statements: Int

    init(_ app: App) {
        isDatabaseReachable =
            (try? app.site.database.read(for: .health) { try $0.value("SELECT COUNT(*) FROM migrations", as: Int.self) }) != nil
        freeBytes = FreeSpace.bytes(at: app.site.dataFolder)
        deliveries = app.engine.statistics
        heldPurges = (try? app.site.database.read { try PurgeGuardStore.held(on: $0).count }) ?? 0
        mailTrouble = app.mailer.trouble
        waitingMail = (try? app.site.database.read(for: .health) { try app.mailer.waiting(on: $0) }) ?? 0
        statements = app.site.database.statementCount
    }

    var status: Status {
        if !isDatabaseReachable { return .unavailable }
        let isLow = freeBytes.map { $0 < FreeSpace.low } ?? false
        return isLow || deliveries.failedWrites > 0 || heldPurges > 0 || mailTrouble != nil || deliveries.lag > Self.worryingLag
            ? .degraded : .ok
    }

    func add(to json: inout JSONObject) {
        json["database"] = isDatabaseReachable ? "reachable" : "unreachable"
        json["free_disk_bytes"] = freeBytes.map { JSONValue($0) } ?? .null
        json["purges_waiting"] = JSONValue(heldPurges)
        json["mail"] = ["waiting": JSONValue(waitingMail), "trouble": mailTrouble.map { .string($0) } ?? .null]
        json["deliveries"] = [
            "in_flight": JSONValue(deliveries.inFlight), "attempts": JSONValue(deliveries.attempts),
            "delivered": JSONValue(deliveries.delivered), "lag_ms": JSONValue(deliveries.lag.wholeMilliseconds),
            "failed_writes": JSONValue(deliveries.failedWrites),
        ]
    }
}

extension Duration {
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, hasOverflowed) = seconds.multipliedReportingOverflow(by: 1000)
        return hasOverflowed ? .max : product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000).partialValue
    }
}
