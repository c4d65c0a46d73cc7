// Mustache's rules on white space: a tag alone on its line takes the line with it, and partials and blocks are indented
// as the place where they stand. All of it is settled here, line by line, so that the rest never looks at white space.

/// A token whose white space is settled.
enum Piece: Sendable {
    case text([UInt8])
    case lineStart([UInt8])
    case nodes([TemplateNode])
    /// The indentation is nil where something else comes before the tag on its line.
    case tag(Tag, indentation: [UInt8]?, beginsNewLine: Bool)
}

struct LineLayout {
    private let tokens: [Token]
    private let nestings: [Nesting]
    private var pieces: [Piece] = []

    /// - Parameter beginsLine: false for what a function gave, whose first line goes on from the text before.
    static func pieces(of tokens: [Token], _ nestings: [Nesting], beginsLine: Bool) -> [Piece] {
        var layout = LineLayout(tokens: tokens, nestings: nestings)
        var start = 0
        for index in tokens.indices {
            guard tokens[index].endsLine || index == tokens.count - 1 else { continue }
            layout.append(line: start..<(index + 1), beginsLine: beginsLine || start > 0)
            start = index + 1
        }
        return layout.pieces
    }

    private init(tokens: [Token], nestings: [Nesting]) {
        self.tokens = tokens
        self.nestings = nestings
    }

    private mutating func append(line: Range<Int>, beginsLine: Bool) {
        var indentation: [UInt8] = []
        if case .text(let text)? = tokens[line].first {
            indentation = Array(text.prefix { $0 == 0x20 || $0 == 0x09 })
        }
        if beginsLine, takesWholeLine(line) {
            var before: [UInt8]? = indentation
            for case .tag(let tag) in tokens[line] {
                pieces.append(.tag(tag, indentation: before, beginsNewLine: true))
                before = nil
            }
            return
        }
        var isFirst = beginsLine && !isBlankText(line)
        for index in line {
            switch tokens[index] {
            case .text(let text):
                if nestings[index].isInParent { continue }
                if isFirst, text.count > indentation.count || index != line.lowerBound {
                    pieces.append(.lineStart(indentation))
                    isFirst = false
                }
                if beginsLine, index == line.lowerBound, !isBlankText(line) {
                    let rest = text.dropFirst(indentation.count)
                    if !rest.isEmpty { pieces.append(.text(Array(rest))) }
                } else {
                    pieces.append(.text(text))
                }
            case .tag(let tag):
                if tag.kind == .block, isFirst, !nestings[index].isInParent {
                    pieces.append(.tag(tag, indentation: indentation, beginsNewLine: false))
                } else {
                    if isFirst { pieces.append(.lineStart(indentation)) }
                    pieces.append(.tag(tag, indentation: nil, beginsNewLine: false))
                }
                isFirst = false
            case .nodes(let nodes):
                if isFirst { pieces.append(.lineStart(indentation)) }
                isFirst = false
                pieces.append(.nodes(nodes))
            }
        }
    }

    private func isBlankText(_ line: Range<Int>) -> Bool {
        tokens[line].allSatisfy { token in
            if case .text(let text) = token { text.allSatisfy(\.isBlank) } else { false }
        }
    }

    /// Whether the line holds nothing but one tag that writes nothing by itself, or a run of the tags of inheritance.
    private func takesWholeLine(_ line: Range<Int>) -> Bool {
        var tags: [Tag] = []
        var isInheritance = true
        for index in line {
            switch tokens[index] {
            case .text(let text):
                if !nestings[index].isInParent, !text.allSatisfy(\.isBlank) { return false }
            case .nodes:
                return false
            case .tag(let tag):
                tags.append(tag)
                isInheritance = isInheritance && isOfInheritance(index, in: line)
            }
        }
        switch tags.first?.kind {
        case nil, .variable, .unescaped: return false
        default: return tags.count == 1 || isInheritance
        }
    }

    /// A parent's or a block's tag, but not those of a block that begins and ends on this line outside of a parent's tags:
    /// what such a block writes is a part of the line.
    private func isOfInheritance(_ index: Int, in line: Range<Int>) -> Bool {
        guard case .tag(let tag) = tokens[index] else { return false }
        switch tag.kind {
        case .parent, .block:
            return true
        case .close:
            guard let opener = nestings[index].opener, case .tag(let opening) = tokens[opener] else { return false }
            switch opening.kind {
            case .parent: return true
            case .block: return nestings[index].isInParent || !line.contains(opener)
            default: return false
            }
        default:
            return false
        }
    }
}

extension Token {
    fileprivate var endsLine: Bool {
        if case .text(let text) = self { text.last == UInt8(ascii: "\n") } else { false }
    }
}
