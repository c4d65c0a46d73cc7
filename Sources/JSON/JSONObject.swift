// Members in the order in which they were written: a dictionary would lose it, and with it the bytes that were signed.

import Spelling

/// The members of a JSON object; no name occurs twice. Looking up a name walks the members, which are few in practice.
package struct JSONObject: Sendable {
    package private(set) var members: [(name: String, value: JSONValue)]

    package init() {
        members = []
    }

    /// A name that comes again replaces the earlier value, in its place.
    package init(members: some Sequence<(String, JSONValue)>) {
        self.members = []
        for (name, value) in members { set(name, to: value) }
    }

    /// The parser has made sure that no name occurs twice.
    init(distinct members: [(name: String, value: JSONValue)]) {
        self.members = members
    }

    package var isEmpty: Bool { members.isEmpty }

    /// Setting nil removes the member; a JSON null is `.null`.
    package subscript(name: String) -> JSONValue? {
        get { index(of: name).map { members[$0].value } }
        set {
            if let newValue {
                set(name, to: newValue)
            } else if let index = index(of: name) {
                members.remove(at: index)
            }
        }
    }

    /// In its place if the name is there, else at the end.
    package mutating func set(_ name: String, to value: JSONValue) {
        if let index = index(of: name) {
            members[index].value = value
        } else {
            members.append((name, value))
        }
    }

    private func index(of name: String) -> Int? {
        members.firstIndex { $0.name.isIdentical(to: name) }
    }
}

extension JSONObject: Equatable {
    /// The same members in the same order.
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.elementsEqual(right.members) { $0.name.isIdentical(to: $1.name) && $0.value == $1.value }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral members: (String, JSONValue)...) {
        self.init(members: members)
    }
}
