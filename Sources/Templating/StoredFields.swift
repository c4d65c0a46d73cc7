// The fields that a page struct has by storing them, so that a page says each of its values once: by declaring the property. Found once,
// when a template is compiled, from what Swift knows of the type; while a page is rendered, a stored field is an address and a type.

// The standard library's own way to list the stored properties of a type without a value of it. It is no promise of the language: the
// tests of this file say in words when a toolchain no longer has it.
@_spi(Reflection) import Swift

enum StoredFields {
    /// A property `isOpen` is the field `is_open`. Names are ASCII. What a template cannot show, such as an id or a record, is none.
    static func fields<Root>(of root: Root.Type) -> [Field] {
        var fields: [Field] = []
        _forEachFieldWithKeyPath(of: root, options: []) { name, path in
            if let offset = MemoryLayout<Root>.offset(of: path), let (kind, accessor, unescaped) = shown(type(of: path).valueType) {
                fields.append(
                    Field(
                        name: snakeCased(String(cString: name)), kind: kind, accessor: accessor.stored(at: offset),
                        unescaped: unescaped?.stored(at: offset)))
            }
            return true
        }
        return fields
    }

    typealias Shown = (kind: Field.Kind, accessor: Accessor, unescaped: Accessor?)

    private static func shown(_ type: Any.Type) -> Shown? {
        if let type = type as? any ShowsItself.Type { return type.shown }
        if let type = type as? any TemplateData.Type { return part(type) }
        return nil
    }

    private static func part<Part: TemplateData>(_ type: Part.Type) -> Shown {
        (.section { Part.fields.schema }, .storedPart, nil)
    }

    /// `exportURL` is `export_url`.
    private static func snakeCased(_ name: String) -> String {
        var result = ""
        var wasLower = false
        for byte in name.utf8 {
            let isUpper = (65...90).contains(byte)
            if isUpper, wasLower { result += "_" }
            result.unicodeScalars.append(Unicode.Scalar(isUpper ? byte + 32 : byte))
            wasLower = !isUpper
        }
        return result
    }
}

/// A type whose values a template can show without a declaration. Its accessor is given the address of the value itself.
private protocol ShowsItself {
    static var shown: StoredFields.Shown? { get }
}

extension String: ShowsItself {
    fileprivate static var shown: StoredFields.Shown? {
        let accessor = Accessor.text { (text: String) in text }
        return (.text, accessor, nil)
    }
}

extension Int: ShowsItself {
    fileprivate static var shown: StoredFields.Shown? { (.number, .number { (number: Int) in number }, nil) }
}

extension Bool: ShowsItself {
    fileprivate static var shown: StoredFields.Shown? { (.flag, .flag { (flag: Bool) in flag }, nil) }
}

extension Markup: ShowsItself {
    fileprivate static var shown: StoredFields.Shown? { (.markup, Accessor(), .markup { (markup: Markup) in markup }) }
}

extension Optional: ShowsItself {
    fileprivate static var shown: StoredFields.Shown? {
        if Wrapped.self == String.self { return (.text, .optionalText { (text: String?) in text }, nil) }
        return (Wrapped.self as? any TemplateData.Type).map { part($0) }
    }

    private static func part<Part: TemplateData>(_ type: Part.Type) -> StoredFields.Shown {
        (.section { Part.fields.schema }, .optionalPart { (part: Part?) in part }, nil)
    }
}

extension Array: ShowsItself {
    fileprivate static var shown: StoredFields.Shown? {
        if Element.self == String.self { return (.list { .string }, .list { (texts: [String]) in texts }, nil) }
        return (Element.self as? any TemplateData.Type).map { part($0) }
    }

    private static func part<Part: TemplateData>(_ type: Part.Type) -> StoredFields.Shown {
        (.list { Part.fields.schema }, .list { (parts: [Part]) in parts }, nil)
    }
}
