// The countries' calling codes, by which a national trunk's region is chosen. Codes of no country, such as those of satellites, are
// left out.

internal import CPhoneNumber

package enum CallingCodes {
    /// Code without the plus, and the countries that share it, ISO 3166-1 alpha-2, the largest first.
    package static let countries: [(code: String, countries: [String])] = {
        var codes = [Int32](repeating: 0, count: 1000)
        let count = min(codes.count, phone_calling_codes(&codes, codes.count))
        return codes.prefix(count).map { (code: String($0), countries: regions($0)) }
    }()

    private static let stored = Set(countries.map { "+\($0.code)" })

    /// As a setting stores it: `+33`.
    package static func isRegion(_ text: String) -> Bool { stored.contains(text) }

    private static func regions(_ code: Int32) -> [String] {
        var letters = [CChar](repeating: 0, count: 512)
        guard phone_regions(code, &letters, letters.count) else { return [] }
        let text = letters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return stride(from: 0, to: text.count - 1, by: 2).map { String(decoding: text[$0..<$0 + 2], as: UTF8.self) }
    }
}
