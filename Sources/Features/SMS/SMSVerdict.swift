// Whether a provider has taken an SMS. Many answer 200 to whatever they are asked, and say in the answer that they have not; a page in HTML is
// the answer of something else at that address.

import HTTPClient
import JSON
import Spelling

enum SMSVerdict: Sendable, Equatable {
    case accepted
    /// What the request itself came to, such as a refused login or no answer.
    case fault
    case webPage
    /// The answer says so, in these words.
    case error(String)

    static let maximumSaid = 300

    /// - Parameter mask: of what its words must not say. What they mean is read before: a password may be a word that matters.
    init(_ result: TransferResult, _ mask: SecretMask = .none) {
        guard result.fault == .none else {
            self = .fault
            return
        }
        if Self.isWebPage(result.body) {
            self = .webPage
        } else if let said = Self.error(in: result.body) {
            self = .error(TypedText.name(String(mask.text(said).prefix(maximumScalars: Self.maximumSaid))))
        } else {
            self = .accepted
        }
    }

    // By what it is: many providers call plain text HTML.
    private static func isWebPage(_ body: [UInt8]) -> Bool {
        let start = body.drop { $0 <= 0x20 || [0xEF, 0xBB, 0xBF].contains($0) }.prefix(14)
        let text = String(decoding: start, as: UTF8.self).asciiLowercased
        return text.begins(with: "<!doctype html") || text.begins(with: "<html")
    }

    // MARK: Errors inside

    private static func error(in body: [UInt8]) -> String? {
        // Without what stands before it, as a mark of UTF-8; of what is not UTF-8, as old gateways write, what can be read.
        let text = TypedText.line(String(decoding: body, as: UTF8.self))
        if let json = try? JSONValue(parsing: Array(text.utf8)), json.object != nil || json.array != nil {
            return error(in: json, depth: 0)
        }
        if text.begins(with: "<"), let said = error(among: elements(of: text)) { return said }
        return error(inText: text)
    }

    /// Of XML, what holds no others: `<error_code>101</error_code>` is judged as a member of JSON.
    private static func elements(of text: String) -> [(name: String, value: JSONValue)] {
        let parts = text.parts(between: "<")
        return zip(parts, parts.dropFirst()).compactMap { part, next -> (name: String, value: JSONValue)? in
            guard let (tag, value) = part.cut(at: ">"), let name = tag.words().first, next.begins(with: "/\(name)") else { return nil }
            return (name: plain(String(name.cut(at: ":")?.after ?? name)), value: .string(TypedText.line(String(value))))
        }
    }

    /// `ERR: 114, Cannot route message`, `23|invalid credentials`, `-1`: nobody answers so whose SMS is on its way.
    private static func error(inText text: String) -> String? {
        let line = text.words(between: "\n").first.map { TypedText.line(String($0)) } ?? ""
        let lowered = line.asciiLowercased
        let uncoded = withoutCode(lowered)
        let isError =
            errorBeginnings.contains { uncoded.begins(with: $0) }
            || lowered == "ko"
            || lowered.begins(with: "ko ") || lowered.begins(with: "ko:")
            || lowered.rest(after: "-").map { rest in rest.utf8.first.map { (0x30...0x39).contains($0) } == true } == true
        return isError ? line : nil
    }

    private static let errorBeginnings = [
        "err", "fail", "nok", "invalid", "unauthori", "not authori", "authentication", "authorization", "denied", "reject", "<error",
    ]

    private static func withoutCode(_ line: String) -> Substring {
        guard let sign = line.utf8.firstIndex(where: { !(0x30...0x39).contains($0) }), sign > line.startIndex,
            ":;|,".utf8.contains(line.utf8[sign])
        else { return line[line.startIndex..<line.endIndex] }
        return line[line.utf8.index(after: sign)...].withoutBlanks
    }

