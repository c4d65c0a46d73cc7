// What a change did to one field, as the change log keeps it: its name and both values, in no language.

package import JSON

package struct FieldChange: Sendable, Equatable {
    package let field: String
    /// Empty: there was nothing.
    package let before: String
    package let after: String
    /// Of which nothing is kept but that it is another now.
    package let isSecret: Bool

    package init(_ field: String, before: String, after: String) {
        self.init(field, before: before, after: after, isSecret: false)
    }

    private init(_ field: String, before: String, after: String, isSecret: Bool) {
        self.isSecret = isSecret
        self.field = field
        self.before = before
        self.after = after
    }

    /// Of a secret only that it is another now.
    package static func secret(_ field: String) -> FieldChange { FieldChange(field, before: "", after: "changed", isSecret: true) }

    package var json: JSONValue {
        var object: JSONObject = ["field": .string(field), "before": .string(before), "after": .string(after)]
        if isSecret { object["is_secret"] = true }
        return .object(object)
    }

    /// As it was stored; nil for what is none.
    private init?(_ json: JSONValue) {
        guard let field = json["field"]?.string, let before = json["before"]?.string, let after = json["after"]?.string else { return nil }
        self.init(field, before: before, after: after, isSecret: json["is_secret"]?.bool ?? false)
    }

    package static func list(stored: String) -> [FieldChange] {
        (try? JSONValue(parsing: Array(stored.utf8)))?.array?.compactMap { FieldChange($0) } ?? []
    }
}

extension [FieldChange] {
    /// Nil when nothing was changed that has fields.
    var stored: String? { isEmpty ? nil : String(decoding: JSONValue.array(map(\.json)).serialized(), as: UTF8.self) }
}
