// Not written yet.

import Web

extension Feature {
    static func webhookEndpoints(_ app: App) throws -> Feature { Feature("webhookEndpoints", routes: []) }
}
