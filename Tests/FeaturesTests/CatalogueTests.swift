// The catalogues hold what is asked for, and nothing else: found by what the sources and templates say, so that no list of keys stands
// beside them. And no word reaches a page but through them: read from the templates, and from the pages themselves in a language of marks.

import Foundation
import HTTPTypes
import TestSupport
import Testing
import Web

@testable import Features

@Suite("Catalogues")
struct CatalogueTests {
    private static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func files(in folder: String, _ end: String) throws -> [(name: String, text: String)] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: package.appending(path: folder).path).filter { $0.hasSuffix(end) }
        return try paths.sorted().map { ($0, try String(contentsOf: package.appending(path: "\(folder)/\($0)"), encoding: .utf8)) }
    }

    private static func messages(_ language: Language) throws -> [String: String] {
        try files(in: "Locales/\(language.rawValue)", ".json").reduce(into: [:]) { all, file in
            let object = try JSONSerialization.jsonObject(with: Data(file.text.utf8)) as? [String: String]
            all.merge(object ?? [:]) { $1 }
        }
    }

    // MARK: Keys

    @Test("Every key that a template asks for is there, in both languages")
    func templates() throws {
        let keys = Set(try Self.files(in: "Templates", ".mustache").flatMap { SourceKeys.ofTemplate($0.text) })
        #expect(keys.count > 200)
        for language in Language.allCases {
            let messages = try Self.messages(language)
            for key in keys.sorted() { #expect(messages[key] != nil, "\(key), \(language.rawValue)") }
        }
    }

    @Test("Every key that the sources put together has messages under the part that is always the same")
    func composed() throws {
        let keys = Set(try Self.messages(.english).keys)
        let sources = SourceKeys(of: try Self.files(in: "Sources", ".swift").map(\.text))
        let asked = sources.patterns.filter { $0.isAsked }
        #expect(asked.count > 20)
        for pattern in asked { #expect(keys.contains { pattern.matches($0) }, "“\(pattern)” fits no message") }
    }

    @Test("No catalogue holds a key that nothing asks for")
    func unused() throws {
        let sources = SourceKeys(of: try Self.files(in: "Sources", ".swift").map(\.text))
        let templates = Set(try Self.files(in: "Templates", ".mustache").flatMap { SourceKeys.ofTemplate($0.text) })
        let forms = SourceKeys.ofForms(try DeclaredFormTests().forms)
        let features = Set(allFeatures.flatMap(\.raises).flatMap(\.neededWords))
        let unused = try Self.messages(.english).keys.filter { key in
            let counted = [".one", ".other"].first { key.hasSuffix($0) }.map { String(key.dropLast($0.count)) } ?? key
            return ![key, counted].contains { key in
                templates.contains(key) || forms.contains(key) || features.contains(key) || sources.asks(for: key, labels: forms)
            }
        }
        #expect(unused.sorted() == [])
        // And the test can fail.
        #expect(!sources.asks(for: "users.no_such_thing") && !sources.asks(for: "users.state.no_such_state"))
    }

    @Test("Both languages have the same keys, with the same placeholders, and in both a message for one and for several")
    func alike() throws {
        let (english, french) = (try Self.messages(.english), try Self.messages(.french))
        #expect(Set(english.keys).symmetricDifference(french.keys) == [])
        func placeholders(_ text: String) -> Set<String> { Set(text.matches(of: /\{([a-z_]+)\}/).map { String($0.1) }) }
        for (key, message) in english {
            #expect(placeholders(message) == placeholders(french[key] ?? ""), "\(key)")
            #expect(!message.isEmpty && french[key]?.isEmpty == false, "\(key)")
            for (one, other) in [(".one", ".other"), (".other", ".one")] where key.hasSuffix(one) {
                #expect(english[key.dropLast(one.count) + other] != nil, "\(key) alone")
            }
        }
    }

    // MARK: Visible text

    @Test("No template has words of its own: neither as text nor where an attribute is read out or shown")
    func templateText() throws {
        for (name, text) in try Self.files(in: "Templates", ".mustache") {
            // Without an element it is a part of somebody's tag.
            guard text.contains("<") else { continue }
            // Names, which no language translates.
            #expect(VisibleText(ofTemplate: text).words.subtracting(["Hookswitch", "SHA"]) == [], "\(name)")
        }
        #expect(VisibleText(ofTemplate: "<p>{{#t}}a.b{{/t}} Hello {{name}}</p>").words == ["Hello"])
        #expect(VisibleText(ofTemplate: "<input placeholder=\"Name\" class=\"input\">").words == ["Name"])
    }
}

/// What sources ask of the catalogues, from their literals.
struct SourceKeys {
    /// A literal with values in it: what is the same each time, in order.
    struct Pattern: CustomStringConvertible {
        let parts: [String]
        /// It is given to a translation itself.
        let isAsked: Bool

        var description: String { parts.joined(separator: "…") }

        /// What stands in a key in place of the values; nil when it is no such key.
        func values(in key: String) -> [String]? {
            guard let first = parts.first, let last = parts.last, key.hasPrefix(first) else { return nil }
            var rest = key.dropFirst(first.count)
            var values: [String] = []
            for part in parts.dropFirst().dropLast() {
                // Two values without a sign between them are one.
                guard !part.isEmpty else { continue }
                guard let range = rest.dropFirst().firstRange(of: part) else { return nil }
                values.append(String(rest[..<range.lowerBound]))
                rest = rest[range.upperBound...]
            }
            guard rest.count >= last.count, rest.hasSuffix(last) else { return nil }
            return values + [String(rest.dropLast(last.count))]
        }

        func matches(_ key: String) -> Bool { values(in: key) != nil }
    }

    private(set) var literals: Set<String> = []
    private(set) var patterns: [Pattern] = []
    /// What options are called under, by their values: `.cases("me.own_theme")`.
    private var cases: Set<String> = []
    /// All words of the sources, whole and between points: what a value can be, such as a case's name or an event's.
    private var words: Set<String> = []

    /// All of it, in lower case.
    private let code: String

    init(of sources: [String]) {
        code = sources.joined(separator: "\n").lowercased()
        var seen: Set<String> = []
        for text in sources {
            let code = text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }.joined(separator: "\n")
            for match in code.matches(of: /[A-Za-z0-9_:.-]+/) {
                words.insert(String(match.output))
                for part in match.output.split(separator: ".") { words.insert(String(part)) }
            }
            for match in code.matches(of: /\.cases\(\s*"([a-z_.]+)"/) { cases.insert(String(match.1)) }
            var scanner = LiteralScanner(code)
            for (parts, isAsked) in scanner.literals() {
                if parts.count == 1 {
                    literals.insert(parts[0])
                } else if parts.joined().allSatisfy({ $0.isLowercase || $0.isNumber || "._".contains($0) }), parts.joined().contains("."),
                    seen.insert("\(parts) \(isAsked)").inserted
                {
                    patterns.append(Pattern(parts: parts, isAsked: isAsked && parts[0].contains(".")))
                }
            }
        }
    }

    /// - Parameter labels: of declared forms, which no literal has whole.
    func asks(for key: String, labels: Set<String> = []) -> Bool {
        if literals.contains(key) { return true }
        // A complaint, a hint or a choice of a field, whose own name stands for itself.
        if let point = key.lastIndex(of: ".") {
            let (field, word) = (String(key[..<point]), String(key[key.index(after: point)...]))
            let isNamed = labels.contains(field) || literals.contains(field)
            if isNamed, literals.contains(word) || Self.ofEveryField.contains(word) { return true }
        }
        return patterns.contains { pattern in
            guard let values = pattern.values(in: key) else { return false }
            // With nothing before the first value that value is the beginning of a key, which stands somewhere else.
            if !pattern.parts[0].contains(".") { return pattern.parts.count == 2 && values.count == 1 && literals.contains(values[0]) }
            return values.allSatisfy(isKnown)
        } || cases.contains { key.hasPrefix($0 + ".") && words.contains(String(key.dropFirst($0.count + 1))) }
    }

    private static let ofEveryField: Set<String> = ["hint", "none", "text"]

    /// A case's name, a number, words of a list: what can stand in a value's place. An empty one too: `language.` is what none is called.
    private func isKnown(_ value: String) -> Bool {
        value.split(separator: ".").allSatisfy { part in
            words.contains(String(part)) || part.allSatisfy(\.isNumber) || code.contains(part.replacing("_", with: " "))
        }
    }

    static func ofTemplate(_ text: String) -> [String] { text.matches(of: /\{\{#t\}\}(.*?)\{\{\/t\}\}/).map { String($0.1) } }

    /// What a declared form can ask for, by its fields: labels, hints, complaints, the words of its groups and of its page.
    static func ofForms(_ forms: [FormDeclaration]) -> Set<String> {
        var keys: Set<String> = []
        for form in forms {
            var words = form.neededWords.flatMap { $0 }
            for posted in form.postedNames {
                switch posted {
                case .kept(_, let label, _): words.append(label)
                case .secret(let name), .keptBlank(let name): words.append("\(form.name).\(name)")
                }
            }
            // What a field complains of stands under its label.
            words += words.compactMap { word in word.lastIndex(of: ".").map { String(word[..<$0]) } }
            keys.formUnion(words)
            keys.formUnion(words.map { $0 + ".hint" })
            keys.formUnion(words.filter { $0.hasSuffix(".title") }.map { $0.dropLast(6) + ".text" })
            keys.formUnion(["title", "lead", "save", "saved"].map { "\(form.name).\($0)" })
        }
        return keys
    }
}

/// Finds string literals, also those within the values of others.
private struct LiteralScanner {
    private let bytes: [UInt8]
    private var found: [(parts: [String], isAsked: Bool)] = []
    private var index = 0

    init(_ code: String) { bytes = Array(code.utf8) }

    mutating func literals() -> [(parts: [String], isAsked: Bool)] {
        while index < bytes.count {
            if starts(with: "\"\"\"") {
                statement()
            } else if bytes[index] == UInt8(ascii: "\"") {
                literal()
            } else {
                index += 1
            }
        }
        return found
    }

    /// From `\(` to behind its end.
    private mutating func value() {
        index += 2
        var depth = 1
        while index < bytes.count, depth > 0 {
            switch bytes[index] {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth -= 1
            case UInt8(ascii: "\""):
                literal()
                continue
            default: break
            }
            index += 1
        }
    }

    /// Text of several lines: no key, but there may be some in its values.
    private mutating func statement() {
        index += 3
        while index < bytes.count, !starts(with: "\"\"\"") {
            if starts(with: "\\(") { value() } else { index += 1 }
        }
        index += 3
    }

    private func starts(with text: String) -> Bool { bytes[index...].starts(with: text.utf8) }

    private mutating func literal() {
        let before = String(decoding: bytes[max(0, index - 2)..<index], as: UTF8.self)
        let isAsked = before == "t(" || before == ".t("
        var parts: [[UInt8]] = [[]]
        index += 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\""), bytes[index] != UInt8(ascii: "\n") {
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count else {
                parts[parts.count - 1].append(bytes[index])
                index += 1
                continue
            }
            guard bytes[index + 1] == UInt8(ascii: "(") else {
                parts[parts.count - 1] += bytes[index...(index + 1)]
                index += 2
                continue
            }
            value()
            parts.append([])
        }
        index += 1
        found.append((parts.map { String(decoding: $0, as: UTF8.self) }, isAsked))
    }
}

/// What people see or hear of a piece of HTML: its text, and the attributes that are words.
struct VisibleText {
    private static let spoken = ["placeholder", "title", "alt", "aria-label", "content", "label", "data-label", "data-copied"]
    private(set) var texts: [String] = []

    /// Words of at least two letters, in any script.
    var words: Set<String> { Set(texts.flatMap { $0.matches(of: /\p{L}{2,}/).map { String($0.output) } }) }

    /// What a template says by itself: values and messages are blank.
    init(ofTemplate template: String) {
        let bare = template.replacing(/\{\{#(?:t|asset)\}\}.*?\{\{\/(?:t|asset)\}\}/, with: "").replacing(
            /\{\{!.*?\}\}/.dotMatchesNewlines(), with: ""
        )
        .replacing(/\{\{\{?.*?\}?\}\}/, with: "")
        self.init(bare)
    }

    init(_ html: String) {
        let html = html.replacing(/<!--.*?-->/.dotMatchesNewlines(), with: "").replacing(
            /<(script|style|svg|code|pre)\b.*?<\/\1>/.dotMatchesNewlines(), with: "")
        var rest = html[...]
        while let start = rest.firstIndex(of: "<") {
            texts.append(String(rest[..<start]))
            guard let end = rest[start...].firstIndex(of: ">") else { return }
            let tag = rest[start..<end]
            // Where no meta element but the one with words.
            for match in tag.matches(of: /\s([a-z-]+)="([^"]*)"/) where Self.spoken.contains(String(match.1)) && !tag.hasPrefix("<meta") {
                texts.append(String(match.2))
            }
            rest = rest[rest.index(after: end)...]
        }
        texts.append(String(rest))
    }
}
