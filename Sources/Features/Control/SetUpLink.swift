// Where the first person begins: `serve` prints this link when nobody can sign in as operator yet.

import Database
import Web

package enum SetUpLink {
    /// Nil when there is an operator.
    package static func make(_ app: App, address: String) throws -> String? {
        let operators = try app.site.database.read { connection in
            try connection.value("SELECT COUNT(*) FROM users WHERE account_id IS NULL", as: Int.self)
        }
        guard operators == 0 else { return nil }
        return address + "/setup"
    }
}
