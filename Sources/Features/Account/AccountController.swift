// Not written yet.

import Web

extension Feature {
    static func account(_ app: App) throws -> Feature { Feature("account", routes: []) }
}
