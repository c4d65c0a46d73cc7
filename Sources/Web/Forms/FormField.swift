// What every field can do. A kind of field is a struct that says all of it in one place; a form is a list of them.

package import HTTP
package import JSON
import Spelling

package protocol FormField<Root, Context>: Sendable {
    associatedtype Root
    associatedtype Context

    /// Learns where its words are, once, when the form is declared.
    mutating func place(under prefix: String)
    /// What the control would send for this value.
    func write(_ root: Root, into typed: inout FormData)
    /// - Parameter root: begins as what is stored, so what is not typed stays.
    func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Reading)
    func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing)
    func compare(old: Root, new: Root, _ context: Context, _ comparison: Comparison)
    /// The value in words, of a field that is one value.
    func text(_ root: Root, _ context: Context, _ t: Translation) -> String
    func facts(_ root: Root, _ context: Context, _ t: Translation) -> [Fact]
    func json(_ root: Root) -> [JSONMember]
    /// Compiles what it shows beyond the controls.
    func prepare(_ parts: inout FormParts, _ site: Site) throws
    /// What its controls send, and what of it may be written down for a later session.
    var postedNames: [PostedName] { get }
    /// For a test that nothing is declared here and forgotten in the record.
    var paths: [AnyKeyPath] { get }
    /// Keys without which a page would show a key, each with those that stand in for it: for a test that no language lacks one.
    var neededWords: [[String]] { get }
}

/// The name of something that a form sends.
package enum PostedName: Sendable, Hashable {
    /// With the key of its label.
    case kept(String, label: String, isChosen: Bool)
    /// Written down nowhere.
    case secret(String)
    /// Written down only when it is blank: where that says something, as that all of a list was taken out.
    case keptBlank(String)

    var text: String {
        switch self {
        case .kept(let name, _, _), .secret(let name), .keptBlank(let name): name
        }
    }
}

package typealias JSONMember = (name: String, value: JSONValue)

extension FormField {
    package func write(_ root: Root, into typed: inout FormData) {}
    package func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Reading) {}
    package func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing) {}
    package func compare(old: Root, new: Root, _ context: Context, _ comparison: Comparison) {}
    package func text(_ root: Root, _ context: Context, _ t: Translation) -> String { "" }
    package func facts(_ root: Root, _ context: Context, _ t: Translation) -> [Fact] { [] }
    package func json(_ root: Root) -> [JSONMember] { [] }
    package func prepare(_ parts: inout FormParts, _ site: Site) throws {}
    package var postedNames: [PostedName] { [] }
    package var paths: [AnyKeyPath] { [] }
    package var neededWords: [[String]] { [] }
}

/// In which language, and among which other things.
package struct Situation<Context: Sendable>: Sendable {
    package let t: Translation
    package let context: Context

    package init(_ t: Translation, _ context: Context) {
        self.t = t
        self.context = context
    }
}

// Classes, and not generic: unspecialised code looks up the metadata of a generic type at each call, and copies what is inout.

package final class Reading {
    package let t: Translation
    package var errors = FieldErrors()

    init(_ t: Translation) { self.t = t }
}

package final class Showing {
    package let t: Translation
    package let errors: FieldErrors
    package var controls: [Control] = []
    package let isShownAgain: Bool
    let parts: FormParts

    init(_ t: Translation, errors: FieldErrors, isShownAgain: Bool, parts: FormParts) {
        self.t = t
        self.errors = errors
        self.isShownAgain = isShownAgain
        self.parts = parts
    }
}

extension Showing {
    /// A single short line that depends on the choice at `place` stands beside it: "Delete after [30] days".
    func joinShortLine(after place: Int) {
        guard controls.count == place + 4, controls[place + 2].kind == .line, controls[place + 2].width == .short else { return }
        controls[place].isInline = true
        controls[place + 2].kind = .inline
    }
}

package struct Difference: Sendable, Equatable {
    package let name: String
    package let label: String
    package let old: String
    package let new: String
    package var isSecret = false
}

package final class Comparison {
    package let t: Translation
    package var differences: [Difference] = []

    init(_ t: Translation) { self.t = t }
}

