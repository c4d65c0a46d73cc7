// Fields with fields of their own: an optional that is on or off, one of several cases. What depends on a choice counts
// only while it is chosen: it is read only then, and shown only then (by CSS, so that no script is needed).

package import HTTP
import JSON
import Spelling

/// What an optional part has when it is there. Where it is no property of its own, but columns of one row, it is a computed one, and its
/// setter clears what no longer counts: `Credential.basic` in Outgoing/ReceiverFields.swift is an example.
struct Inner<Root, Context: Sendable, Part: Sendable>: Sendable {
    let path: any WritableKeyPath<Root, Part?> & Sendable
    /// What a part begins with.
    let blank: @Sendable () -> Part
    var fields: [any FormField<Part, Context>]
    let isSelf: Bool

    init(
        _ path: any WritableKeyPath<Root, Part?> & Sendable, _ blank: @escaping @Sendable () -> Part,
        _ fields: [any FormField<Part, Context>]
    ) {
        (self.path, self.blank, self.fields) = (path, blank, fields)
        // `Integer("days", \.self, …)`: the part is one value, and so it is in JSON.
        isSelf = fields.count == 1 && fields[0].paths == [\Part.self]
    }

    func json(_ root: Root) -> JSONValue? {
        root[keyPath: path].map { part in
            let members = fields.flatMap { $0.json(part) }
            return isSelf ? members[0].value : .object(JSONObject(members: members.map { ($0.name, $0.value) }))
        }
    }

    /// Nil where it is not there, or is more than one value.
    func text(_ root: Root, _ context: Context, _ t: Translation) -> String? {
        isSelf ? root[keyPath: path].map { fields[0].text($0, context, t) } : nil
    }

    /// Of parts that are several values; one value is in the words of the whole.
    func compare(old: Root, new: Root, _ context: Context, _ comparison: Comparison) {
        guard !isSelf, let after = new[keyPath: path] else { return }
        let before = old[keyPath: path] ?? blank()
        for field in fields { field.compare(old: before, new: after, context, comparison) }
    }

    func write(_ root: Root, into typed: inout FormData) {
        let part = root[keyPath: path] ?? blank()
        for field in fields { field.write(part, into: &typed) }
    }

    func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Reading) {
        var part = root[keyPath: path] ?? blank()
        let old = stored?[keyPath: path]
        for field in fields { field.read(typed, into: &part, stored: old, context, reading) }
        root[keyPath: path] = part
    }

    func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing) {
        let old = stored?[keyPath: path]
        for field in fields { field.show(typed, stored: old, context, showing) }
    }

    /// Of parts that are several values, like `compare`.
    func facts(_ root: Root, _ context: Context, _ t: Translation) -> [Fact] {
        guard !isSelf, let part = root[keyPath: path] else { return [] }
        return fields.flatMap { $0.facts(part, context, t) }
    }

    func prepare(_ parts: inout FormParts, _ site: Site) throws { for field in fields { try field.prepare(&parts, site) } }
    var postedNames: [PostedName] { fields.flatMap(\.postedNames) }
    var neededWords: [[String]] { fields.flatMap(\.neededWords) }
}

