// What a person typed, from a query string, a form's body or the fields of a multipart body: one type, so that
// a form does not care which way it came, and an order, because repeated names carry lists.

import Spelling

/// Why a query string or a form's body was refused.
package enum FormError: Error, Equatable {
    /// A broken percent sequence, a NUL, or text that is not UTF-8.
    case malformed
    case tooManyFields(limit: Int)
    /// `limit` is in bytes.
    case nameTooLong(limit: Int)
}

/// Ordered fields; a name may be repeated.
package struct FormData: Sendable {
    package struct Limits: Sendable {
        /// Our largest form, the event types of a webhook, has some 150 boxes.
        package var fields = 1000
        /// In bytes, before decoding; our longest name has 40.
        package var nameLength = 200

        package init(fields: Int = 1000, nameLength: Int = 200) {
            self.fields = fields
            self.nameLength = nameLength
        }
    }

    package private(set) var fields: [(name: String, value: String)]

    package init(_ fields: [(name: String, value: String)] = []) {
        self.fields = fields
    }

    /// Reads `application/x-www-form-urlencoded` text, of a body or a query string (WHATWG URL § 5.1, but strict about what it decodes).
    package init(urlEncoded bytes: some Collection<UInt8>, limits: Limits = Limits()) throws(FormError) {
        fields = []
        var start = bytes.startIndex
        while start < bytes.endIndex {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "&")) ?? bytes.endIndex
            let pair = bytes[start..<end]
            start = end < bytes.endIndex ? bytes.index(after: end) : end
            if pair.isEmpty { continue }
            guard fields.count < limits.fields else { throw .tooManyFields(limit: limits.fields) }
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            let rawName = pair[..<(equals ?? pair.endIndex)]
            guard rawName.count <= limits.nameLength else { throw .nameTooLong(limit: limits.nameLength) }
            let rawValue = equals.map { pair[pair.index(after: $0)...] } ?? pair[pair.endIndex...]
            guard let name = percentDecoded(rawName, plusIsSpace: true), let value = percentDecoded(rawValue, plusIsSpace: true) else {
                throw .malformed
            }
            fields.append((name, value))
        }
    }

    package var isEmpty: Bool { fields.isEmpty }

    /// The first value of that name; nil when the name was not sent.
    package subscript(name: String) -> String? {
        fields.first { $0.name.isIdentical(to: name) }?.value
    }

    /// Every value of that name, in the order sent.
    package func all(_ name: String) -> [String] {
        fields.lazy.filter { $0.name.isIdentical(to: name) }.map(\.value)
    }

    package mutating func append(_ name: String, _ value: String) {
        fields.append((name, value))
    }

    /// Puts one value in the place of every earlier one; nil removes the name.
    package mutating func set(_ name: String, _ value: String?) {
        let place = fields.firstIndex { $0.name.isIdentical(to: name) }
        fields.removeAll { $0.name.isIdentical(to: name) }
        if let value { fields.insert((name, value), at: min(place ?? fields.count, fields.count)) }
    }

    /// As a query string without its `?`; spaces are written `%20`, which every reader takes.
    package func encoded() -> String {
        fields.map { percentEncoded($0.name) + "=" + percentEncoded($0.value) }.joined(separator: "&")
    }
}

extension FormData: Equatable {
    package static func == (left: FormData, right: FormData) -> Bool {
        left.fields.elementsEqual(right.fields) { $0.name.isIdentical(to: $1.name) && $0.value.isIdentical(to: $1.value) }
    }
}
