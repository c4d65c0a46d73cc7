// The figures of a process in Prometheus' text format (version 0.0.4).

import Delivery
import Foundation
import Spelling

struct Metrics {
    private(set) var text = ""

    init(_ report: HealthReport, startedAt: Double, version: String) {
        add(.gauge, "hookswitch_build_info", help: "The version that runs.", "1", labels: "{version=\"\(version)\"}")
        add(.gauge, "hookswitch_database_reachable", help: "1 when the database answers.", report.isDatabaseReachable ? "1" : "0")
        add(.counter, "hookswitch_sql_statements_total", help: "Statements since the start.", String(report.statements))
        let deliveries = report.deliveries
        add(.gauge, "hookswitch_deliveries_in_flight", help: "Webhook requests under way.", String(deliveries.inFlight))
        add(.counter, "hookswitch_delivery_attempts_total", help: "Webhook requests since the start.", String(deliveries.attempts))
        add(
            .counter, "hookswitch_deliveries_delivered_total", help: "Deliveries that succeeded since the start.",
            String(deliveries.delivered))
        add(
            .gauge, "hookswitch_delivery_lag_seconds", help: "Age of the oldest delivery that could go.",
            String(Double(deliveries.lag.wholeMilliseconds) / 1000))
        add(
            .gauge, "hookswitch_delivery_failed_writes", help: "Writes of the engine that failed in a row.", String(deliveries.failedWrites)
        )
        add(.gauge, "hookswitch_purges_waiting", help: "Nightly purges that wait for a person.", String(report.heldPurges))
        if let free = report.freeBytes {
            add(.gauge, "hookswitch_disk_free_bytes", help: "Room on the disk of the data folder.", String(free))
        }
        add(.gauge, "process_start_time_seconds", help: "Start of the process, since 1970.", String(startedAt))
        if let bytes = Self.residentBytes { add(.gauge, "process_resident_memory_bytes", help: "Resident memory.", String(bytes)) }
        if let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
            add(.gauge, "process_open_fds", help: "Open file descriptors.", String(files))
        }
    }

    private enum Kind: String {
        case gauge, counter
    }

    private mutating func add(_ kind: Kind, _ name: String, help: String, _ value: String, labels: String = "") {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n\(name)\(labels) \(value)\n"
    }

    /// The second figure of statm is in pages.
    private static var residentBytes: Int? {
        guard let data = FileManager.default.contents(atPath: "/proc/self/statm") else { return nil }
        let figures = String(decoding: data, as: UTF8.self).words()
        guard figures.count > 1, let pages = Int(figures[1]) else { return nil }
        return pages.multipliedReportingOverflow(by: Int(getpagesize())).partialValue
    }
}
