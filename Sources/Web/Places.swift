// Countries and time zones to choose from, with their names: ISO 3166-1 alpha-2 and the IANA database.

import Foundation
import Spelling
import Synchronization
import Time

package enum Countries {
    /// Alpha-2 codes of countries, without the groupings and private codes that ICU also knows.
    package static let codes: Set<String> = Set(
        Locale.Region.isoRegions.map(\.identifier).filter { code in
            code.utf8.count == 2 && code.utf8.allSatisfy { (0x41...0x5A).contains($0) }
                && !["EU", "EZ", "UN", "XA", "XB", "XK", "ZZ", "QO", "AC", "CP", "DG", "EA", "IC", "TA", "CQ"].contains(code)
        })

    package static func name(_ code: String, _ t: Translation) -> String {
        codes.contains(code) ? list(t.language).names[code] ?? code : code
    }

    /// By name, in the order of the language.
    package static func options(_ t: Translation) -> [(value: String, label: String)] { list(t.language).options }

    private struct List: Sendable {
        let names: [String: String]
        let options: [(value: String, label: String)]
    }

    private static let lists = Mutex<[Language: List]>([:])

    private static func list(_ language: Language) -> List {
        lists.withLock { lists in
            if let list = lists[language] { return list }
            let locale = Locale(identifier: language.rawValue)
            let names = codes.reduce(into: [:]) { $0[$1] = locale.localizedString(forRegionCode: $1) ?? $1 }
            let options = names.map { (value: $0.key, label: $0.value) }.sorted {
                $0.label.compare($1.label, options: [.diacriticInsensitive, .caseInsensitive]) == .orderedAscending
            }
            let list = List(names: names, options: options)
            lists[language] = list
            return list
        }
    }
}

package enum TimeZones {
    package static let options: [(value: String, label: String)] = Zone.knownIdentifiers.map { ($0, $0.replacing("_", by: " ")) }
}
