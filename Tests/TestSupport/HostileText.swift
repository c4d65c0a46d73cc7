// What strangers send to break out of wherever it is put: each sign that some reader takes for its own, with a scalar behind it that makes
// both one Character of Swift's. And the readers themselves, to ask them what they read.

import Foundation

package enum HostileText {
    /// A combining mark, a joiner, a variation selector.
    package static let marks: [Unicode.Scalar] = ["\u{301}", "\u{200D}", "\u{FE0F}"]

    /// Every ASCII sign that is neither letter nor digit, and the white space.
    package static let signs: [Unicode.Scalar] = ([0x09, 0x0A, 0x0D] + Array(0x20...0x7E)).compactMap { Unicode.Scalar($0 as UInt32) }
        .filter { !$0.properties.isAlphabetic && $0.properties.numericType == nil }

    /// Each sign with each mark behind it, in the middle of letters and alone.
    package static let joined: [String] = signs.flatMap { sign in marks.flatMap { ["\(sign)\($0)", "a\(sign)\($0)=b", "\($0)\(sign)"] } }

    /// Short texts of signs, marks and letters, the same in every run.
    package static func random(_ count: Int, without refused: Set<Unicode.Scalar> = []) -> [String] {
        let alphabet = (signs + signs + marks + marks + marks + ["a", "é", "=", "x", "1", "\u{5D0}", "\u{1F468}", "\u{2028}"]).filter {
            !refused.contains($0)
        }
        var state: UInt64 = 42
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        return (0..<count).map { _ in String(String.UnicodeScalarView((0...next(12)).map { _ in alphabet[next(alphabet.count)] })) }
    }
}

/// Runs a program on a script or text in a file, whose path is its last argument, and gives what it printed.
package func read(by program: String, _ arguments: [String], _ text: [UInt8]) throws -> [UInt8] {
    let file = FileManager.default.temporaryDirectory.appending(path: "read-\(UUID().uuidString)")
    let output = file.appendingPathExtension("out")
    defer {
        try? FileManager.default.removeItem(at: file)
        try? FileManager.default.removeItem(at: output)
    }
    try Data(text).write(to: file)
    try Data().write(to: output)
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments + [file.path]
    process.standardOutput = try FileHandle(forWritingTo: output)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.fileReadUnknown) }
    return Array(try Data(contentsOf: output))
}
