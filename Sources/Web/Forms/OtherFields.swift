// What is not typed or chosen: a file, a template's part, a rule over several fields.

package import HTTP
import JSON
package import Templating

/// A file that is kept beside the settings; the upload itself is the controller's.
package struct FileField<Root, Context>: NamedField {
    package struct Current: Sendable {
        package let url: String
        package let name: String

        package init(url: String, name: String) {
            (self.url, self.name) = (url, name)
        }
    }

    package var words: FieldWords
    private let accept: String
    private let current: @Sendable (Root) -> Current?

    /// - Parameter accept: endings of file names, `.png,.jpg`.
    package init(_ name: String, accept: String, _ current: @escaping @Sendable (Root) -> Current?) {
        words = FieldWords(name)
        (self.accept, self.current) = (accept, current)
    }

    package func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing) {
        var control = words.control(.file, showing)
        if let current = stored.flatMap({ current($0) }) {
            control.value = current.url
            control.suffix = current.name
        }
        control.type = accept
        control.isOn = typed[words.name + "_remove"] == "yes"
        showing.controls.append(control)
    }

    /// One of the same name is another all the same.
    package func compare(old: Root, new: Root, _ context: Context, _ comparison: Comparison) {
        let (before, after) = (current(old), current(new))
        guard before?.url != after?.url else { return }
        comparison.differences.append(
            Difference(name: words.name, label: comparison.t(words.label), old: before?.name ?? "", new: after?.name ?? ""))
    }

    package func text(_ root: Root, _ context: Context, _ t: Translation) -> String { current(root)?.name ?? "" }
    package func json(_ root: Root) -> [JSONMember] { [(words.name, current(root).map { .string($0.name) } ?? .null)] }
    package var postedNames: [PostedName] { [.kept(words.name + "_remove", label: "shared.file.remove", isChosen: true)] }
}

/// The templates of a form's parts in every language, proven at the start.
package struct FormParts: Sendable {
    private var renderers: [String: @Sendable (Any, Language) -> String] = [:]

    package init() {}

    package mutating func add<View: TemplateData>(_ name: String, _ view: View.Type, _ site: Site) throws {
        let templates = try site.part(name, View.self)
        renderers[name] = { value, language in
            guard let view = value as? View, let template = templates[language] else { return "" }
            return String(decoding: template.render(view), as: UTF8.self)
        }
    }

    func markup(_ name: String, _ view: some TemplateData, _ language: Language) -> String { renderers[name]?(view, language) ?? "" }
}

extension Showing {
    /// A template that the field has prepared.
    package func show(_ template: String, _ view: some TemplateData) {
        var control = Control(.part)
        control.markup = parts.markup(template, view, t.language)
        controls.append(control)
    }
}

/// A template of its own among the controls, where a control is not enough.
package struct Part<Root, Context: Sendable, View: TemplateData & Sendable>: FormField {
    private let template: String
    private let view: @Sendable (Situation<Context>, _ stored: Root?) -> View

    /// - Parameter template: its name below Templates.
    package init(_ template: String, _ view: @escaping @Sendable (Situation<Context>, _ stored: Root?) -> View) {
        (self.template, self.view) = (template, view)
    }

    package mutating func place(under prefix: String) {}

    package func prepare(_ parts: inout FormParts, _ site: Site) throws { try parts.add(template, View.self, site) }

    package func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing) {
        showing.show(template, view(Situation(showing.t, context), stored))
    }
}

/// A part that shows nothing but its words.
package struct WordsOnly: TemplateData, Sendable {
    package static let fields = Fields<WordsOnly> {}
}

extension Part where View == WordsOnly {
    package init(_ template: String) { self.init(template) { _, _ in WordsOnly() } }
}

/// A rule over several fields: asked once those before it are right.
package struct Check<Root, Context>: FormField {
    package typealias Rule = @Sendable (_ new: Root, _ stored: Root?, Context, _ typed: FormData) -> String?

    private var words: FieldWords
    private let rule: Rule
    private var word: String?

    /// - Parameter field: where the complaint is shown, under the word that `rule` gives.
    package init(_ field: String, _ rule: @escaping Rule) {
        words = FieldWords(field)
        self.rule = rule
    }

    /// - Parameter word: of the complaint where `isRight` says no; a test holds that it is there in both languages.
    package init(_ field: String, _ word: String, _ isRight: @escaping @Sendable (_ new: Root, Context) -> Bool) {
        words = FieldWords(field)
        rule = { new, _, context, _ in isRight(new, context) ? nil : word }
        self.word = word
    }

    package mutating func place(under prefix: String) { words.place(under: prefix) }
    package var neededWords: [[String]] { word.map { words.needed($0) } ?? [] }

    package func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Reading) {
        guard reading.errors.isEmpty, let word = rule(root, stored, context, typed) else { return }
        words.complain(word, reading)
    }
}
