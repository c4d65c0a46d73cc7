// Not written yet.

import Web

extension Feature {
    static func password(_ app: App) throws -> Feature { Feature("password", routes: []) }
}
