// Templates, Locales and Public stand beside the sources: the executable of a build finds them above itself, that of an
// installation is told where they are.

import Foundation

enum ResourceFolder {
    /// The nearest folder above the executable that has them, else the current one.
    static let found: String = {
        let current = FileManager.default.currentDirectoryPath
        guard let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else { return current }
        var folder = URL(filePath: executable).deletingLastPathComponent()
        while folder.path.utf8.count > 1 {
            if holdsResources(folder.path) { return folder.path }
            folder.deleteLastPathComponent()
        }
        return current
    }()

    static func holdsResources(_ folder: String) -> Bool {
        ["Templates", "Locales", "Public"].allSatisfy { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }
    }
}
