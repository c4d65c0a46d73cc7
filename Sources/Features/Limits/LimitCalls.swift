// The limits as the platform's services and the customer's programs read them: what the page shows.

import Database
import HTTP
import JSON
import Web

struct LimitCalls {
    private let limits: [Limit]

    init(_ app: App) {
        limits = app.features.allLimits
    }

    /// All of one moment. What is counted in bytes has its maximum in bytes too.
    @Sendable func index(_ call: MachineCall) throws -> WebResponse {
        let items = try call.read { connection in
            try limits.map { limit in
                let usage = try limit.usage(of: call.account, on: connection)
                return [
                    "name": .string(limit.name), "used": JSONValue(usage.used), "maximum": JSONValue(usage.full),
                    "unit": limit.unit == .gigabytes ? "bytes" : "items", "state": .string(usage.state.rawValue),
                    "is_adjustable": .bool(limit.isAdjustable), "is_measured": .bool(limit.isMeasured),
                ] as JSONValue
            }
        }
        return .json(["items": .array(items)])
    }
}
