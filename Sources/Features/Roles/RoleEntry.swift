// A role of an account, and its form: a name, and the rights that there are, by module, of which nobody can give what they have not.

import Database
import Web

struct RoleEntry: Equatable {
    var id: ID<RoleRow>
    var name = ""
    /// As they are stored: among them may be some that no feature knows any more. Of administrators nothing is.
    var rights: Set<Right> = []
    var version = 0

    static let record = Record(RoleEntry(id: ID(value: 0))) {
        Column("r.id", \.id, isUpdated: false)
        Column("r.name", \.name)
        Column("r.rights", \.rights)
        Column("r.version", \.version, isUpdated: false)
    }

    static let form = Form<RoleEntry, RoleContext>("role") {
        Line("name", \.name, .name)
        RightsField("rights")
    }
}

/// What the form offers and needs to know.
struct RoleContext {
    let catalogue: RightCatalogue
    /// What the visitor may give.
    let authority: Authority
    /// Those that do not count at present.
    let suspended: Set<Right>
    let isAdministrator: Bool
    /// Nil: nothing is added.
    var usage: LimitUsage?
}
