// What stands in the change log in no language, in the reader's: who, what, of what, and each field with its values.

import Database
import JSON
import Spelling
import Web

extension ChangeRecord {
    func who(_ t: Translation) -> String {
        if isStaff { return t("changes.staff", ["name": userName]) }
        guard user == nil else { return userName }
        if let actor = UnnamedActor(rawValue: userName) { return actor.words(t) }
        return ID<APIKey>(userName) == nil ? userName : t("changes.key", ["key": userName])
    }

    /// Empty for what was not done over the network.
    var from: String { address }

    func what(_ t: Translation) -> String { t("change.\(action)") }

    /// The name of what was changed; of a deletion with its kind.
    func ofWhat(_ t: Translation) -> String {
        if action == "delete", let (entity, name) = subject.cut(at: " "), let kind = t.find("entity.\(entity)") {
            return "\(kind): \(name)"
        }
        // A limit's name is in no language.
        if action == "account.limit" || action.begins(with: "limit_request."), let limit = t.find("limit.\(subject)") { return limit }
        // Nobody knows a session by it.
        return ID<SessionRow>(subject) == nil ? subject : ""
    }

    func fields(_ t: Translation) -> [FieldWords] { changes.map { FieldWords($0, of: form, t) } }

    /// One field, as pages and exports say it.
    struct FieldWords {
        let label: String
        let before: String
        let after: String

        init(_ change: FieldChange, of form: String, _ t: Translation) {
            let key = "\(form).\(change.field)"
            label = t.find(key) ?? t.find("\(key).title") ?? t.find("changes.field.\(change.field)") ?? change.field
            if change.isSecret {
                (before, after) = ("", t("shared.secret.changed"))
            } else {
                before = Self.words(change.before, key, form, t)
                after = Self.words(change.after, key, form, t)
            }
        }

        private static func words(_ value: String, _ key: String, _ form: String, _ t: Translation) -> String {
            guard let first = value.utf8.first else { return "" }
            // Only what a form wrote as JSON begins so.
            if first == UInt8(ascii: "{") || first == UInt8(ascii: "["), let json = try? JSONValue(parsing: Array(value.utf8)) {
                return words(json, key, form, t)
            }
            switch value {
            case "true": return t("shared.on")
            case "false": return t("shared.off")
            default: return t.find("\(key).\(value)") ?? value
            }
        }

        /// One of what is chosen: by the field's own words, or by those that it has wherever it is chosen.
        private static func word(_ text: String, _ key: String, _ t: Translation) -> String {
            if let own = t.find("\(key).\(text)") { return own }
            if let scope = t.find("scope.\(text)") { return scope }
            guard let right = t.find("right.\(text)"), let (module, _) = text.cut(at: ".") else { return text }
            // Each module has a right to view.
            return "\(t("right.\(module)")) (\(right))"
        }

        private static func words(_ json: JSONValue, _ key: String, _ form: String, _ t: Translation) -> String {
            switch json {
            case .null: ""
            case .bool(let isOn): t(isOn ? "shared.on" : "shared.off")
            case .string(let text): word(text, key, t)
            case .array(let elements): elements.map { words($0, key, form, t) }.joined(separator: ", ")
            case .object(let object):
                object["is_set"] == nil
                    ? object.members.map { member in
                        let value = words(member.value, key, form, t)
                        guard member.name != "kind" else { return value }
                        let label = t.find("\(key).\(member.name)") ?? t.find("\(form).\(member.name)") ?? member.name
                        return "\(label): \(value)"
                    }.joined(separator: ", ")
                    : t("shared.secret.set")
            default: String(decoding: json.serialized(), as: UTF8.self)
            }
        }
    }
}
