// People write numbers as their country dials them. What can only mean one number is taken; for the rest we ask, because a wrong
// guess would show a stranger's number on every call.

internal import CPhoneNumber
internal import Spelling

/// A number as typed, and what it means.
package enum PhoneSpelling: Equatable, Sendable {
    case empty
    /// E.164, `+33142685300`.
    case number(String)
    /// Something else than digits and the usual separators.
    case malformed
    /// Could be the number of several countries: to be written with + and the code.
    case ambiguous
    /// Starts with a code that no country has.
    case unknownCode
    /// Too many or too few digits for its country.
    case wrongLength
    /// `3900`, `112`: works within one country only, and is nobody's number. Its digits.
    case shortCode(String)

    /// More than the longest number with the prefixes that are dialled before it. Longer ones are no numbers and never reach libphonenumber.
    private static let maximumDigits = 30

    /// - Parameter country: of the account, ISO 3166-1 alpha-2; decides how a number without its country's code is read.
    package init(_ text: String, country: String) {
        let typed = Array(TypedText.compact(text).unicodeScalars)
        let dialled = typed.filter { !Self.separators.contains($0) }
        let digits = dialled.drop { $0 == "+" }
        guard !typed.isEmpty else {
            self = .empty
            return
        }
        guard (1...Self.maximumDigits).contains(digits.count), dialled.count - digits.count <= 1,
            digits.allSatisfy({ ("0"..."9").contains($0) })
        else {
            self = .malformed
            return
        }
        let reading = Self.reading(dialled, country)
        // +33 (0)1 …: the zero that is dialled at home only. Where zeros are part of numbers, nobody can tell.
        if reading.isInternational, let zero = Self.bracketedZero(in: typed) {
            let without = typed[..<zero] + typed[(zero + 1)...]
            self =
                Self.reading(without.filter { !Self.separators.contains($0) }, country).spelling == reading.spelling
                ? reading.spelling : .ambiguous
        } else {
            self = reading.spelling
        }
    }

    /// Hyphens and dashes of every length among them.
    private static let separators: Set<Unicode.Scalar> = [
        ".", "-", "/", "(", ")", "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}", "\u{2212}",
    ]

    /// - Returns: the place of the zero in `(0)`.
    private static func bracketedZero(in typed: [Unicode.Scalar]) -> Int? {
        typed.indices.dropFirst().first { $0 + 1 < typed.count && typed[$0 - 1] == "(" && typed[$0] == "0" && typed[$0 + 1] == ")" }
    }

    private static func reading(_ dialled: [Unicode.Scalar], _ country: String) -> (spelling: PhoneSpelling, isInternational: Bool) {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: dialled)
        var isInternational = false
        var outcome = PhoneOutcome.ambiguous
        let number = withCText { outcome = phone_read(String(text), TypedText.prefix(country, maximumBytes: 2), $0, &isInternational) }
        let spelling: PhoneSpelling =
            switch outcome {
            case .number: PhoneNumbers.isE164(number) ? .number(number) : .wrongLength
            case .ambiguous: .ambiguous
            case .unknownCode: .unknownCode
            case .wrongLength: .wrongLength
            case .shortCode: .shortCode(String(text.drop { $0 == "+" }))
            }
        return (spelling, isInternational)
    }
}

/// What C wrote.
func withCText(_ write: (UnsafeMutablePointer<CChar>) -> Void) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PhoneNumberCapacity)) { room in
        room.initialize(repeating: 0)
        guard let start = room.baseAddress else { return "" }
        write(start)
        return String(cString: start)
    }
}
