// Finds a name that occurs twice in an object. Few names are compared one by one, which is fastest; many go into a set, so
// that an object of a million names, sent to hurt, costs no square of it.

import Spelling

struct DistinctNames {
    private var seen: Set<ExactText> = []

    /// False when one of `members` has this name already. To be asked once for each member, in order.
    mutating func insert(_ name: String, after members: [(name: String, value: JSONValue)]) -> Bool {
        if members.count < 16 {
            return !members.contains { $0.name.isIdentical(to: name) }
        }
        if seen.isEmpty { seen = Set(members.map { ExactText($0.name) }) }
        return seen.insert(ExactText(name)).inserted
    }
}
