// JSON as a value that keeps what was written: the order of members and the digits of numbers. A webhook's body is signed
// byte for byte, and an amount must not become a binary fraction on its way through.

/// One JSON value (RFC 8259). Two values are equal when they were written alike, apart from white space and escapes.
package enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    /// The token, verbatim (`1.50` stays `1.50`). Make it from a number with `init(_:)`, never from text of others.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    package init(_ number: some BinaryInteger) {
        self = .number(String(number))
    }

    /// nil when it is not a string; likewise below.
    package var string: String? {
        if case .string(let string) = self { string } else { nil }
    }

    package var bool: Bool? {
        if case .bool(let bool) = self { bool } else { nil }
    }

    /// Only of a number written as a whole number that fits: `12`, not `12.0` or `1e3`.
    package var integer: Int64? {
        if case .number(let token) = self { Int64(token) } else { nil }
    }

    package var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    package var object: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    package var isNull: Bool { self == .null }

    /// The member of an object; nil when there is none or this is no object.
    package subscript(name: String) -> JSONValue? { object?[name] }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
    ExpressibleByStringInterpolation, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self.init(value) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral members: (String, JSONValue)...) { self = .object(JSONObject(members: members)) }
}
