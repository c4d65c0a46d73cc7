// Cuts a template into tags and text. Compile-time functions are run here, since their tags hold words and not a template.

/// A tag of a template.
struct Tag: Sendable {
    enum Kind: Sendable {
        case variable, unescaped, section, inverted, close, comment, delimiters, partial, parent, block
    }

    let kind: Kind
    let name: String
    let line: Int
    /// Where the tag begins in the source.
    let start: Int
}

enum Token: Sendable {
    /// Text of one line, with the newline at its end where it has one.
    case text([UInt8])
    case tag(Tag)
    /// What a compile-time function gave, parsed.
    case nodes([TemplateNode])
}

/// Gives template source for the text between the tags of a section with the function's name.
package typealias TemplateFunction = @Sendable (String) throws -> String

struct Lexer {
    let template: String
    let functions: [String: TemplateFunction]
    /// The line that every tag is said to be on, where the source is what a function gave.
    let fixedLine: Int?
    let functionDepth: Int
    private let source: [UInt8]
    private var index = 0
    private var line = 1
    private var open = Array("{{".utf8)
    private var close = Array("}}".utf8)

    init(source: String, template: String, functions: [String: TemplateFunction], fixedLine: Int? = nil, functionDepth: Int = 0) {
        self.source = Array(source.utf8)
        self.template = template
        self.functions = functions
        self.fixedLine = fixedLine
        self.functionDepth = functionDepth
    }

    mutating func tokens() throws(TemplateError) -> [Token] {
        var tokens: [Token] = []
        while true {
            let textStart = index
            guard let tag = try nextTag() else {
                appendLines(of: source[textStart...], to: &tokens)
                return tokens
            }
            appendLines(of: source[textStart..<tag.start], to: &tokens)
            if let function = functions[tag.name], tag.kind == .section {
                tokens.append(.nodes(try call(function, tag)))
            } else if functions[tag.name] != nil, tag.kind == .inverted {
                throw error(tag.line, "{{^\(tag.name)}}: “\(tag.name)” is a function, which cannot be inverted")
            } else {
                tokens.append(.tag(tag))
            }
        }
    }

    private func error(_ line: Int, _ message: String) -> TemplateError {
        TemplateError(template: template, line: fixedLine ?? line, message: message)
    }

    private func appendLines(of text: ArraySlice<UInt8>, to tokens: inout [Token]) {
        var rest = text
        while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
            tokens.append(.text(Array(rest[...newline])))
            rest = rest[(newline + 1)...]
        }
        if !rest.isEmpty { tokens.append(.text(Array(rest))) }
    }

    /// Runs a compile-time function on the text up to the closing tag, and parses what it gives in place.
    private mutating func call(_ function: TemplateFunction, _ opening: Tag) throws(TemplateError) -> [TemplateNode] {
        let start = index
        var depth = 1
        while let tag = try nextTag() {
            guard tag.name == opening.name else { continue }
            if tag.kind == .section { depth += 1 }
            if tag.kind == .close { depth -= 1 }
            guard depth == 0 else { continue }
            // A function may give tags of functions; one that gives its own for ever must not hang the start.
            guard functionDepth < 8 else {
                throw error(opening.line, "{{#\(opening.name)}} calls itself without end")
            }
            let argument = String(decoding: source[start..<tag.start], as: UTF8.self)
            let result: String
            do {
                result = try function(argument)
            } catch let failure {
                throw error(opening.line, "{{#\(opening.name)}}\(argument){{/\(opening.name)}}: \(failure)")
            }
            let lexer = Lexer(
                source: result, template: template, functions: functions, fixedLine: fixedLine ?? opening.line,
                functionDepth: functionDepth + 1)
            return try parse(lexer)
        }
        throw error(opening.line, "{{#\(opening.name)}} is not closed")
    }

    /// The next tag, with `index` set after it; nil at the end of the source.
    private mutating func nextTag() throws(TemplateError) -> Tag? {
        guard let start = find(open, from: index) else {
            index = source.count
            return nil
        }
        line += newlines(in: index..<start)
        let tagLine = fixedLine ?? line
        var position = start + open.count
        var kind = Tag.Kind.variable
        var ending = close
        if byte(at: position) == UInt8(ascii: "{") {
            kind = .unescaped
            ending = [UInt8(ascii: "}")] + close
            position += 1
        } else {
            while let next = byte(at: position), next.isBlank { position += 1 }
            if let sigil = byte(at: position), let named = Self.kinds[sigil] {
                kind = named
                position += 1
                if kind == .delimiters { ending = [UInt8(ascii: "=")] + close }
            }
        }
        guard let end = find(ending, from: position) else {
            throw error(tagLine, "a tag is opened and not closed")
        }
        let content = source[position..<end]
        line += newlines(in: start..<end)
        index = end + ending.count
        if kind == .comment { return Tag(kind: kind, name: "", line: tagLine, start: start) }
        if kind == .delimiters {
            try setDelimiters(content, line: tagLine)
            return Tag(kind: kind, name: "", line: tagLine, start: start)
        }
        let words = content.split { $0.isBlank }
        guard let name = words.first, words.count == 1 else {
            let text = String(decoding: content, as: UTF8.self)
            throw error(tagLine, words.isEmpty ? "a tag has no name" : "“\(text)” is not a name: a name has no spaces")
        }
        return Tag(kind: kind, name: String(decoding: name, as: UTF8.self), line: tagLine, start: start)
    }

    private static let kinds: [UInt8: Tag.Kind] = [
        UInt8(ascii: "#"): .section, UInt8(ascii: "^"): .inverted, UInt8(ascii: "/"): .close, UInt8(ascii: "!"): .comment,
        UInt8(ascii: "="): .delimiters, UInt8(ascii: ">"): .partial, UInt8(ascii: "<"): .parent, UInt8(ascii: "$"): .block,
        UInt8(ascii: "&"): .unescaped,
    ]

    private mutating func setDelimiters(_ content: ArraySlice<UInt8>, line: Int) throws(TemplateError) {
        let words = content.split { $0.isBlank }
        guard words.count == 2, !words.contains(where: { $0.contains(UInt8(ascii: "=")) }) else {
            throw error(line, "delimiters are set as {{=<% %>=}}")
        }
        open = Array(words[0])
        close = Array(words[1])
    }

    private func byte(at position: Int) -> UInt8? {
        position < source.count ? source[position] : nil
    }

    private func newlines(in range: Range<Int>) -> Int {
        source[range].reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
    }

    private func find(_ pattern: [UInt8], from start: Int) -> Int? {
        var position = start
        while position + pattern.count <= source.count {
            if source[position..<(position + pattern.count)].elementsEqual(pattern) { return position }
            position += 1
        }
        return nil
    }
}

extension UInt8 {
    /// Space, tab, carriage return or newline.
    var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0D || self == 0x0A }
}
