// Not written yet.

import Web

extension Feature {
    static func retention(_ app: App) throws -> Feature { Feature("retention", routes: []) }
}
