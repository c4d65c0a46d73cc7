// All template sources, read once at the start: pages, partials and parents find each other here by name.

import Spelling
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

package final class TemplateLibrary: Sendable {
    /// Name to text; `retention/show` is `Templates/retention/show.mustache`.
    package let sources: [String: String]
    let functions: [String: TemplateFunction]
    /// What was parsed already: the frame and its parts are in every page, and parsing them takes longer than compiling.
    private let parsed = Mutex<[String: [TemplateNode]]>([:])

    /// - Parameter functions: a section with one of these names is replaced, when it is parsed, by the template source that the
    ///   function gives for the text between the tags. What it gives is trusted markup.
    package init(sources: [String: String], functions: [String: @Sendable (String) throws -> String] = [:]) {
        self.sources = sources
        self.functions = functions
    }

    /// Nil when there is no such template.
    func nodes(of name: String) throws(TemplateError) -> [TemplateNode]? {
        if let nodes = parsed.withLock({ $0[name] }) { return nodes }
        guard let source = sources[name] else { return nil }
        let nodes = try parse(Lexer(source: source, template: name, functions: functions))
        parsed.withLock { $0[name] = nodes }
        return nodes
    }

    /// Reads every `.mustache` file under the folder.
    /// - Throws: `TemplateError` for a file that cannot be read or is not UTF-8, and what the file system gives for the folder.
    package static func load(folder: String) throws -> TemplateLibrary {
        let suffix = ".mustache"
        var sources: [String: String] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder) where path.ends(with: suffix) {
            let name = String(decoding: path.utf8.dropLast(suffix.utf8.count), as: UTF8.self)
            guard let data = FileManager.default.contents(atPath: folder + "/" + path) else {
                throw TemplateError(template: name, line: 0, message: "the file cannot be read")
            }
            guard let text = String(validating: data, as: UTF8.self) else {
                throw TemplateError(template: name, line: 0, message: "the file is not UTF-8")
            }
            sources[name] = text
        }
        return TemplateLibrary(sources: sources)
    }
}
