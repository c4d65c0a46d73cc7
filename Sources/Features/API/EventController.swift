// Not written yet.

import Web

extension Feature {
    static func eventAPI(_ app: App) throws -> Feature { Feature("eventAPI", routes: []) }
}