/// A field's name, and the keys of its words, put together once.
package struct FieldWords: Sendable {
    package let name: String
    package private(set) var label: String
    package private(set) var hint: String
    private var errors: String

    package init(_ name: String) {
        self.name = name
        (label, hint, errors) = (name, name, name)
    }

    package mutating func place(under prefix: String) {
        label = "\(prefix).\(name)"
        hint = label + ".hint"
        errors = label + "."
    }

    package func control(_ kind: Control.Kind, _ showing: Showing) -> Control {
        var control = Control(kind)
        control.name = name
        control.id = name
        control.label = showing.t(label)
        control.hint = showing.t.find(hint) ?? ""
        control.error = showing.errors[name]
        return control
    }

    /// - Parameter word: of the field's own words, or the common ones; one with a dot is a whole key.
    package func complain(_ word: String, _ reading: Reading, _ values: [String: String] = [:]) {
        reading.errors.add(name, message(word, reading.t, values))
    }

    package func message(_ word: String, _ t: Translation, _ values: [String: String] = [:]) -> String {
        if word.utf8.contains(UInt8(ascii: ".")) { return t(word, values) }
        let own = errors + word
        return t(t.has(own) ? own : "shared.error.\(word)", values)
    }

    /// - Parameter isChosen: what is sent is not typed, it has words of its own.
    func posted(isChosen: Bool = false) -> PostedName { .kept(name, label: label, isChosen: isChosen) }

    /// Of complaints, the field's own words or the common ones.
    func needed(_ complaints: String...) -> [[String]] { [[label]] + complaints.map { [errors + $0, "shared.error.\($0)"] } }

    package func differ(old: String, new: String, _ comparison: Comparison, isSecret: Bool = false) {
        // By bytes: what looks the same need not be the same to a receiver.
        guard !old.isIdentical(to: new) else { return }
        comparison.differences.append(Difference(name: name, label: comparison.t(label), old: old, new: new, isSecret: isSecret))
    }
}

/// A field with one name and one label: nearly all.
package protocol NamedField: FormField {
    var words: FieldWords { get set }
}

extension NamedField {
    package mutating func place(under prefix: String) { words.place(under: prefix) }
    package var postedNames: [PostedName] { [words.posted()] }
    package var neededWords: [[String]] { words.needed() }

    package func compare(old: Root, new: Root, _ context: Context, _ comparison: Comparison) {
        words.differ(old: text(old, context, comparison.t), new: text(new, context, comparison.t), comparison)
    }

    package func facts(_ root: Root, _ context: Context, _ t: Translation) -> [Fact] {
        let text = text(root, context, t)
        return [Fact(t(words.label), text.isEmpty ? t("shared.conflict.none") : text)]
    }

    /// A hint that depends on more than the language.
    package func hint(_ text: @escaping @Sendable (Situation<Context>, FormData) -> String) -> Hinted<Self> where Context: Sendable {
        Hinted(field: self, hint: text)
    }
}

package struct Hinted<Base: FormField>: FormField where Base.Context: Sendable {
    package typealias Root = Base.Root
    package typealias Context = Base.Context

    fileprivate var field: Base
    fileprivate let hint: @Sendable (Situation<Context>, FormData) -> String

    package mutating func place(under prefix: String) { field.place(under: prefix) }
    package func write(_ root: Root, into typed: inout FormData) { field.write(root, into: &typed) }

    package func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Reading) {
        field.read(typed, into: &root, stored: stored, context, reading)
    }

    package func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing) {
        let place = showing.controls.count
        field.show(typed, stored: stored, context, showing)
        showing.controls[place].hint = hint(Situation(showing.t, context), typed)
    }

    package func compare(old: Root, new: Root, _ context: Context, _ comparison: Comparison) {
        field.compare(old: old, new: new, context, comparison)
    }

    package func text(_ root: Root, _ context: Context, _ t: Translation) -> String { field.text(root, context, t) }
    package func facts(_ root: Root, _ context: Context, _ t: Translation) -> [Fact] { field.facts(root, context, t) }
    package func json(_ root: Root) -> [JSONMember] { field.json(root) }
    package func prepare(_ parts: inout FormParts, _ site: Site) throws { try field.prepare(&parts, site) }
    package var postedNames: [PostedName] { field.postedNames }
    package var paths: [AnyKeyPath] { field.paths }
    package var neededWords: [[String]] { field.neededWords }
}

/// Where a field's value is: in a property, or in an optional one, where nil is the blank control.
package struct Slot<Root, Item: Sendable>: Sendable {
    private enum Path: Sendable {
        case needed(any WritableKeyPath<Root, Item> & Sendable)
        case optional(any WritableKeyPath<Root, Item?> & Sendable)
    }

    private let path: Path

    package init(_ path: any WritableKeyPath<Root, Item> & Sendable) { self.path = .needed(path) }
    package init(optional path: any WritableKeyPath<Root, Item?> & Sendable) { self.path = .optional(path) }

    package var isOptional: Bool {
        if case .optional = path { true } else { false }
    }

    package var anyPath: AnyKeyPath {
        switch path {
        case .needed(let path): path
        case .optional(let path): path
        }
    }

    package subscript(root: Root) -> Item? {
        switch path {
        case .needed(let path): root[keyPath: path]
        case .optional(let path): root[keyPath: path]
        }
    }

    /// Nil leaves alone what cannot be nil.
    package func set(_ item: Item?, in root: inout Root) {
        switch path {
        case .needed(let path): if let item { root[keyPath: path] = item }
        case .optional(let path): root[keyPath: path] = item
        }
    }
}
