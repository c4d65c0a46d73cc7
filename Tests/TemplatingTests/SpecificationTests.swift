// Runs the Mustache specification's own files, where they are found. Its data is untyped JSON, so the fields are made from
// the data's shape, and unknown names are empty as the specification has it.
import Foundation
import Testing

@testable import Templating

@Suite("The Mustache specification", .enabled(if: SpecificationCase.folder != nil, "mustache-spec is not here"))
struct SpecificationTests {
    @Test("Every case gives the bytes that the specification expects", arguments: SpecificationCase.all)
    func expected(_ test: SpecificationCase) throws {
        var sources = test.partials
        sources["(test)"] = test.template
        var compiler = Compiler(library: TemplateLibrary(sources: sources), isLenient: true)
        let program = try compiler.compile("(test)", contexts: [Schema(shape: [test.data])])
        let bytes = withUnsafePointer(to: test.data) { Renderer(program: program).render([UnsafeRawPointer($0)]) }
        #expect(String(decoding: bytes, as: UTF8.self) == test.expected)
    }

    @Test("Where the specification's files are found, none of the seven is skipped")
    func complete() {
        let files = Set(SpecificationCase.all.map { $0.testDescription.prefix { $0 != ":" } })
        #expect(files.count == 7)
        #expect(SpecificationCase.all.count >= 163)
    }
}

struct SpecificationCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let template: String
    let partials: [String: String]
    let data: ShapedValue
    let expected: String

    static let folder: URL? = {
        let beside = URL(filePath: #filePath).appending(path: "../../../../shared/mustache-spec").standardizedFileURL
        let named = ProcessInfo.processInfo.environment["HOOKSWITCH_MUSTACHE_SPEC"].map { URL(filePath: $0) }
        return [named, beside].compactMap(\.self).first { FileManager.default.fileExists(atPath: $0.path) }
    }()

    static let all: [SpecificationCase] = {
        guard let folder else { return [] }
        let files = ["comments", "delimiters", "interpolation", "inverted", "sections", "partials", "inheritance"]
        return files.flatMap { file -> [SpecificationCase] in
            do {
                let data = try Data(contentsOf: folder.appending(path: file + ".json"))
                return try JSONDecoder().decode(SpecificationFile.self, from: data).tests.map { test in
                    SpecificationCase(
                        testDescription: "\(file): \(test.name)", template: test.template, partials: test.partials ?? [:],
                        data: test.data, expected: test.expected)
                }
            } catch {
                // A case that cannot pass, so that a damaged file is seen.
                return [
                    SpecificationCase(
                        testDescription: "\(file): \(error)", template: "unreadable", partials: [:], data: .null, expected: "")
                ]
            }
        }
    }()
}

private struct SpecificationFile: Decodable {
    struct Test: Decodable {
        let name: String
        let template: String
        let partials: [String: String]?
        let data: ShapedValue
        let expected: String
    }
    let tests: [Test]
}
