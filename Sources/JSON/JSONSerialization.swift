// Writes JSON in the one form that JavaScript's JSON.stringify writes, so that a receiver that parses a body and
// serialises it again gets the signed bytes back.

extension JSONValue {
    /// Compact UTF-8: members in their order, slashes and characters beyond ASCII as they are.
    package func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1024)
        write(to: &bytes)
        return bytes
    }

    /// Two spaces a level; for people.
    package func prettyPrinted() -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1024)
        write(to: &bytes, indentation: 0)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes.appendJSONString(member.name)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        default: writeScalar(to: &bytes)
        }
    }

    private func write(to bytes: inout [UInt8], indentation: Int) {
        func newLine(_ levels: Int) {
            bytes.append(0x0A)
            bytes.append(contentsOf: repeatElement(0x20, count: levels * 2))
        }
        switch self {
        case .array(let elements) where !elements.isEmpty:
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                newLine(indentation + 1)
                element.write(to: &bytes, indentation: indentation + 1)
            }
            newLine(indentation)
            bytes.append(UInt8(ascii: "]"))
        case .object(let object) where !object.isEmpty:
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                newLine(indentation + 1)
                bytes.appendJSONString(member.name)
                bytes.append(contentsOf: ": ".utf8)
                member.value.write(to: &bytes, indentation: indentation + 1)
            }
            newLine(indentation)
            bytes.append(UInt8(ascii: "}"))
        default: write(to: &bytes)
        }
    }

    private func writeScalar(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let bool): bytes.append(contentsOf: (bool ? "true" : "false").utf8)
        case .number(let token): bytes.append(contentsOf: token.utf8)
        case .string(let string): bytes.appendJSONString(string)
        case .array, .object: break
        }
    }
}

extension [UInt8] {
    /// In quotes; escaped is what must be: quotation mark, backslash, and the control characters below 0x20.
    fileprivate mutating func appendJSONString(_ string: String) {
        append(UInt8(ascii: "\""))
        let wasContiguous: Void? = string.utf8.withContiguousStorageIfAvailable { text in
            var runStart = 0
            for position in 0..<text.count {
                let byte = text[position]
                if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { continue }
                append(contentsOf: text[runStart..<position])
                appendJSONEscape(of: byte)
                runStart = position + 1
            }
            append(contentsOf: text[runStart...])
        }
        if wasContiguous == nil {
            for byte in string.utf8 {
                if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { append(byte) } else { appendJSONEscape(of: byte) }
            }
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func appendJSONEscape(of byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        default:
            let digits = Array("0123456789abcdef".utf8)
            append(contentsOf: "u00".utf8)
            append(digits[Int(byte >> 4)])
            append(digits[Int(byte & 15)])
        }
    }
}
