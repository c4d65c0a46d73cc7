// Turns the trees of a template, its partials and its parents into one program, with every name resolved to an accessor.

/// The contexts that a name is looked up in, outermost first, each with the slot that holds it when the program runs.
struct Scope {
    var contexts: [(schema: Schema, slot: Int)]
    /// The first slot not in use.
    var nextSlot: Int { (contexts.last?.slot ?? -1) + 1 }

    func entering(_ schema: Schema, slot: Int) -> Scope {
        Scope(contexts: contexts + [(schema, slot)])
    }
}

/// The contents that a child gives for a block, with the overrides that were in force where they were written: a block inside
/// them belongs to that template, not to the one that they land in.
private final class Override {
    let block: TemplateBlock
    let overrides: [String: Override]
    var isUsed = false

    init(block: TemplateBlock, overrides: [String: Override]) {
        self.block = block
        self.overrides = overrides
    }
}

/// How the lines of the nodes being compiled are indented: so much white space is taken away, then the prefix is put before.
private struct Indentation {
    var prefix: [UInt8] = []
    var removed = 0

    func applied(to space: [UInt8]) -> [UInt8] { prefix + space.dropFirst(removed) }
}

struct Compiler {
    private let library: TemplateLibrary
    /// As the specification's tests expect of untyped data: unknown names and templates are empty. Never so in the product.
    private let isLenient: Bool
    private var builder = ProgramBuilder(contextCount: 0)
    /// How often each template is being compiled at this point of the tree.
    private var active: [String: Int] = [:]
    /// A template may be met again inside itself (data as deep as its types, a parent inside a block), but not without end.
    private static let deepestNesting = 8

    init(library: TemplateLibrary, isLenient: Bool = false) {
        self.library = library
        self.isLenient = isLenient
    }

    mutating func compile(_ name: String, contexts: [Schema]) throws(TemplateError) -> Program {
        builder = ProgramBuilder(contextCount: contexts.count)
        let start = Position(template: name, line: 0)
        for context in contexts { try check(context, start) }
        let scope = Scope(contexts: contexts.enumerated().map { ($0.element, $0.offset) })
        try compileTemplate(name, scope, [:], Indentation(), start)
        return builder.finish()
    }

    private mutating func compileTemplate(
        _ name: String, _ scope: Scope, _ overrides: [String: Override], _ indentation: Indentation, _ position: Position
    ) throws(TemplateError) {
        guard let nodes = try nodes(of: name, position) else { return }
        guard active[name, default: 0] < Self.deepestNesting else {
            throw position.error("“\(name)” includes itself without end")
        }
        active[name, default: 0] += 1
        try compile(nodes, scope, overrides, indentation)
        active[name, default: 0] -= 1
    }

    private func nodes(of name: String, _ position: Position) throws(TemplateError) -> [TemplateNode]? {
        if let nodes = try library.nodes(of: name) { return nodes }
        if isLenient { return nil }
        throw position.error("there is no template “\(name)”" + suggestion(for: name, among: library.sources.keys))
    }

    private mutating func compile(
        _ nodes: [TemplateNode], _ scope: Scope, _ overrides: [String: Override], _ indentation: Indentation
    ) throws(TemplateError) {
        for node in nodes {
            switch node {
            case .text(let text):
                builder.append(text)
            case .lineStart(let space):
                builder.append(indentation.applied(to: space))
            case .variable(let path, let isUnescaped, let position):
                try compileVariable(path, isUnescaped, scope, position)
            case .section(let path, let isInverted, let contents, let position):
                try compileSection(path, isInverted, contents, scope, overrides, indentation, position)
            case .partial(let name, let space, let position):
                try compileTemplate(name, scope, overrides, indented(space, indentation), position)
            case .parent(let name, let space, let blocks, let position):
                try compileParent(name, blocks, scope, overrides, indented(space, indentation), position)
            case .block(let block):
                try compileBlock(block, scope, overrides, indentation)
            }
        }
    }

    /// The indentation of a template that is included here; none where the tag is in the middle of a line.
    private func indented(_ space: [UInt8]?, _ indentation: Indentation) -> Indentation {
        Indentation(prefix: space.map(indentation.applied) ?? [])
    }

