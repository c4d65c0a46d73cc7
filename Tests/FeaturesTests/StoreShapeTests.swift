// What holds for every store of the product, read from the sources: whoever calls one has opened the transaction, so that a page shows
// one moment, and a change and its audit row are written together or not at all.

import Foundation
import Testing

@Suite("Stores")
struct StoreShapeTests {
    /// Every file that declares or extends a store.
    private var stores: [(name: String, text: String)] {
        get throws {
            let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            let files = FileManager.default.enumerator(at: package.appending(path: "Sources"), includingPropertiesForKeys: nil)
            return try (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }.compactMap { file in
                let text = try String(contentsOf: file, encoding: .utf8)
                return text.contains(/(?:struct|enum|class|extension) \w*Store\b/) || Self.further.contains(file.lastPathComponent)
                    ? (file.lastPathComponent, text) : nil
            }
        }
    }

    /// Stores by another name.
    private static let further: Set<String> = ["AccountDirectory.swift", "SignInChoices.swift", "SignInOpenings.swift"]

    @Test("No store opens a read or a write of its own: its caller has")
    func callersOpen() throws {
        let stores = try stores
        #expect(stores.count > 15 && stores.contains { $0.name == "AccountStore.swift" })
        for store in stores {
            let calls = store.text.matches(of: /(?i)database\??\s*\.\s*(?:read|write)\b/)
            #expect(calls.isEmpty, "\(store.name) opens \(calls.count) transactions; take `on connection: any Connection` instead")
        }
    }

    @Test("Every function of a store that runs SQL takes the connection, last")
    func connectionIsLast() throws {
        for store in try stores {
            for function in store.text.matches(of: /func (\w+)(?:<[^>]*>)?\(([^{]*?)\)\s*(?:throws|->|\{)/) {
                let parameters = String(function.output.2)
                guard parameters.contains("any Connection") else { continue }
                #expect(
                    parameters.trimmingCharacters(in: .whitespacesAndNewlines).hasSuffix("connection: any Connection"),
                    "\(store.name): \(function.output.1)")
            }
        }
    }
}
