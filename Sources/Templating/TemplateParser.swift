// Builds the tree of a template from its settled pieces.

/// The tree of the lexer's source.
func parse(_ lexer: Lexer) throws(TemplateError) -> [TemplateNode] {
    var lexer = lexer
    let tokens = try lexer.tokens()
    let nestings = try Nesting.of(tokens, template: lexer.template)
    let pieces = LineLayout.pieces(of: tokens, nestings, beginsLine: lexer.functionDepth == 0)
    var parser = TemplateParser(template: lexer.template, pieces: pieces)
    return try parser.nodes()
}

private struct TemplateParser {
    let template: String
    let pieces: [Piece]
    private var index = 0

    init(template: String, pieces: [Piece]) {
        self.template = template
        self.pieces = pieces
    }

    /// The nodes up to the closing tag that ends this level, or the end. `Nesting` has checked that the tags match.
    mutating func nodes() throws(TemplateError) -> [TemplateNode] {
        var nodes: [TemplateNode] = []
        while index < pieces.count {
            let piece = pieces[index]
            index += 1
            switch piece {
            case .text(let text): nodes.append(.text(text))
            case .lineStart(let space): nodes.append(.lineStart(space))
            case .nodes(let given): nodes += given
            case .tag(let tag, let indentation, let beginsNewLine):
                if tag.kind == .close { return nodes }
                if let node = try node(tag, indentation: indentation, beginsNewLine: beginsNewLine) { nodes.append(node) }
            }
        }
        return nodes
    }

    private mutating func node(_ tag: Tag, indentation: [UInt8]?, beginsNewLine: Bool) throws(TemplateError) -> TemplateNode? {
        let position = Position(template: template, line: tag.line)
        switch tag.kind {
        case .comment, .delimiters, .close:
            return nil
        case .variable, .unescaped:
            return .variable(try path(tag), isUnescaped: tag.kind == .unescaped, position)
        case .section, .inverted:
            return .section(try path(tag), isInverted: tag.kind == .inverted, try nodes(), position)
        case .partial:
            return .partial(tag.name, indentation: indentation, position)
        case .block:
            return .block(try block(tag, indentation: indentation, beginsNewLine: beginsNewLine))
        case .parent:
            return .parent(tag.name, indentation: indentation, overrides: try overrides(tag), position)
        }
    }

    private func path(_ tag: Tag) throws(TemplateError) -> FieldPath {
        guard let path = FieldPath(tag.name) else {
            throw TemplateError(template: template, line: tag.line, message: "“\(tag.name)” is not a name")
        }
        return path
    }

    private mutating func block(_ tag: Tag, indentation: [UInt8]?, beginsNewLine: Bool) throws(TemplateError) -> TemplateBlock {
        TemplateBlock(
            name: tag.name, indentation: indentation, beginsNewLine: beginsNewLine, contents: try nodes(),
            position: Position(template: template, line: tag.line))
    }

    /// The blocks between a parent's tags. Text there is dropped, as the specification has it; other tags are a mistake.
    private mutating func overrides(_ parent: Tag) throws(TemplateError) -> [TemplateBlock] {
        var blocks: [TemplateBlock] = []
        while index < pieces.count {
            let piece = pieces[index]
            index += 1
            guard case .tag(let tag, let indentation, let beginsNewLine) = piece else { continue }
            switch tag.kind {
            case .close: return blocks
            case .comment, .delimiters: continue
            case .block:
                if let earlier = blocks.first(where: { $0.name == tag.name }) {
                    throw TemplateError(
                        template: template, line: tag.line,
                        message: "{{$\(tag.name)}} was given already, on line \(earlier.position.line)")
                }
                blocks.append(try block(tag, indentation: indentation, beginsNewLine: beginsNewLine))
            case .variable, .unescaped, .section, .inverted, .partial, .parent:
                throw TemplateError(
                    template: template, line: tag.line,
                    message: "\(tag.spelling) is lost: between {{<\(parent.name)}} and its end only blocks are shown")
            }
        }
        return blocks
    }
}
