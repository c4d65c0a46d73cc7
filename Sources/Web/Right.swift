// The product's open vocabularies: each feature names its own words in an extension, and lists them in its `Feature`.

package import Database
import Spelling

/// What somebody may do: a role holds rights, a route names the one it needs, and nothing else is asked. Its name is that of a module, a
/// dot, and what may be done there: `view`, `manage`, or a word of the module's own. All else follows from the name: its place on the page
/// of a role, its words (`right.retention`, `right.retention.manage`, and a hint where there is one), and that it includes seeing.
///
///     extension Right { static let manageRetention = Right("retention.manage") }
package struct Right: RawRepresentable, Hashable, Sendable {
    /// As roles store it: no space in it.
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package init(_ rawValue: String) {
        self.init(rawValue: rawValue)
    }
}

extension Right {
    package var module: String { (rawValue.cut(atLast: ".")?.before).map { String($0) } ?? rawValue }

    /// Whoever may do something in a module may see it.
    package var view: Right { Right(module + ".view") }

    /// Of staff alone: no feature lists it, so no role has it and no account's menu shows what needs it.
    package static let operatorConsole = Right("operator")
    /// Likewise, in an account that they have opened.
    package static let operatorInAccount = Right("operator.account")
}

/// As a role stores them.
extension Set: SQLConvertible where Element == Right {
    package static var sqlType: SQLType { .text }
    package var sqlValue: SQLValue { .text(stored) }

    package init(columns: any ColumnSource, at index: Int) { self.init(stored: columns.text(at: index)) }

    package init(stored: String) { self.init(stored.words().map { Right(String($0)) }) }

    package var stored: String { map(\.rawValue).sorted().joined(separator: " ") }
}

/// What a machine's key may do; in words `scope.events:read`, with a hint where there is one.
///
///     extension Scope { static let readEvents = Scope("events:read", needs: [.viewPayloads]) }
package struct Scope: RawRepresentable, Hashable, Sendable {
    /// As keys store it: no space in it.
    package let rawValue: String
    /// What somebody has to be allowed themselves before they give it to a machine. Of a scope that was read from a key nobody asks it.
    package let needs: Set<Right>

    package init(rawValue: String) {
        self.init(rawValue, needs: [])
    }

    package init(_ rawValue: String, needs: Set<Right>) {
        self.rawValue = rawValue
        self.needs = needs
    }

    package static func == (one: Scope, other: Scope) -> Bool { one.rawValue == other.rawValue }
    package func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}

/// As a key stores them.
extension [Scope] {
    package init(stored: String) { self = stored.words().map { Scope(rawValue: String($0)) } }

    package var stored: String { map(\.rawValue).sorted().joined(separator: " ") }
}

/// What the Deletion history can speak of, in the words `entity.…`.
package struct DeletedEntity: RawRepresentable, Hashable, Sendable, SQLConvertible {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package init(_ rawValue: String) {
        self.init(rawValue: rawValue)
    }
}
