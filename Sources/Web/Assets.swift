// Addresses of css, scripts and images carry a fingerprint of the content, so that they can be cached for a year.

import Crypto
import Foundation
import Spelling

package struct Assets: Sendable {
    private let urls: [String: String]

    /// Reads every file below `folder` (Public), which nginx serves.
    package init(folder: String) throws {
        var urls: [String: String] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(path)") else { continue }
            let digest = Hexadecimal.text(of: Array(SHA256.hash(data: data).prefix(6)))
            urls[path] = "/assets/\(digest)/\(path)"
        }
        self.urls = urls
    }

    package func url(of name: String) throws -> String {
        guard let url = urls[name] else { throw LocaleError("there is no file Public/\(name)") }
        return url
    }
}
