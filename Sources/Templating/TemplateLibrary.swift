import Spelling

// All template sources, read once at the start: pages, partials and parents find each other here by name.
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

package struct TemplateLibrary: Sendable {
    /// Name to text; `retention/show` is `Templates/retention/show.mustache`.
    package let sources: [String: String]

    package init(sources: [String: String]) {
        self.sources = sources
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
