// What a change did to one field, as the change log keeps it: its name and both values, in no language.

package import JSON

package struct FieldChange: Sendable, Equatable {
    package let field: String
    /// Empty: there was nothing.
    package let before: String
    package let after: String

    package init(_ field: String, before: String, after: String) {
        self.field = field
        self.before = before
        self.after = after
    }

    /// Of a secret only that it is another now.
    package static func secret(_ field: String) -> FieldChange { FieldChange(field, before: "", after: "changed") }

    package var json: JSONValue { ["field": .string(field), "before": .string(before), "after": .string(after)] }
}

extension [FieldChange] {
    /// Nil when nothing was changed that has fields.
    var stored: String? { isEmpty ? nil : String(decoding: JSONValue.array(map(\.json)).serialized(), as: UTF8.self) }
}
