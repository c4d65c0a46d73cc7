// What stands in files beside the program: words, pages, and what browsers fetch. Read and compiled once, however often it is used: a form's
// page is many forms', and compiling is most of a start.

import Synchronization
import Templating

package final class Resources: Sendable {
    package let locales: Locales
    package let assets: Assets
    private let folder: String
    private let words: [Language: [String: String]]
    private let sources: [String: String]
    private let libraries: [Language: TemplateLibrary]
    private let pages = Compiled()
    private let parts = Compiled()

    /// Reads `Locales`, `Public` and `Templates` of the folder. Throws what is wrong with them, in words.
    ///
    /// - Parameters:
    ///   - words: beside those of the folder, by key, held to the same rules.
    ///   - templates: likewise, by name.
    package init(folder: String, adding words: [Language: [String: String]] = [:], templates: [String: String] = [:]) throws {
        (self.folder, self.words) = (folder, words)
        let locales = try Locales.load(folder: "\(folder)/Locales", adding: words)
        let assets = try Assets(folder: "\(folder)/Public")
        sources = try TemplateLibrary.load(folder: "\(folder)/Templates").sources.merging(templates) { $1 }
        libraries = Language.allCases.reduce(into: [:]) { [sources] libraries, language in
            let t = locales[language]
            // What templates may call: words, and the addresses of files.
            libraries[language] = TemplateLibrary(
                sources: sources, functions: ["t": { try t.templateSource($0) }, "asset": { try assets.url(of: $0) }])
        }
        (self.locales, self.assets) = (locales, assets)
    }

    /// With more of both.
    package func adding(words more: [Language: [String: String]], templates: [String: String]) throws -> Resources {
        let words = words.merging(more) { $0.merging($1) { $1 } }
        return try Resources(folder: folder, adding: words, templates: sources.merging(templates) { $1 })
    }

    func page<Page: TemplateData>(_ name: String) throws -> PageTemplate<Page> {
        try pages.find(name) { PageTemplate(try libraries.mapValues { try FramedTemplate(name, in: $0) }) }
    }

    func part<View: TemplateData>(_ name: String) throws -> [Language: CompiledTemplate<View>] {
        try parts.find(name) { try libraries.mapValues { try CompiledTemplate(name, in: $0) } }
    }
}

/// What was compiled, by the template's name and the type of what it shows.
private final class Compiled: Sendable {
    private struct Key: Hashable {
        let name: String
        let type: ObjectIdentifier
    }

    private let found = Mutex<[Key: any Sendable]>([:])

    /// Whoever wants the same meanwhile waits for it: compiling it twice would take longer.
    func find<Template: Sendable>(_ name: String, otherwise make: () throws -> Template) throws -> Template {
        let key = Key(name: name, type: ObjectIdentifier(Template.self))
        return try found.withLock { found in
            if let template = found[key] as? Template { return template }
            let template = try make()
            found[key] = template
            return template
        }
    }
}
