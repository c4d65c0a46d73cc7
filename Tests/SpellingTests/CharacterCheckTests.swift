// `bin/characters` is what keeps text from strangers from being read by Characters: so it has to fail on each way to do so, and on
// nothing that reads bytes.

import Foundation
import Testing

@Suite("bin/characters")
struct CharacterCheckTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Compiles each function in a file of its own, and gives the names that the check complains of.
    private static func complaints(_ bodies: [String: String]) throws -> (names: Set<String>, failed: Bool) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "characters-\(UUID().uuidString)")
        let objects = folder.appending(path: "Sample.build")
        try FileManager.default.createDirectory(at: objects, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var sources: [String] = []
        for (name, body) in bodies {
            let source = objects.appending(path: "\(name).swift")
            try Data("import Foundation\nfunc \(name)(_ text: String, _ part: Substring, _ list: [String]) -> Any { \(body) }\n".utf8)
                .write(
                    to: source)
            sources.append(source.path)
        }
        try run("/usr/bin/env", ["swiftc", "-Onone", "-module-name", "Sample", "-parse-as-library", "-c"] + sources, in: objects)
        for name in bodies.keys {
            try FileManager.default.moveItem(at: objects.appending(path: "\(name).o"), to: objects.appending(path: "\(name).swift.o"))
        }
        let output = folder.appending(path: "output")
        try Data().write(to: output)
        let status = try run(root.appending(path: "bin/characters").path, [folder.path], in: folder, output: output)
        let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        return (Set(bodies.keys.filter { text.contains("Sample/\($0).swift reads") }), status != 0)
    }

    @discardableResult
    private static func run(_ program: String, _ arguments: [String], in folder: URL, output: URL? = nil) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        if let output { process.standardError = try FileHandle(forWritingTo: output) }
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test("Each way to read a String by Characters is found, and reading bytes, scalars and lists is not")
    func check() throws {
        let bad = [
            "counts": "text.count", "splits": "text.split(separator: \",\")", "partSplits": "part.split { $0 == \" \" }",
            "contains": "text.contains(\"/\" as Character)", "begins": "text.hasPrefix(\"a\")", "partBegins": "part.hasPrefix(\"a\")",
            "ends": "part.hasSuffix(\"a\")", "finds": "text.firstIndex(of: \":\") as Any", "cuts": "String(text.prefix(100))",
            "drops": "part.dropFirst(2)", "replaces": "text.replacing(\"'\", with: \"\")", "filters": "text.filter { $0.isNumber }",
            "loops": "var n = 0; for sign in text where sign == \"a\" { n += 1 }; return n", "firsts": "text.first == \"a\"",
            "trims": "text.trimmingCharacters(in: .whitespaces)", "parts": "text.components(separatedBy: \",\")",
            "substitutes": "text.replacingOccurrences(of: \"a\", with: \"b\")", "reverses": "String(text.reversed())",
        ]
        let good = [
            "bytes": "text.utf8.count", "byteSplits": "text.utf8.split(separator: 44).map { String($0) as Any }",
            "scalars": "text.unicodeScalars.filter { $0.properties.isWhitespace }.count", "lists": "list.count + list.prefix(3).count",
            "listContains": "list.contains(\"a\") && list.firstIndex(of: \"b\") != nil", "joins": "list.joined(separator: \",\")",
            "compares": "text == \"a\" || text.isEmpty", "lowers": "text.lowercased() + text.uppercased()",
            "inserts": "\"\\(text) \\(part)\"",
            "numbers": "Int(text) as Any", "places": "part.utf8.isEmpty", "sets": "Set(list).contains(text)",
        ]
        let all = try Self.complaints(bad.merging(good) { $1 })
        #expect(all.failed)
        #expect(all.names == Set(bad.keys), "missed \(Set(bad.keys).subtracting(all.names)), wrongly \(all.names.subtracting(bad.keys))")
        #expect(try !Self.complaints(good).failed)
    }
}
