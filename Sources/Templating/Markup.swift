// HTML that is trusted as it is. It has a type of its own so that text can never be written unescaped by a slip in a template.

/// HTML made by us, never from what people typed unless it was escaped on the way. Shown by `{{{name}}}`, and by nothing else.
package struct Markup: Sendable, Equatable {
    package let html: String

    package init(html: String) {
        self.html = html
    }
}

/// What `Markup("name") { … }` declares.
package struct MarkupField<Root>: DeclaresField {
    package let declaration: FieldDeclaration<Root>
}

// `Markup("svg") { $0.svg }` is to read like the other declarations, but a type cannot share its name with a second one.
// A static function of the page type can, and is found first inside it; the other two give `Markup(html:)` back there.
// swift-format-ignore: AlwaysUseLowerCamelCase
extension TemplateData {
    /// Declares markup, written unescaped by `{{{name}}}`.
    package static func Markup(_ name: String, _ get: @escaping @Sendable (Self) -> Markup) -> MarkupField<Self> {
        MarkupField(declaration: FieldDeclaration(field: Field(name: name, kind: .markup, unescaped: .markup(get))))
    }

    package static func Markup(html: String) -> Markup { .init(html: html) }

    package func Markup(html: String) -> Markup { .init(html: html) }
}
