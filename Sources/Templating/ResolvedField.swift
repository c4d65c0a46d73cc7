// Names and kinds: what a name in a template refers to, and whether the template may use it that way.

/// A field found for a name.
struct ResolvedField {
    let slot: Int
    let kind: Field.Kind
    let accessor: Accessor
    let unescaped: Accessor?

    /// - Throws: where no context has the name, or where a dotted name goes through something that has no fields.
    init(_ path: FieldPath, _ scope: Scope, _ position: Position) throws(TemplateError) {
        guard let first = path.components.first, let (field, slot) = Self.find(first, scope) else {
            throw position.error(Self.unknown(path.components.first ?? "", in: scope.contexts.map(\.schema)))
        }
        var kind = field.kind
        var accessor = field.accessor
        var unescaped = field.unescaped
        for component in path.components.dropFirst() {
            guard case .section(let schema) = kind else {
                throw position.error("“\(path.text)”: \(kind.name) has no fields to look “\(component)” up in")
            }
            guard let next = schema().fields[component] else {
                throw position.error(Self.unknown(component, in: [schema()]))
            }
            kind = next.kind
            unescaped = next.unescaped.map { .path(accessor, $0) }
            accessor = .path(accessor, next.accessor)
        }
        self.slot = slot
        self.kind = kind
        self.accessor = accessor
        self.unescaped = unescaped
    }

    private static func find(_ name: String, _ scope: Scope) -> (Field, Int)? {
        // `.` is the innermost context itself, so it is not looked for further out.
        for context in scope.contexts.suffix(name == "." ? 1 : scope.contexts.count).reversed() {
            if let field = context.schema.fields[name] { return (field, context.slot) }
        }
        return nil
    }

    private static func unknown(_ name: String, in schemas: [Schema]) -> String {
        if name == "." { return "{{.}} is only for a list of strings, or inside a section over text" }
        var types: [String] = []
        for schema in schemas.reversed() where !types.contains(schema.typeName) && schema.fields["."] == nil {
            types.append(schema.typeName)
        }
        let last = types.popLast() ?? "String"
        let places = types.isEmpty ? last : types.joined(separator: ", ") + " or " + last
        return "there is no field “\(name)” in \(places)" + suggestion(for: name, among: schemas.flatMap { $0.fields.keys })
    }

    /// What `{{path}}` or `{{{path}}}` writes.
    func writer(_ path: FieldPath, isUnescaped: Bool, _ position: Position) throws(TemplateError) -> Accessor {
        let name = path.text
        switch (kind, isUnescaped) {
        case (.text, false), (.number, false), (.absent, _):
            return accessor
        case (.flag, _):
            throw position.error("“\(name)” is a flag, which shows nothing: use {{#\(name)}} or {{^\(name)}}")
        case (.section, _), (.list, _):
            throw position.error("“\(name)” is \(kind.name), which shows nothing by itself: use {{#\(name)}}…{{/\(name)}}")
        case (.markup, false):
            throw position.error("“\(name)” is markup: write {{{\(name)}}}")
        case (.markup, true), (.text, true), (.number, true):
            guard let unescaped else {
                throw position.error("“\(name)” is \(kind.name), which is always escaped: write {{\(name)}}, or declare it as Markup")
            }
            return unescaped
        }
    }

    /// What `{{#path}}` does with its contents.
    enum Entry {
        case condition
        /// The contents are shown with a value of this schema as their innermost context.
        case context(Schema)
    }

    /// - Returns: nil where the field is known never to hold anything.
    func entry(_ path: FieldPath, _ position: Position) throws(TemplateError) -> Entry? {
        switch kind {
        case .flag: return .condition
        case .text: return .context(.string)
        case .section(let schema), .list(let schema): return .context(schema())
        case .absent: return nil
        case .number, .markup:
            throw position.error("“\(path.text)” is \(kind.name), which is no condition: declare a Flag for it")
        }
    }
}

extension Field.Kind {
    /// For errors.
    var name: String {
        switch self {
        case .text: "text"
        case .number: "a number"
        case .flag: "a flag"
        case .markup: "markup"
        case .section: "a section"
        case .list: "a list"
        case .absent: "nothing"
        }
    }
}
