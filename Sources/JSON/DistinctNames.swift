// Finds a name that occurs twice in an object. Few names are compared one by one, which is fastest; many go into a set, so
// that an object of a million names, sent to hurt, costs no square of it.

struct DistinctNames {
    /// Bytes, because `String` takes canonically equivalent names for equal.
    private var seen: Set<[UInt8]> = []

    /// False when one of `members` has this name already. To be asked once for each member, in order.
    mutating func insert(_ name: String, after members: [(name: String, value: JSONValue)]) -> Bool {
        if members.count < 16 {
            return !members.contains { $0.name.isIdentical(to: name) }
        }
        if seen.isEmpty { seen = Set(members.map { Array($0.name.utf8) }) }
        return seen.insert(Array(name.utf8)).inserted
    }
}