/// An optional that is on or off, with the fields of what it is when on.
package struct Switched<Root, Context: Sendable, Part: Sendable>: NamedField {
    package var words: FieldWords
    private var inner: Inner<Root, Context, Part>

    package init(
        _ name: String, _ path: any WritableKeyPath<Root, Part?> & Sendable, from blank: @autoclosure @escaping @Sendable () -> Part,
        @FormBuilder<Part, Context> _ fields: () -> [any FormField<Part, Context>]
    ) {
        words = FieldWords(name)
        inner = Inner(path, blank, fields())
    }

    package mutating func place(under prefix: String) {
        words.place(under: prefix)
        inner.fields = placed(inner.fields, under: prefix)
    }

    package func write(_ root: Root, into typed: inout FormData) {
        if root[keyPath: inner.path] != nil { typed.append(words.name, "yes") }
        inner.write(root, into: &typed)
    }

    package func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Reading) {
        guard typed[words.name] == "yes" else {
            root[keyPath: inner.path] = nil
            return
        }
        inner.read(typed, into: &root, stored: stored, context, reading)
    }

    package func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing) {
        var control = words.control(.toggle, showing)
        control.isOn = typed[words.name] == "yes"
        showing.controls.append(control)
        showing.controls.append(Control(.dependents))
        inner.show(typed, stored: stored, context, showing)
        showing.controls.append(Control(.dependentsEnd))
    }

    package func compare(old: Root, new: Root, _ context: Context, _ comparison: Comparison) {
        words.differ(old: text(old, context, comparison.t), new: text(new, context, comparison.t), comparison)
        inner.compare(old: old, new: new, context, comparison)
    }

    package func text(_ root: Root, _ context: Context, _ t: Translation) -> String {
        inner.text(root, context, t) ?? onOff(root[keyPath: inner.path] != nil, t)
    }

    /// Null when off.
    package func json(_ root: Root) -> [JSONMember] { [(words.name, inner.json(root) ?? .null)] }

    package func facts(_ root: Root, _ context: Context, _ t: Translation) -> [Fact] {
        [Fact(t(words.label), text(root, context, t))] + inner.facts(root, context, t)
    }

    package func prepare(_ parts: inout FormParts, _ site: Site) throws { try inner.prepare(&parts, site) }
    package var postedNames: [PostedName] { [words.posted(isChosen: true)] + inner.postedNames }
    package var paths: [AnyKeyPath] { [inner.path] }
    package var neededWords: [[String]] { words.needed() + inner.neededWords }
}

/// One of several, shown as radio buttons, each with fields of its own.
package struct OneOf<Root, Context: Sendable>: NamedField {
    package var words: FieldWords
    private var cases: [Case<Root, Context>]

    package init(_ name: String, @CasesBuilder<Root, Context> _ cases: () -> [Case<Root, Context>]) {
        words = FieldWords(name)
        self.cases = cases()
    }

    package mutating func place(under prefix: String) {
        words.place(under: prefix)
        for index in cases.indices { cases[index].place(under: words.label, fields: prefix) }
    }

    private func chosen(_ root: Root) -> Case<Root, Context>? { cases.first { $0.isChosen(root) } }

    package func write(_ root: Root, into typed: inout FormData) {
        typed.append(words.name, chosen(root)?.name ?? "")
        for each in cases { each.content?.write(root, into: &typed) }
    }

    package func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Reading) {
        let name = typed[words.name] ?? ""
        // Neither is an error, never the first by mistake.
        guard let chosen = cases.first(where: { $0.name == name }) else {
            return words.complain(name.isEmpty ? "needed" : "unknown", reading)
        }
        chosen.choose(&root)
        chosen.content?.read(typed, into: &root, stored: stored, context, reading)
    }

    package func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing) {
        let name = typed[words.name] ?? ""
        showing.controls.append(words.control(.radios, showing))
        for each in cases {
            var control = Control(.choice)
            control.name = words.name
            control.id = each.id
            control.value = each.name
            control.label = each.words(showing.t)
            control.hint = showing.t.find(each.hint) ?? ""
            control.isOn = each.name == name
            let place = showing.controls.count
            showing.controls.append(control)
            if let content = each.content {
                showing.controls.append(Control(.dependents))
                content.show(typed, stored: stored, context, showing)
                showing.controls.append(Control(.dependentsEnd))
                showing.joinShortLine(after: place)
            }
            showing.controls.append(Control(.choiceEnd))
        }
        showing.controls.append(Control(.radiosEnd))
    }

    package func compare(old: Root, new: Root, _ context: Context, _ comparison: Comparison) {
        guard let before = chosen(old), let after = chosen(new) else { return }
        let t = comparison.t
        words.differ(old: before.text(old, context, t), new: after.text(new, context, t), comparison)
        after.content?.compare(old: old, new: new, context, comparison)
    }

    package func json(_ root: Root) -> [JSONMember] {
        guard let chosen = chosen(root) else { return [(words.name, .null)] }
        guard let content = chosen.content else { return [(words.name, ["kind": .string(chosen.name)])] }
        return [
            (words.name, .object(JSONObject(members: [("kind", .string(chosen.name))] + content.json(root).map { ($0.name, $0.value) })))
        ]
    }

    package func text(_ root: Root, _ context: Context, _ t: Translation) -> String { chosen(root)?.text(root, context, t) ?? "" }

    package func facts(_ root: Root, _ context: Context, _ t: Translation) -> [Fact] {
        let text = text(root, context, t)
        return [Fact(t(words.label), text.isEmpty ? t("shared.conflict.none") : text)]
            + (chosen(root)?.content?.facts(root, context, t) ?? [])
    }

    package func prepare(_ parts: inout FormParts, _ site: Site) throws { for each in cases { try each.content?.prepare(&parts, site) } }
    package var postedNames: [PostedName] { [words.posted(isChosen: true)] + cases.flatMap { $0.content?.postedNames ?? [] } }
    package var paths: [AnyKeyPath] { cases.map(\.path) }

    package var neededWords: [[String]] {
        words.needed("needed", "unknown") + cases.flatMap { [[$0.label, "shared.choice.\($0.name)"]] + ($0.content?.neededWords ?? []) }
    }
}

