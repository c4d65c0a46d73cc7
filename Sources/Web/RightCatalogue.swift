// All rights of the features together: how they stand on the page of a role, what each includes, when it counts, and what the roles of a
// new account begin with. What a role stores becomes what somebody may do here, and nowhere else.

package import Database
import Spelling

/// The roles that an account begins with. They are its own from then on, to be renamed, changed and deleted; but the first is what its
/// people are while they are administrators.
package enum RolePreset: String, CaseIterable, Sendable, Codable {
    case administrator, supervisor, integrator, user
}

/// A right that counts only while an account has something on: which column of `accounts` says so, in the query that every page makes
/// anyway.
package struct RightCondition: Sendable {
    let right: Right
    let column: SQL

    package init(_ right: Right, whileOn column: SQL) {
        self.right = right
        self.column = column
    }
}

package struct RightCatalogue: Sendable {
    package struct Module: Sendable {
        package let name: String
        package let rights: [Right]
    }

    /// In the order of the menu; what has no place there comes last.
    package let modules: [Module]
    package let all: Set<Right>
    let conditions: [RightCondition]
    private let presets: [RolePreset: Set<Right>]
    /// What each brings with it, itself first.
    private let brought: [Right: [Right]]

    package init(_ rights: [Right], in tabs: [Tab], _ conditions: [RightCondition], presets: [RolePreset: Set<Right>]) {
        let all = Set(rights)
        let places = Dictionary(tabs.map { ($0.right.module, $0.order) }, uniquingKeysWith: min)
        var names: [String] = []
        for right in rights where !names.contains(right.module) { names.append(right.module) }
        modules = names.enumerated().sorted { one, other in
            (places[one.element] ?? .max, one.offset) < (places[other.element] ?? .max, other.offset)
        }.map { name in Module(name: name.element, rights: rights.filter { $0.module == name.element }) }
        brought = Dictionary(rights.map { ($0, all.contains($0.view) ? [$0, $0.view] : [$0]) }) { first, _ in first }
        self.all = all
        self.conditions = conditions
        self.presets = presets
    }

    /// The rights of `stored` that there are, with what they include.
    package func closing(_ stored: Set<Right>) -> Set<Right> {
        stored.reduce(into: []) { rights, right in
            if let brought = brought[right] { rights.formUnion(brought) }
        }
    }

    /// What a role holds. Administrators have what rights there are, also those that come later, by being administrators.
    package func authority(stored: Set<Right>, isAdministrator: Bool) -> Authority {
        Authority(isAdministrator: isAdministrator, rights: isAdministrator ? all : closing(stored))
    }

    package func rights(of preset: RolePreset) -> Set<Right> { closing(presets[preset] ?? []) }

    /// Those that do not count in this account at present.
    package func suspended(in account: ID<Account>, on connection: any Connection) throws -> Set<Right> {
        guard !conditions.isEmpty else { return [] }
        return try connection.first("SELECT \(columns) FROM accounts a WHERE a.id = \(account)") { row in
            Set(try conditions.map(\.right).filter { _ in try row.next(Bool?.self) != true })
        } ?? []
    }

    /// Of `accounts a`.
    var columns: SQL { conditions.map(\.column).joined(by: ", ") }

    /// Those of `rights` that count, by `columns`, which are read from where the row stands.
    func counting(_ rights: Set<Right>, _ row: Row) throws -> Set<Right> {
        var rights = rights
        for condition in conditions where try row.next(Bool?.self) != true { rights.remove(condition.right) }
        return rights
    }
}

/// What somebody has, or a role would give, whether or not it counts just now: nobody gives what they have not, nor takes it from who
/// has more.
package struct Authority: Sendable, Equatable {
    package let isAdministrator: Bool
    package let rights: Set<Right>

    package init(isAdministrator: Bool, rights: Set<Right>) {
        self.isAdministrator = isAdministrator
        self.rights = rights
    }

    /// Administrators also give what comes later, so that nobody else has what they have.
    package func covers(_ other: Authority) -> Bool { other.isAdministrator ? isAdministrator : covers(other.rights) }
    package func covers(_ rights: Set<Right>) -> Bool { isAdministrator || rights.isSubset(of: self.rights) }
}
