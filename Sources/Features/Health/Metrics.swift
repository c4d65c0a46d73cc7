// The figures of a process in Prometheus' text format (version 0.0.4).

import Delivery
import Foundation

struct Metrics {
    private(set) var text = ""

    init(_ report: HealthReport, startedAt: Double, version: String) {
        add("hookswitch_build_info", "gauge", "The version that runs.", "1", labels: "{version=\"\(version)\"}")
        add("hookswitch_database_reachable", "gauge", "1 when the database answers.", report.isDatabaseReachable ? "1" : "0")
        add("hookswitch_sql_statements_total", "counter", "Statements since the start.", String(report.statements))
        let deliveries = report.deliveries
        add("hookswitch_deliveries_in_flight", "gauge", "Webhook requests under way.", String(deliveries.inFlight))
        add("hookswitch_delivery_attempts_total", "counter", "Webhook requests since the start.", String(deliveries.attempts))
        add("hookswitch_deliveries_delivered_total", "counter", "Deliveries that succeeded since the start.", String(deliveries.delivered))
        add(
            "hookswitch_delivery_lag_seconds", "gauge", "Age of the oldest delivery that could go.",
            String(Double(deliveries.lag.wholeMilliseconds) / 1000))
        add("hookswitch_delivery_failed_writes", "gauge", "Writes of the engine that failed in a row.", String(deliveries.failedWrites))
        if let free = report.freeBytes { add("hookswitch_disk_free_bytes", "gauge", "Room on the disk of the data folder.", String(free)) }
        add("process_start_time_seconds", "gauge", "Start of the process, since 1970.", String(startedAt))
        if let bytes = Self.residentBytes { add("process_resident_memory_bytes", "gauge", "Resident memory.", String(bytes)) }
        if let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
            add("process_open_fds", "gauge", "Open file descriptors.", String(files))
        }
    }

    private mutating func add(_ name: String, _ type: String, _ help: String, _ value: String, labels: String = "") {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n\(name)\(labels) \(value)\n"
    }

    /// The second figure of statm is in pages.
    private static var residentBytes: Int? {
        guard let data = FileManager.default.contents(atPath: "/proc/self/statm") else { return nil }
        let figures = String(decoding: data, as: UTF8.self).split(separator: " ")
        guard figures.count > 1, let pages = Int(figures[1]) else { return nil }
        return pages.multipliedReportingOverflow(by: Int(getpagesize())).partialValue
    }
}