package struct Case<Root, Context: Sendable>: Sendable {
    let name: String
    private(set) var id = ""
    private(set) var label = ""
    private(set) var hint = ""
    let path: any AnyKeyPath & Sendable
    let isChosen: @Sendable (Root) -> Bool
    let choose: @Sendable (inout Root) -> Void
    private(set) var content: (any FormField<Root, Context>)?

    /// A case that is one value, such as nil or `.none`.
    package init<Item: Equatable & Sendable>(_ name: String, _ path: any WritableKeyPath<Root, Item> & Sendable, is item: Item) {
        self.name = name
        self.path = path
        isChosen = { $0[keyPath: path] == item }
        choose = { $0[keyPath: path] = item }
        content = nil
    }

    /// A case with fields: `path` is nil where it is not the case.
    package init<Part: Sendable>(
        _ name: String, _ path: any WritableKeyPath<Root, Part?> & Sendable, from blank: @autoclosure @escaping @Sendable () -> Part,
        @FormBuilder<Part, Context> _ fields: () -> [any FormField<Part, Context>]
    ) {
        self.name = name
        self.path = path
        isChosen = { $0[keyPath: path] != nil }
        choose = { if $0[keyPath: path] == nil { $0[keyPath: path] = blank() } }
        content = CaseContent(inner: Inner(path, blank, fields()))
    }

    func text(_ root: Root, _ context: Context, _ t: Translation) -> String {
        let own = content?.text(root, context, t) ?? ""
        return own.isEmpty ? words(t) : "\(words(t)) \(own)"
    }

    /// Its own, or the common ones: `shared.choice.unlimited`.
    func words(_ t: Translation) -> String { t.find(label) ?? t("shared.choice.\(name)") }

    mutating func place(under prefix: String, fields: String) {
        label = "\(prefix).\(name)"
        hint = label + ".hint"
        id = label.words(between: ".").dropFirst().joined(separator: "-")
        content?.place(under: fields)
    }
}

/// The fields of a case as one field of the whole.
private struct CaseContent<Root, Context: Sendable, Part: Sendable>: FormField {
    var inner: Inner<Root, Context, Part>

    mutating func place(under prefix: String) { inner.fields = placed(inner.fields, under: prefix) }
    func write(_ root: Root, into typed: inout FormData) { inner.write(root, into: &typed) }

    func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Reading) {
        inner.read(typed, into: &root, stored: stored, context, reading)
    }

    func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing) {
        inner.show(typed, stored: stored, context, showing)
    }

    func compare(old: Root, new: Root, _ context: Context, _ comparison: Comparison) {
        inner.compare(old: old, new: new, context, comparison)
    }

    func text(_ root: Root, _ context: Context, _ t: Translation) -> String { inner.text(root, context, t) ?? "" }

    func json(_ root: Root) -> [JSONMember] { root[keyPath: inner.path].map { part in inner.fields.flatMap { $0.json(part) } } ?? [] }
    func facts(_ root: Root, _ context: Context, _ t: Translation) -> [Fact] { inner.facts(root, context, t) }
    func prepare(_ parts: inout FormParts, _ site: Site) throws { try inner.prepare(&parts, site) }
    var postedNames: [PostedName] { inner.postedNames }
    var neededWords: [[String]] { inner.neededWords }
}

@resultBuilder
package enum CasesBuilder<Root, Context: Sendable> {
    package static func buildExpression(_ each: Case<Root, Context>) -> [Case<Root, Context>] { [each] }
    package static func buildBlock(_ cases: [Case<Root, Context>]...) -> [Case<Root, Context>] { cases.flatMap { $0 } }
}
