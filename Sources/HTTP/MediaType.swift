// Content-Type and Content-Disposition share one grammar (a word, then parameters, some of them quoted);
// reading it by hand in each place is how a boundary or a file name gets misread.

import Spelling

/// A media type, or another header value of the same form: `multipart/form-data; boundary="x"`.
package struct MediaType: Sendable, Equatable {
    /// Lower case, without parameters: `text/html`.
    package let essence: String
    private let parameters: [String: String]

    /// A parameter by its lower-case name; of a name given twice, the first.
    package subscript(parameter parameter: String) -> String? { parameters[parameter] }

    /// - Returns: nil when there is no word at the start, or a quoted text is left open.
    package init?(parsing text: String) {
        var rest = text.utf8[...]
        let essence = Self.takeWord(&rest, until: ";")
        guard !essence.isEmpty else { return nil }
        var parameters: [String: String] = [:]
        while rest.first == UInt8(ascii: ";") {
            rest = rest.dropFirst()
            let name = Self.takeWord(&rest, until: ";=").asciiLowercased
            guard rest.first == UInt8(ascii: "=") else {
                if name.isEmpty || rest.first == UInt8(ascii: ";") || rest.isEmpty { continue }
                return nil
            }
            rest = rest.dropFirst()
            while rest.first == 0x20 || rest.first == 0x09 { rest = rest.dropFirst() }
            let value: String
            if rest.first == UInt8(ascii: "\"") {
                guard let quoted = Self.takeQuoted(&rest) else { return nil }
                value = quoted
                _ = Self.takeWord(&rest, until: ";")
            } else {
                value = Self.takeWord(&rest, until: ";")
            }
            if !name.isEmpty, parameters[name] == nil { parameters[name] = value }
        }
        self.essence = essence.asciiLowercased
        self.parameters = parameters
    }

    private static func takeWord(_ rest: inout Substring.UTF8View, until stops: String) -> String {
        let end = rest.firstIndex { stops.utf8.contains($0) } ?? rest.endIndex
        var word = rest[..<end]
        rest = rest[end...]
        while let first = word.first, first == 0x20 || first == 0x09 { word = word.dropFirst() }
        while let last = word.last, last == 0x20 || last == 0x09 { word = word.dropLast() }
        return String(decoding: word, as: UTF8.self)
    }

    /// Only `\"` is an escape here, not every backslash: old browsers send `C:\logo.png` as it is.
    private static func takeQuoted(_ rest: inout Substring.UTF8View) -> String? {
        var value: [UInt8] = []
        rest = rest.dropFirst()
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return String(decoding: value, as: UTF8.self) }
            if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "\"") {
                rest = rest.dropFirst()
                value.append(UInt8(ascii: "\""))
            } else {
                value.append(byte)
            }
        }
        return nil
    }
}
