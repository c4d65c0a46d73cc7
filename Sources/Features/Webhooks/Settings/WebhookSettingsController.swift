// Not written yet.

import Web

extension Feature {
    static func webhookSettings(_ app: App) throws -> Feature { Feature("webhookSettings", routes: []) }
}