    private static let errorNames: Set<String> = [
        "error", "errors", "errormessage", "errortext", "errorcode", "errordescription", "err", "fault", "faultstring",
        "exception",
    ]
    /// Naught in these says that words beside them tell of none.
    private static let errorCodeNames: Set<String> = ["error", "errorcode", "err"]
    private static let goodNames: Set<String> = ["success", "ok", "accepted"]
    private static let stateNames: Set<String> = ["status", "state", "result", "type", "groupname"]
    /// Which may hold what would be the status of HTTP.
    private static let codeNames: Set<String> = ["status", "statuscode", "code"]
    private static let badStates: Set<String> = [
        "error", "err", "failed", "failure", "fail", "rejected", "refused", "nok", "ko", "invalid", "denied", "undeliverable",
        "unauthorized",
    ]
    private static let reasonNames: Set<String> = ["message", "reason", "detail", "details", "description", "text", "title"]
    private static let maximumDepth = 5

    private static func error(in json: JSONValue, depth: Int) -> String? {
        guard depth < maximumDepth else { return nil }
        if let elements = json.array { return elements.lazy.compactMap { error(in: $0, depth: depth + 1) }.first }
        guard let members = json.object?.members.map({ (name: plain($0.name), value: $0.value) }) else { return nil }
        return error(among: members) ?? members.lazy.compactMap { error(in: $0.value, depth: depth + 1) }.first
    }

    private static func error(among members: [(name: String, value: JSONValue)]) -> String? {
        func reason() -> String? { members.first { reasonNames.contains($0.name) && $0.value.string?.isEmpty == false }?.value.string }
        // Words before numbers.
        let isNone = members.contains { errorCodeNames.contains($0.name) && number($0.value) == 0 }
        let telling = isNone ? [] : members.filter { errorNames.contains($0.name) }
        let errors = telling.compactMap { member in said(member.value).map { (member, $0) } }
        if let (member, words) = errors.first(where: { $0.0.value.string != nil || $0.0.value.object != nil }) ?? errors.first {
            return member.value.bool == true || Int(words) != nil ? reason() ?? "\(member.name): \(words)" : words
        }
        for member in members {
            let (value, number) = (member.value.string?.asciiLowercased ?? "", Self.number(member.value))
            let isFalse = member.value.bool == false || value == "false"
            let isNotGood = goodNames.contains(member.name) && (isFalse || value == "no" || number == 0)
            let isNegative = number.map { $0 < 0 } ?? false
            let isBadState = stateNames.contains(member.name) && (isFalse || isNegative || badStates.contains(value))
            let isBadCode = codeNames.contains(member.name) && number.map { (400..<600).contains($0) } ?? false
            guard isNotGood || isBadState || isBadCode else { continue }
            let words = number.flatMap { $0 == 0 ? nil : String($0) } ?? (value.isEmpty ? "false" : value)
            return reason() ?? "\(member.name): \(words)"
        }
        return nil
    }

    /// Also of one that is written as a text.
    private static func number(_ value: JSONValue) -> Int64? { value.integer ?? value.string.flatMap { Int64($0) } }

    /// `error-text`, `errorText` and `error_text` are one.
    private static func plain(_ name: String) -> String {
        String(decoding: name.asciiLowercased.utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }, as: UTF8.self)
    }

    /// What an error says; nil when it says that there is none.
    private static func said(_ value: JSONValue) -> String? {
        switch value {
        case .null, .bool(false): return nil
        case .bool(true): return "true"
        case .number(let number): return Double(number) == 0 ? nil : number
        case .string(let text):
            let isNone = ["", "false", "no", "none", "null", "ok", "success"].contains(text.asciiLowercased) || Int64(text) == 0
            return isNone ? nil : text
        case .array(let elements): return elements.lazy.compactMap(said).first
        case .object(let object):
            let members = object.members.map { (name: plain($0.name), value: $0.value) }
            if members.isEmpty || members.contains(where: { $0.name == "code" && said($0.value) == nil }) { return nil }
            return members.first { reasonNames.contains($0.name) && $0.value.string != nil }.map { said($0.value) }
                ?? String(decoding: value.serialized(), as: UTF8.self)
        }
    }
}
