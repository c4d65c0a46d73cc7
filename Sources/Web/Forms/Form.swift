// A form, declared once. Everything else about it follows from the list of its fields: reading and checking what was typed, the
// controls, both values when two people saved, what may be kept over a sign-in, the change log, and the settings as JSON.

package import Database
package import HTTP
package import JSON
import Spelling

package struct Form<Value: Sendable, Context: Sendable>: Sendable {
    /// The first part of the keys of its words: `account.country`, `account.country.hint`.
    package let name: String
    private let fields: [any FormField<Value, Context>]
    /// All that it sends, but files.
    private let postedNames: [PostedName]

    package init(_ name: String, @FormBuilder<Value, Context> _ fields: () -> [any FormField<Value, Context>]) {
        self.name = name
        self.fields = placed(fields(), under: name)
        postedNames = self.fields.flatMap(\.postedNames)
        precondition(Set(postedNames.map(\.text)).count == postedNames.count, "Two fields of the form \(name) have one name.")
    }

    /// What the controls would send for `value`.
    package func typed(_ value: Value) -> FormData {
        var typed = FormData()
        for field in fields { field.write(value, into: &typed) }
        return typed
    }

    /// - Parameter stored: what is not in the form, or blank in a secret, stays as it is here.
    package func read(_ typed: FormData, over stored: Value, _ situation: Situation<Context>) -> (value: Value, errors: FieldErrors) {
        var value = stored
        let reading = Reading(situation.t)
        for field in fields { field.read(typed, into: &value, stored: stored, situation.context, reading) }
        if typed[KeptMark.name] != nil { reading.errors.notice = situation.t("shared.kept_form") }
        return (value, reading.errors)
    }

    /// - Parameter isShownAgain: the page comes back with what was typed, which a secret never does.
    package func controls(
        _ typed: FormData, stored: Value?, errors: FieldErrors = FieldErrors(), isShownAgain: Bool = false, _ situation: Situation<Context>,
        parts: FormParts = FormParts()
    ) -> [Control] {
        let showing = Showing(situation.t, errors: errors, isShownAgain: isShownAgain, parts: parts)
        showing.controls.reserveCapacity(fields.count * 2)
        for field in fields { field.show(typed, stored: stored, situation.context, showing) }
        if showing.controls.first?.kind != .group { showing.controls = [Control(.rows)] + showing.controls + [Control(.rowsEnd)] }
        return showing.controls
    }

    /// The field's own words for what is wrong with it, or the common ones.
    package func message(_ word: String, of field: String, _ t: Translation, _ values: [String: String] = [:]) -> String {
        var words = FieldWords(field)
        words.place(under: name)
        return words.message(word, t, values)
    }

    package func message(_ problem: FieldProblem, _ t: Translation) -> String {
        problem.text ?? message(problem.word, of: problem.field, t, problem.values)
    }

    /// Each field whose value differs, in words.
    package func differences(from old: Value, to new: Value, _ situation: Situation<Context>) -> [Difference] {
        let comparison = Comparison(situation.t)
        for field in fields { field.compare(old: old, new: new, situation.context, comparison) }
        return comparison.differences
    }

    /// For the change log: each member of `json` that is another now, in no language; of a part with several fields the whole part, as JSON,
    /// before and after; of a secret only that it was changed.
    package func changes(from old: Value, to new: Value, _ situation: Situation<Context>) -> [FieldChange] {
        let differences = differences(from: old, to: new, situation)
        let secrets = differences.filter(\.isSecret).map(\.name)
        let after = JSONObject(members: fields.flatMap { $0.json(new) }.map { ($0.name, $0.value) })
        let values = fields.flatMap { $0.json(old) }.compactMap { member -> FieldChange? in
            guard !secrets.contains(member.name), let value = after[member.name],
                value.serialized() != member.value.serialized()
                    || differences.contains(where: { $0.name == member.name && $0.old == $0.new })
            else { return nil }
            let words = differences.first { $0.name == member.name }
            return FieldChange(
                member.name, before: Self.text(member.value, words?.old), after: Self.text(value, words?.new))
        }
        return values + secrets.map { .secret($0) }
    }

    /// - Parameter words: in place of an id, by which nobody knows what it was: its name is in no language either.
    private static func text(_ value: JSONValue, _ words: String?) -> String {
        switch value {
        case .null: ""
        case .string(let text): isID(text) ? words ?? text : text
        case .array(let elements) where !elements.isEmpty && elements.allSatisfy({ isID($0.string ?? "") }):
            words ?? String(decoding: value.serialized(), as: UTF8.self)
        default: String(decoding: value.serialized(), as: UTF8.self)
        }
    }

    /// `rol_` and 26 characters, as ids are shown.
    private static func isID(_ text: String) -> Bool {
        guard let (prefix, value) = text.cut(at: "_") else { return false }
        return (2...4).contains(prefix.utf8.count) && value.utf8.count == 26
            && value.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
    }

    /// Off is null, a secret is `{"is_set": true}`.
    package func json(_ value: Value) -> JSONValue {
        .object(JSONObject(members: fields.flatMap { $0.json(value) }.map { ($0.name, $0.value) }))
    }

    /// Label and value of each field, for those who may see but not change.
    package func facts(_ value: Value, _ situation: Situation<Context>) -> [Fact] {
        fields.flatMap { $0.facts(value, situation.context, situation.t) }
    }

    /// Proves that each part's template fits what it shows. Throws what is wrong; called at the start.
    package func parts(_ site: Site) throws -> FormParts {
        var parts = FormParts()
        for field in fields { try field.prepare(&parts, site) }
        return parts
    }

    /// Properties that the form reads and writes: a test holds them against the record's.
    package var paths: [AnyKeyPath] { fields.flatMap(\.paths) }

    package var declaration: FormDeclaration {
        FormDeclaration(name: name, postedNames: postedNames, neededWords: fields.flatMap(\.neededWords))
    }
}

