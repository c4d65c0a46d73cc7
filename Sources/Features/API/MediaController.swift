// Not written yet.

import Web

extension Feature {
    static func mediaAPI(_ app: App) throws -> Feature { Feature("mediaAPI", routes: []) }
}
