// Not written yet.

import Web

extension Feature {
    static func setup(_ app: App) throws -> Feature { Feature("setup", routes: []) }
}
