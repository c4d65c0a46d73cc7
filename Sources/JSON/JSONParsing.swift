// A strict reader on bytes. What two readers understand differently (duplicate names, lone surrogates, text after the
// end) is refused here, so that nothing downstream sees another value than the one that was checked.

extension JSONValue {
    /// Reads one JSON text in UTF-8. Refused, beside what the grammar refuses: duplicate names, lone surrogates, bad UTF-8, a
    /// byte order mark, anything after the value, and arrays and objects nested deeper than `maximumDepth`.
    package init(parsing bytes: some Collection<UInt8>, maximumDepth: Int = 64) throws(JSONSyntaxError) {
        try self.init(parsing: Array(bytes), maximumDepth: maximumDepth)
    }

    /// The same, without a copy.
    package init(parsing bytes: [UInt8], maximumDepth: Int = 64) throws(JSONSyntaxError) {
        var parser = JSONParser(text: bytes, maximumDepth: maximumDepth)
        self = try parser.document()
    }
}

private struct JSONParser {
    let text: [UInt8]
    let maximumDepth: Int
    var position = 0
    var depth = 0

    init(text: [UInt8], maximumDepth: Int) {
        self.text = text
        self.maximumDepth = maximumDepth
    }

    /// 0 at the end: a NUL is nowhere allowed outside a string, and strings look at the end themselves.
    var byte: UInt8 { position < text.count ? text[position] : 0 }

    func error(_ message: String, at place: Int? = nil) -> JSONSyntaxError {
        let place = place ?? position
        return JSONSyntaxError(place >= text.count ? "the text ends too early: \(message)" : message, in: text, at: place)
    }

    mutating func skipSpace() {
        while position < text.count {
            let byte = text[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position &+= 1
        }
    }

    mutating func document() throws(JSONSyntaxError) -> JSONValue {
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { throw error("a byte order mark is not allowed") }
        skipSpace()
        let value = try value()
        skipSpace()
        if position < text.count { throw error("text after the end of the value") }
        return value
    }

    mutating func value() throws(JSONSyntaxError) -> JSONValue {
        switch byte {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw error("expected a value")
        }
    }

    mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        let end = position + word.utf8CodeUnitCount
        let matches = word.withUTF8Buffer { end <= text.count && text[position..<end].elementsEqual($0) }
        guard matches else { throw error("expected a value; words are true, false and null") }
        position = end
        return value
    }

    mutating func enter() throws(JSONSyntaxError) {
        depth += 1
        if depth > maximumDepth { throw error("nested deeper than \(maximumDepth) levels") }
        position += 1
        skipSpace()
    }

    mutating func array() throws(JSONSyntaxError) -> JSONValue {
        try enter()
        defer { depth -= 1 }
        var elements: [JSONValue] = []
        if byte == UInt8(ascii: "]") {
            position += 1
            return .array(elements)
        }
        while true {
            elements.append(try value())
            skipSpace()
            switch byte {
            case UInt8(ascii: ","):
                position += 1
                skipSpace()
            case UInt8(ascii: "]"):
                position += 1
                return .array(elements)
            default: throw error("expected a comma or “]”")
            }
        }
    }

    mutating func object() throws(JSONSyntaxError) -> JSONValue {
        try enter()
        defer { depth -= 1 }
        var members: [(name: String, value: JSONValue)] = []
        var names = DistinctNames()
        if byte == UInt8(ascii: "}") {
            position += 1
            return .object(JSONObject())
        }
        while true {
            let start = position
            guard byte == UInt8(ascii: "\"") else { throw error("expected a member's name in double quotes") }
            let name = try string()
            if !names.insert(name, after: members) { throw error("the name “\(name)” occurs twice in this object", at: start) }
            skipSpace()
            guard byte == UInt8(ascii: ":") else { throw error("expected a colon") }
            position += 1
            skipSpace()
            members.append((name, try value()))
            skipSpace()
            switch byte {
            case UInt8(ascii: ","):
                position += 1
                skipSpace()
            case UInt8(ascii: "}"):
                position += 1
                return .object(JSONObject(distinct: members))
            default: throw error("expected a comma or “}”")
            }
        }
    }

