// Which tag closes which, and what lies between a parent's tags: needed before white space can be judged line by line.

/// What the tags around a token make of it.
struct Nesting: Sendable {
    /// Directly between the tags of a parent, where only blocks count.
    var isInParent = false
    /// For a closing tag: the token that opened it.
    var opener: Int?

    /// One for each token. Every opening tag has its closing tag after this, in order.
    static func of(_ tokens: [Token], template: String) throws(TemplateError) -> [Nesting] {
        var nestings = Array(repeating: Nesting(), count: tokens.count)
        var opened: [(index: Int, tag: Tag)] = []
        for (index, token) in tokens.enumerated() {
            nestings[index].isInParent = opened.last?.tag.kind == .parent
            guard case .tag(let tag) = token else { continue }
            switch tag.kind {
            case .section, .inverted, .parent, .block:
                opened.append((index, tag))
            case .close:
                let position = Position(template: template, line: tag.line)
                guard let opening = opened.popLast() else {
                    throw position.error("{{/\(tag.name)}} closes nothing")
                }
                guard opening.tag.name == tag.name else {
                    let open = "\(opening.tag.spelling) of line \(opening.tag.line) is open"
                    throw position.error("{{/\(tag.name)}} where {{/\(opening.tag.name)}} should be: \(open)")
                }
                nestings[index].opener = opening.index
                nestings[index].isInParent = opened.last?.tag.kind == .parent
            case .variable, .unescaped, .comment, .delimiters, .partial:
                break
            }
        }
        if let opening = opened.last?.tag {
            throw TemplateError(template: template, line: opening.line, message: "\(opening.spelling) is not closed")
        }
        return nestings
    }
}

extension Tag {
    /// The tag as people write it, for errors.
    var spelling: String {
        switch kind {
        case .variable: "{{\(name)}}"
        case .unescaped: "{{{\(name)}}}"
        case .section: "{{#\(name)}}"
        case .inverted: "{{^\(name)}}"
        case .close: "{{/\(name)}}"
        case .comment: "{{!}}"
        case .delimiters: "{{=}}"
        case .partial: "{{>\(name)}}"
        case .parent: "{{<\(name)}}"
        case .block: "{{$\(name)}}"
        }
    }
}
