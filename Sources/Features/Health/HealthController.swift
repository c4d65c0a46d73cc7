// What watches the process asks here: is it alive, can it do its work, and, for the machine itself only, in figures.

import Delivery
import Foundation
import HTTP
import HTTPTypes
import JSON
import Spelling
import Time
import Web

extension Feature {
    static let health = Feature { app in
        let controller = HealthController(app)
        return Running(
            routes: [
                .get("/healthz", anonymous: controller.show),
                .get("/metrics", anonymous: controller.metrics),
            ])
    }
}

struct HealthController: Sendable {
    private let app: App
    private let startedAt: Double

    init(_ app: App) {
        self.app = app
        startedAt = Double(app.site.clock.now().milliseconds) / 1000
    }

    /// 200 with `ok` or `degraded` (it works, somebody should look), 503 with `unavailable`. Figures only to the machine itself.
    @Sendable func show(_ visit: Visit) throws -> WebResponse {
        let report = HealthReport(app)
        var json: JSONObject = ["status": .string(report.status.rawValue), "version": .string(app.site.version)]
        if visit.isFromThisMachine { report.add(to: &json) }
        return .json(.object(json), status: report.status == .unavailable ? .serviceUnavailable : .ok)
    }

    /// In Prometheus' text format. Others are not told that there is such an address.
    @Sendable func metrics(_ visit: Visit) throws -> WebResponse {
        guard visit.isFromThisMachine else { throw Abort(.notFound) }
        var response = WebResponse.text(Metrics(HealthReport(app), startedAt: startedAt, version: app.site.version).text)
        response.fields[.contentType] = "text/plain; version=0.0.4; charset=utf-8"
        return response
    }
}

extension Visit {
    /// By the web server's word. A proxy in front of it makes every client look like this machine, but names the client in a field.
    fileprivate var isFromThisMachine: Bool {
        let isLoopback = request.remoteAddress.begins(with: "127.") || request.remoteAddress == "::1"
        let proxied = ["Forwarded", "X-Forwarded-For", "X-Real-IP"].compactMap { HTTPField.Name($0) }
        return isLoopback && proxied.allSatisfy { request.fields[$0] == nil }
    }
}
