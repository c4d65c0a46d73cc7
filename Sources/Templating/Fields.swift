// What a template may ask of a page struct: the texts, numbers, flags and parts that it stores, by their names, and what it declares
// besides. Nothing else can be reached: not the inside of a record that a struct holds; and a name that is not there stops the start.

/// A page, or a part of one, that a template can show. A struct is made for its template: it stores what is to be seen.
package protocol TemplateData: SendableMetatype {
    /// Declared where more than what is stored can be shown, or under another name.
    static var fields: Fields<Self> { get }
}

extension TemplateData {
    package static var fields: Fields<Self> { Fields {} }
}

/// The fields of `Root` by the names that templates use.
package struct Fields<Root>: Sendable {
    let schema: Schema

    package init(@FieldsBuilder<Root> _ declarations: () -> [FieldDeclaration<Root>]) {
        let declared = declarations().map(\.field)
        let names = Set(declared.map(\.name))
        let stored = StoredFields.fields(of: Root.self).filter { !names.contains($0.name) }
        schema = Schema(typeName: String(describing: Root.self), fields: declared + stored)
    }
}

/// A field of `Root`, as `Text`, `Number`, `Flag`, `Section`, `List` or `Markup` declares it.
package struct FieldDeclaration<Root>: Sendable {
    let field: Field
}

package protocol DeclaresField<Root> {
    associatedtype Root
    var declaration: FieldDeclaration<Root> { get }
}

@resultBuilder
package enum FieldsBuilder<Root> {
    package static func buildExpression<Declaration: DeclaresField>(
        _ expression: Declaration
    ) -> [FieldDeclaration<Root>] where Declaration.Root == Root {
        [expression.declaration]
    }

    package static func buildBlock(_ declarations: [FieldDeclaration<Root>]...) -> [FieldDeclaration<Root>] {
        declarations.flatMap { $0 }
    }
}

/// Text, escaped when written. As a section it is falsy when empty or nil; inside, `{{.}}` is the text.
package struct Text<Root>: DeclaresField {
    package let declaration: FieldDeclaration<Root>

    package init(_ name: String, _ get: @escaping @Sendable (Root) -> String) {
        declaration = FieldDeclaration(field: Field(name: name, kind: .text, accessor: .text(get)))
    }

    package init(_ name: String, _ get: @escaping @Sendable (Root) -> String?) {
        declaration = FieldDeclaration(field: Field(name: name, kind: .text, accessor: .optionalText(get)))
    }
}

/// A whole number in plain digits, of no locale. It is no condition: declare a `Flag` for that.
package struct Number<Root>: DeclaresField {
    package let declaration: FieldDeclaration<Root>

    package init(_ name: String, _ get: @escaping @Sendable (Root) -> Int) {
        declaration = FieldDeclaration(field: Field(name: name, kind: .number, accessor: .number(get)))
    }
}

/// A condition, for `{{#name}}` and `{{^name}}` only.
package struct Flag<Root>: DeclaresField {
    package let declaration: FieldDeclaration<Root>

    package init(_ name: String, _ get: @escaping @Sendable (Root) -> Bool) {
        declaration = FieldDeclaration(field: Field(name: name, kind: .flag, accessor: .flag(get)))
    }
}

/// A part with fields of its own, entered by `{{#name}}` or by `{{name.field}}`; falsy when nil.
package struct Section<Root>: DeclaresField {
    package let declaration: FieldDeclaration<Root>

    package init<Part: TemplateData>(_ name: String, _ get: @escaping @Sendable (Root) -> Part) {
        let field = Field(name: name, kind: .section { Part.fields.schema }, accessor: .part(get))
        declaration = FieldDeclaration(field: field)
    }

    package init<Part: TemplateData>(_ name: String, _ get: @escaping @Sendable (Root) -> Part?) {
        let field = Field(name: name, kind: .section { Part.fields.schema }, accessor: .optionalPart(get))
        declaration = FieldDeclaration(field: field)
    }
}

/// Parts in order, or strings (`{{.}}`); falsy when empty.
package struct List<Root>: DeclaresField {
    package let declaration: FieldDeclaration<Root>

    package init<Part: TemplateData>(_ name: String, _ get: @escaping @Sendable (Root) -> [Part]) {
        let field = Field(name: name, kind: .list { Part.fields.schema }, accessor: .list(get))
        declaration = FieldDeclaration(field: field)
    }

    package init(_ name: String, _ get: @escaping @Sendable (Root) -> [String]) {
        declaration = FieldDeclaration(field: Field(name: name, kind: .list { .string }, accessor: .list(get)))
    }
}