    mutating func skipDigits(_ expected: StaticString) throws(JSONSyntaxError) {
        let start = position
        while byte &- 48 < 10 { position &+= 1 }
        if position == start { throw error("expected \(expected)") }
    }

    mutating func number() throws(JSONSyntaxError) -> String {
        let start = position
        if byte == UInt8(ascii: "-") { position += 1 }
        if byte == UInt8(ascii: "0") {
            position += 1
            if byte &- 48 < 10 { throw error("a number does not begin with 0") }
        } else {
            try skipDigits("a digit")
        }
        if byte == UInt8(ascii: ".") {
            position += 1
            try skipDigits("a digit after the point")
        }
        if byte | 0x20 == UInt8(ascii: "e") {
            position += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
            try skipDigits("a digit of the exponent")
        }
        return String(decoding: text[start..<position], as: UTF8.self)
    }

    /// The opening quote is here.
    mutating func string() throws(JSONSyntaxError) -> String {
        position += 1
        let start = position
        var isASCII = true
        while position < text.count {
            let byte = text[position]
            if byte == UInt8(ascii: "\"") {
                let string = try decoded(text[start..<position], isASCII: isASCII)
                position += 1
                return string
            }
            if byte == UInt8(ascii: "\\") { return try stringWithEscapes(from: start) }
            if byte < 0x20 { throw error("a control character in a string must be written as an escape") }
            if byte >= 0x80 { isASCII = false }
            position &+= 1
        }
        throw error("expected the closing quote of a string")
    }

    func decoded(_ bytes: ArraySlice<UInt8>, isASCII: Bool) throws(JSONSyntaxError) -> String {
        if isASCII { return String(decoding: bytes, as: UTF8.self) }
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw error("bad UTF-8 in a string", at: firstBadByte(of: bytes))
        }
        return string
    }

    /// The place of the first sequence that is no character; only for the message.
    func firstBadByte(of bytes: ArraySlice<UInt8>) -> Int {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var place = bytes.startIndex
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { place += UTF8.width(scalar) }
        return place
    }

    /// From the first backslash on; what came before is at `start`.
    mutating func stringWithEscapes(from start: Int) throws(JSONSyntaxError) -> String {
        var bytes = Array(text[start..<position])
        var runStart = position
        while position < text.count {
            let byte = text[position]
            if byte == UInt8(ascii: "\"") {
                bytes += text[runStart..<position]
                position += 1
                guard let string = String(validating: bytes, as: UTF8.self) else {
                    throw error("bad UTF-8 in a string", at: firstBadByte(of: text[start..<(position - 1)]))
                }
                return string
            }
            if byte < 0x20 { throw error("a control character in a string must be written as an escape") }
            if byte == UInt8(ascii: "\\") {
                bytes += text[runStart..<position]
                try escape(into: &bytes)
                runStart = position
            } else {
                position &+= 1
            }
        }
        throw error("expected the closing quote of a string")
    }

    /// The backslash is here.
    mutating func escape(into bytes: inout [UInt8]) throws(JSONSyntaxError) {
        let start = position
        position += 1
        let letter = byte
        let plain: UInt8
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = letter
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "u"):
            position += 1
            bytes.append(contentsOf: String(try scalarOfEscape(at: start)).utf8)
            return
        default: throw error("an escape that JSON does not have", at: position < text.count ? start : position)
        }
        position += 1
        bytes.append(plain)
    }

    /// After `\u`: four hexadecimal digits and, for a character outside the first plane, its second half.
    mutating func scalarOfEscape(at start: Int) throws(JSONSyntaxError) -> Unicode.Scalar {
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        if first < 0xDC00, byte == UInt8(ascii: "\\"), position + 1 < text.count, text[position + 1] == UInt8(ascii: "u") {
            position += 2
            let second = try codeUnit()
            if (0xDC00...0xDFFF).contains(second), let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) {
                return scalar
            }
        }
        throw error("half of a surrogate pair", at: start)
    }

    mutating func codeUnit() throws(JSONSyntaxError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw error("expected four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
