// What keeps something from being deleted: the settings, people and things of the account that it would be missing from.

package struct Use: Sendable, Equatable {
    /// In the words `use.…`.
    package let kind: String
    /// Empty where there is but one of its kind, such as the account's settings.
    package let name: String
    /// Of the page on which the use can be ended.
    package let path: String

    package init(_ kind: String, _ name: String = "", at path: String) {
        (self.kind, self.name, self.path) = (kind, name, path)
    }
}

package struct Uses: Sendable, Equatable {
    /// Of each kind; a queue may have a thousand members.
    package static let maximumShown = 20

    package private(set) var shown: [Use]
    package private(set) var count: Int

    /// - Parameters:
    ///   - shown: the first of them.
    ///   - count: of all; of those shown when nil.
    package init(_ shown: [Use] = [], count: Int? = nil) {
        (self.shown, self.count) = (shown, count ?? shown.count)
    }

    package var isEmpty: Bool { count == 0 }

    package static func + (one: Uses, other: Uses) -> Uses { Uses(one.shown + other.shown, count: one.count + other.count) }
}
