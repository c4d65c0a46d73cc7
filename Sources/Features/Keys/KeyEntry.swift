// A key for machines that is to be made, and the form. Nobody gives a machine what they may not do themselves: each scope says what that
// takes, where it is declared.

import Database
import Time
import Web

struct KeyEntry: Equatable {
    static let days = 1...3650

    var id: ID<APIKey>
    var name = ""
    var scopes: [Scope] = []
    /// After which it expires; nil: never.
    var days: Int?

    func expiry(from now: Timestamp) -> Timestamp? { days.map { now + .seconds($0 * 86400) } }

    static let form = Form<KeyEntry, KeyContext>("key") {
        Line("name", \.name, .name)
        Several(
            "scopes", \.scopes,
            of: .of { context, t in context.scopes.map { ($0, t("scope.\($0.rawValue)"), t.find("scope.\($0.rawValue).hint") ?? "") } },
            atLeast: 1)
        Switched("expiry", \.days, from: 365) { Integer("expiry_days", \.self, in: days, unit: "shared.unit.days") }
    }
}

extension Scope: FormText {}

struct KeyContext {
    /// Those that the visitor may give.
    let scopes: [Scope]
    let usage: LimitUsage
}
