// Untyped data for the specification's tests: the declared fields of a value are those that the data turns out to have.
@testable import Templating

enum ShapedValue: Sendable, Decodable {
    case null, flag(Bool), text(String), list([ShapedValue]), object([String: ShapedValue])

    init(from decoder: any Decoder) throws {
        if let members = try? [String: ShapedValue](from: decoder) {
            self = .object(members)
            return
        }
        if let items = try? [ShapedValue](from: decoder) {
            self = .list(items)
            return
        }
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Int.self) {
            self = .text(String(number))
        } else if let number = try? container.decode(Double.self) {
            self = .text(String(number))
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    subscript(name: String) -> ShapedValue? {
        if name == "." { return self }
        if case .object(let members) = self { return members[name] }
        return nil
    }

    var text: String { if case .text(let text) = self { text } else { "" } }
    var isTrue: Bool { if case .flag(let flag) = self { flag } else { false } }
    var items: [ShapedValue] { if case .list(let items) = self { items } else { [] } }
}

extension Schema {
    /// The fields of values that look like these.
    init(shape values: [ShapedValue]) {
        var fields = [Self.field(".", values)].compactMap(\.self)
        var members: [String: [ShapedValue]] = [:]
        for case .object(let object) in values {
            for (name, value) in object { members[name, default: []].append(value) }
        }
        for (name, values) in members {
            fields.append(Self.field(name, values) ?? Self.section(name, values))
        }
        self.init(typeName: "(data)", fields: fields)
    }

    /// nil for objects.
    private static func field(_ name: String, _ values: [ShapedValue]) -> Field? {
        switch values.first {
        case .object:
            return nil
        case nil, .null:
            return Field(name: name, kind: .absent)
        case .flag:
            return Field(name: name, kind: .flag, accessor: .flag { (value: ShapedValue) in value[name]?.isTrue ?? false })
        case .text:
            return Field(
                name: name, kind: .text, accessor: .optionalText { (value: ShapedValue) in value[name]?.text },
                unescaped: .markup { (value: ShapedValue) in Markup(html: value[name]?.text ?? "") })
        case .list:
            let items = values.flatMap(\.items)
            if items.isEmpty { return Field(name: name, kind: .absent) }
            return Field(
                name: name, kind: .list { Schema(shape: items) },
                accessor: .list { (value: ShapedValue) in value[name]?.items ?? [] })
        }
    }

    private static func section(_ name: String, _ values: [ShapedValue]) -> Field {
        Field(
            name: name, kind: .section { Schema(shape: values) },
            accessor: .optionalPart { (value: ShapedValue) in value[name] })
    }
}
