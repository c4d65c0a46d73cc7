// The tree of one template as it was written, before partials, parents and names are looked up.

import Spelling

indirect enum TemplateNode: Sendable {
    /// Bytes as they are: never the white space that begins a line which something else follows.
    case text([UInt8])
    /// The white space that begins a line. Kept apart, because a partial or a block is indented as the place that it lands in.
    case lineStart([UInt8])
    case variable(FieldPath, isUnescaped: Bool, Position)
    case section(FieldPath, isInverted: Bool, [TemplateNode], Position)
    /// The indentation is nil where the tag is not alone on its line.
    case partial(String, indentation: [UInt8]?, Position)
    case parent(String, indentation: [UInt8]?, overrides: [TemplateBlock], Position)
    case block(TemplateBlock)
}

/// `{{$name}}…{{/name}}`: a place in a template that has contents until a child overrides it, or such an override.
struct TemplateBlock: Sendable {
    let name: String
    /// The white space before the opening tag where nothing else is before it on its line.
    let indentation: [UInt8]?
    /// Whether the contents begin on the line after the opening tag.
    let beginsNewLine: Bool
    let contents: [TemplateNode]
    let position: Position
}

/// `name`, `section.name`, or `.`.
struct FieldPath: Sendable, Equatable {
    let components: [String]

    init?(_ text: String) {
        components = text == "." ? [text] : text.parts(between: ".").map(String.init)
        if components.contains("") { return nil }
    }

    var text: String { components.joined(separator: ".") }
}

extension [TemplateNode] {
    /// The shortest white space that begins a line in these nodes; nil where no line begins in them.
    var intrinsicIndentation: [UInt8]? {
        var shortest: [UInt8]?
        for node in self {
            for candidate in node.indentations where candidate.count < shortest?.count ?? .max {
                shortest = candidate
            }
        }
        return shortest
    }
}

extension TemplateNode {
    fileprivate var indentations: [[UInt8]] {
        switch self {
        case .text, .variable: []
        case .lineStart(let space): [space]
        case .section(_, _, let contents, _): contents.intrinsicIndentation.map { [$0] } ?? []
        case .partial(_, let space, _), .parent(_, let space, _, _): space.map { [$0] } ?? []
        case .block(let block): [block.indentation, block.contents.intrinsicIndentation].compactMap(\.self)
        }
    }
}
