// The few header lines of a multipart part, of which two count.

import Spelling

struct PartHeader {
    let name: String
    /// nil for a plain field; empty where no file was chosen.
    let fileName: String?
    let contentType: String

    init(_ bytes: ArraySlice<UInt8>, nameLength: Int) throws(MultipartError) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed }
        var values: [String: String] = [:]
        for line in text.words(between: "\r\n") {
            guard let (name, value) = line.cut(at: ":") else { throw .malformed }
            let lowered = String(name).asciiLowercased
            if values[lowered] == nil { values[lowered] = String(value.withoutBlanks) }
        }
        guard let disposition = values["content-disposition"].flatMap(MediaType.init(parsing:)), disposition.essence == "form-data",
            let name = disposition[parameter: "name"], !name.isEmpty
        else { throw .malformed }
        // `filename*` is left out on purpose: RFC 7578 § 4.2 forbids it.
        let fileName = disposition[parameter: "filename"].map(Self.lastComponent)
        guard name.utf8.count <= nameLength, (fileName ?? "").utf8.count <= nameLength else { throw .nameTooLong(limit: nameLength) }
        guard !name.utf8.contains(0), !(fileName ?? "").utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { throw .malformed }
        self.name = Self.unescaped(name)
        self.fileName = fileName
        contentType = values["content-type"] ?? "application/octet-stream"
    }

    private static func lastComponent(_ fileName: String) -> String {
        let unescaped = unescaped(fileName)
        let start = unescaped.utf8.lastIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
        return start.map { String(unescaped[unescaped.utf8.index(after: $0)...]) } ?? unescaped
    }

    /// Browsers write a quote in a name as `%22`, and encode nothing else but line ends (HTML § 4.10.21.8).
    private static func unescaped(_ name: String) -> String {
        guard name.utf8.contains(UInt8(ascii: "%")) else { return name }
        return name.parts(between: "%22").joined(separator: "\"")
    }
}
