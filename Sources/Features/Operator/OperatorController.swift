// Not written yet.

import Web

extension Feature {
    static func operatorAccounts(_ app: App) throws -> Feature { Feature("operatorAccounts", routes: []) }
}