/// What is known of a form whatever it edits: for the pipeline, which must not lose what was typed into it, and for the tests that
/// look at every form there is.
package struct FormDeclaration: Sendable {
    package let name: String
    package let postedNames: [PostedName]
    /// Each with those that stand in for it.
    package var neededWords: [[String]]

    /// Names that may be written down when a session has ended: no secret, no file.
    package var keptNames: Set<String> {
        Set(postedNames.compactMap { if case .kept(let name, _, _) = $0 { name } else { nil } })
    }

    /// Of those that may not, what is no loss when it is blank, and is kept then.
    package var keptBlankNames: Set<String> {
        Set(postedNames.compactMap { if case .keptBlank(let name) = $0 { name } else { nil } })
    }

    package func isSecret(_ name: String) -> Bool {
        postedNames.contains(.secret(name)) || postedNames.contains(.keptBlank(name))
    }
}

/// What a form says of itself beside what is typed in it.
package enum FormMark {
    /// Of what is stored, as it was when the page was made.
    package static let version = "version"
    /// Whose it is. Versions are small numbers: a form that is sent in another account would have the right one as often as not.
    package static let owner = "owner"
    /// The id of what it makes.
    package static let making = "making"
    package static let all: Set<String> = [version, owner, making]
}

/// Sent by the page that gives back a form which lost something while it was kept: whoever reads such a form shows it, and saves nothing.
package enum KeptMark {
    package static let name = "was_kept"
}

func placed<Root, Context>(_ fields: [any FormField<Root, Context>], under prefix: String) -> [any FormField<Root, Context>] {
    fields.map { field in
        var field = field
        field.place(under: prefix)
        return field
    }
}

@resultBuilder
package enum FormBuilder<Root, Context> {
    package static func buildExpression<Field: FormField<Root, Context>>(_ field: Field) -> [any FormField<Root, Context>] { [field] }

    package static func buildExpression(_ fields: [any FormField<Root, Context>]) -> [any FormField<Root, Context>] { fields }

    package static func buildBlock(_ fields: [any FormField<Root, Context>]...) -> [any FormField<Root, Context>] {
        fields.flatMap { $0 }
    }

    package static func buildArray(_ fields: [[any FormField<Root, Context>]]) -> [any FormField<Root, Context>] {
        fields.flatMap { $0 }
    }

    package static func buildOptional(_ fields: [any FormField<Root, Context>]?) -> [any FormField<Root, Context>] { fields ?? [] }
}

/// A value that a control sends as text.
package protocol FormText: Sendable, Hashable {
    init?(formText: String)
    var formText: String { get }
}

extension FormText where Self: RawRepresentable, RawValue == String {
    package init?(formText: String) { self.init(rawValue: formText) }
    package var formText: String { rawValue }
}

extension String: FormText {
    package init?(formText: String) { self = formText }
    package var formText: String { self }
}

extension ID: FormText {
    package init?(formText: String) { self.init(formText) }
    package var formText: String { description }
}

extension Language: FormText {}
