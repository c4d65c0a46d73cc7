// The product's open vocabularies: each feature names its own words in an extension, and lists them in its `Feature`.

import Database
import Spelling

/// What somebody may do: a role holds rights, a route names the one it needs, and nothing else is asked.
///
///     extension Right { static let manageRetention = Right("settings.retention") }
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
    /// Of staff alone: no feature lists it, so no role has it and no account's menu shows what needs it.
    package static let operatorConsole = Right("operator")
}

extension Set<Right> {
    /// As a role stores them. What no feature knows any more stays what it is, and is asked for by no route.
    package init(stored: String) {
        self.init(stored.words().map { Right(String($0)) })
    }

    package var stored: String { map(\.rawValue).sorted().joined(separator: " ") }
}

/// What a machine's key may do.
package struct Scope: RawRepresentable, Hashable, Sendable {
    /// As keys store it: no space in it.
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package init(_ rawValue: String) {
        self.init(rawValue: rawValue)
    }
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
