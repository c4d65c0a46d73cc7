// Where the first person begins: `serve` prints this link when nobody can sign in yet.

import Web

package enum SetUpLink {
    /// A new one-time link, in the place of any earlier one. Nil when there is anybody already.
    package static func make(_ app: App) throws -> String? {
        try SetupCode(site: app.site).issue().map { "\(app.site.address.text)/setup?code=\($0)" }
    }
}
