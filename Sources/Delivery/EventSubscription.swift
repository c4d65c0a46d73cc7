// Which events a webhook wants. "All of this module" is kept as such, so that it stays true of types that come later.

package import Database
import Spelling

package struct EventSubscription: Sendable, Equatable {
    package var isAll: Bool
    /// Slugs of whole modules.
    package var modules: Set<String>
    /// Names of single types.
    package var types: Set<String>

    package static let all = EventSubscription(isAll: true)

    package init(isAll: Bool = false, modules: Set<String> = [], types: Set<String> = []) {
        self.isAll = isAll
        self.modules = modules
        self.types = types
    }

    package func includes(_ type: EventType) -> Bool {
        isAll || types.contains(type.name) || modules.contains(type.module.slug)
    }
}

extension EventSubscription: SQLConvertible {
    private static let modulePrefix = "module:"

    /// Words with spaces between: `*`, `module:voice_campaign`, `call:end`. No type's name begins with `module:`.
    package init(stored: String) {
        self.init()
        for word in stored.words() {
            if word == "*" {
                isAll = true
            } else if let module = word.rest(after: Self.modulePrefix) {
                modules.insert(String(module))
            } else {
                types.insert(String(word))
            }
        }
    }

    package var stored: String {
        ((isAll ? ["*"] : []) + modules.sorted().map { Self.modulePrefix + $0 } + types.sorted()).joined(separator: " ")
    }

    package static var sqlType: SQLType { .text }
    package var sqlValue: SQLValue { .text(stored) }
    package init(columns: any ColumnSource, at index: Int) { self.init(stored: columns.text(at: index)) }
}
