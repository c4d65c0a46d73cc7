// What the compiler knows of a page struct: its declared fields, with the types erased to accessors.

/// One declared field.
struct Field: Sendable {
    enum Kind: Sendable {
        case text, number, flag, markup
        // Asked for only when a template enters the part, so that a type may hold a list of itself.
        case section(@Sendable () -> Schema)
        case list(@Sendable () -> Schema)
        /// Known never to hold anything: a section over it has no contents. Only data whose shape is found at run time has it.
        case absent
    }

    let name: String
    let kind: Kind
    /// For `{{name}}` and sections; for markup it is not used.
    let accessor: Accessor
    /// For `{{{name}}}`; nil where that is an error.
    let unescaped: Accessor?

    init(name: String, kind: Kind, accessor: Accessor = Accessor(), unescaped: Accessor? = nil) {
        self.name = name
        self.kind = kind
        self.accessor = accessor
        self.unescaped = unescaped
    }
}

/// The fields of one type, by name.
struct Schema: Sendable {
    /// For errors.
    let typeName: String
    let fields: [String: Field]
    /// Names that were declared more than once: an error when the type is first used.
    let repeatedNames: [String]

    init(typeName: String, fields: [Field]) {
        self.typeName = typeName
        self.fields = Dictionary(fields.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var seen: Set<String> = []
        repeatedNames = fields.map(\.name).filter { !seen.insert($0).inserted }
    }

    /// A string entered by a section over text or a list of strings: it is `{{.}}`.
    static let string = Schema(typeName: "String", fields: [Field(name: ".", kind: .text, accessor: .text { (text: String) in text })])
}
