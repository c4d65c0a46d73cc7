// Fields together, which always count: under a title, or of a part of the value.

package import HTTP
import JSON

/// Fields under a title: `….title`, `….text`. It changes nothing but the look.
package struct Group<Root, Context: Sendable>: FormField {
    /// Nil: it shows nothing of its own.
    private let name: String?
    private let ownWords: String?
    private var prefix = ""
    private var fields: [any FormField<Root, Context>]

    /// - Parameter ownWords: the first part of its words, of a group that stands in several forms.
    package init(_ name: String, under ownWords: String? = nil, @FormBuilder<Root, Context> _ fields: () -> [any FormField<Root, Context>])
    {
        (self.name, self.ownWords) = (name, ownWords)
        self.fields = fields()
    }

    /// Fields that stand in several forms, with one set of words.
    package init(wordsOf ownWords: String, @FormBuilder<Root, Context> _ fields: () -> [any FormField<Root, Context>]) {
        (name, self.ownWords) = (nil, ownWords)
        self.fields = fields()
    }

    package mutating func place(under prefix: String) {
        let prefix = ownWords ?? prefix
        self.prefix = "\(prefix).\(name ?? "")"
        fields = placed(fields, under: prefix)
    }

    package func write(_ root: Root, into typed: inout FormData) { for field in fields { field.write(root, into: &typed) } }

    package func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Reading) {
        for field in fields { field.read(typed, into: &root, stored: stored, context, reading) }
    }

    package func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing) {
        guard name != nil else {
            for field in fields { field.show(typed, stored: stored, context, showing) }
            return
        }
        var group = Control(.group)
        group.label = showing.t(prefix + ".title")
        group.hint = showing.t.find(prefix + ".text") ?? ""
        showing.controls.append(group)
        for field in fields { field.show(typed, stored: stored, context, showing) }
        showing.controls.append(Control(.groupEnd))
    }

    package func compare(old: Root, new: Root, _ context: Context, _ comparison: Comparison) {
        for field in fields { field.compare(old: old, new: new, context, comparison) }
    }

    package func facts(_ root: Root, _ context: Context, _ t: Translation) -> [Fact] { fields.flatMap { $0.facts(root, context, t) } }
    package func json(_ root: Root) -> [JSONMember] { fields.flatMap { $0.json(root) } }
    package func prepare(_ parts: inout FormParts, _ site: Site) throws { for field in fields { try field.prepare(&parts, site) } }
    package var postedNames: [PostedName] { fields.flatMap(\.postedNames) }
    package var paths: [AnyKeyPath] { fields.flatMap(\.paths) }
    package var neededWords: [[String]] { (name == nil ? [] : [[prefix + ".title"]]) + fields.flatMap(\.neededWords) }
}

/// The fields of a part that is always there.
package struct Within<Root, Context: Sendable, Part: Sendable>: FormField {
    private let path: any WritableKeyPath<Root, Part> & Sendable
    private var fields: [any FormField<Part, Context>]

    package init(
        _ path: any WritableKeyPath<Root, Part> & Sendable, @FormBuilder<Part, Context> _ fields: () -> [any FormField<Part, Context>]
    ) {
        self.path = path
        self.fields = fields()
    }

    package mutating func place(under prefix: String) { fields = placed(fields, under: prefix) }

    package func write(_ root: Root, into typed: inout FormData) {
        for field in fields { field.write(root[keyPath: path], into: &typed) }
    }

    package func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Reading) {
        for field in fields { field.read(typed, into: &root[keyPath: path], stored: stored?[keyPath: path], context, reading) }
    }

    package func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing) {
        for field in fields { field.show(typed, stored: stored?[keyPath: path], context, showing) }
    }

    package func compare(old: Root, new: Root, _ context: Context, _ comparison: Comparison) {
        for field in fields { field.compare(old: old[keyPath: path], new: new[keyPath: path], context, comparison) }
    }

    package func facts(_ root: Root, _ context: Context, _ t: Translation) -> [Fact] {
        fields.flatMap { $0.facts(root[keyPath: path], context, t) }
    }

    package func prepare(_ parts: inout FormParts, _ site: Site) throws { for field in fields { try field.prepare(&parts, site) } }
    package func json(_ root: Root) -> [JSONMember] { fields.flatMap { $0.json(root[keyPath: path]) } }
    package var postedNames: [PostedName] { fields.flatMap(\.postedNames) }
    package var neededWords: [[String]] { fields.flatMap(\.neededWords) }
    package var paths: [AnyKeyPath] { [path] }
}