    private mutating func compileVariable(
        _ path: FieldPath, _ isUnescaped: Bool, _ scope: Scope, _ position: Position
    ) throws(TemplateError) {
        guard let found = try resolve(path, scope, position) else { return }
        let accessor = try found.writer(path, isUnescaped: isUnescaped, position)
        builder.write(accessor, slot: found.slot)
    }

    private mutating func compileSection(
        _ path: FieldPath, _ isInverted: Bool, _ contents: [TemplateNode], _ scope: Scope, _ overrides: [String: Override],
        _ indentation: Indentation, _ position: Position
    ) throws(TemplateError) {
        let found = try resolve(path, scope, position)
        guard let found, let entry = try found.entry(path, position) else {
            if isInverted { try compile(contents, scope, overrides, indentation) }
            return
        }
        let opened: Int
        var inner = scope
        switch entry {
        case _ where isInverted:
            opened = builder.open(.ifFalse, found.accessor, slot: found.slot)
        case .condition:
            opened = builder.open(.ifTrue, found.accessor, slot: found.slot)
        case .context(let schema):
            try check(schema, position)
            opened = builder.open(.each, found.accessor, slot: found.slot, partSlot: scope.nextSlot)
            inner = scope.entering(schema, slot: scope.nextSlot)
        }
        try compile(contents, inner, overrides, indentation)
        builder.close(opened)
    }

    private mutating func compileParent(
        _ name: String, _ blocks: [TemplateBlock], _ scope: Scope, _ overrides: [String: Override], _ indentation: Indentation,
        _ position: Position
    ) throws(TemplateError) {
        let own = blocks.map { Override(block: $0, overrides: overrides) }
        var combined = overrides
        // A child's override wins over that of the template it inherits from.
        for override in own where combined[override.block.name] == nil { combined[override.block.name] = override }
        try compileTemplate(name, scope, combined, indentation, position)
        guard !isLenient else { return }
        for override in own where combined[override.block.name] === override && !override.isUsed {
            throw override.block.position.error(
                "“\(name)” has no block “\(override.block.name)”" + suggestion(for: override.block.name, among: blockNames(in: name)))
        }
    }

    private mutating func compileBlock(
        _ block: TemplateBlock, _ scope: Scope, _ overrides: [String: Override], _ indentation: Indentation
    ) throws(TemplateError) {
        guard let override = overrides[block.name] else {
            if let space = block.indentation, !block.beginsNewLine { builder.append(indentation.applied(to: space)) }
            try compile(block.contents, scope, overrides, indentation)
            return
        }
        override.isUsed = true
        let contents = override.block.contents
        var inner = Indentation(removed: contents.intrinsicIndentation?.count ?? 0)
        if let space = block.indentation {
            // The lines that the block has by itself show how it wants to be indented; failing those, its tag.
            let shown = block.beginsNewLine ? block.contents.intrinsicIndentation ?? space : space
            inner.prefix = indentation.applied(to: shown)
            if !override.block.beginsNewLine, !contents.isEmpty { builder.append(inner.prefix) }
        }
        try compile(contents, scope, override.overrides, inner)
    }

    private func blockNames(in template: String) -> Set<String> {
        var names: Set<String> = []
        func collect(_ nodes: [TemplateNode]) {
            for node in nodes {
                switch node {
                case .block(let block):
                    names.insert(block.name)
                    collect(block.contents)
                case .section(_, _, let contents, _): collect(contents)
                case .parent(let parent, _, _, _): if parent != template { names.formUnion(blockNames(in: parent)) }
                default: break
                }
            }
        }
        collect((try? library.nodes(of: template)) ?? [])
        return names
    }

    private func check(_ schema: Schema, _ position: Position) throws(TemplateError) {
        if let name = schema.repeatedNames.first {
            throw position.error("\(schema.typeName) declares “\(name)” twice")
        }
    }

    /// Looks the name up, innermost context first; nil for an unknown name where that is allowed.
    private func resolve(_ path: FieldPath, _ scope: Scope, _ position: Position) throws(TemplateError) -> ResolvedField? {
        do {
            return try ResolvedField(path, scope, position)
        } catch let error {
            if isLenient { return nil }
            throw error
        }
    }
}
