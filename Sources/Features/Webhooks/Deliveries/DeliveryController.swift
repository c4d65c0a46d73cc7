// Not written yet.

import Web

extension Feature {
    static func webhookDeliveries(_ app: App) throws -> Feature { Feature("webhookDeliveries", routes: []) }
}
