// E.164 numbers for people: `+33 1 42 68 53 00`, as their country groups them.

internal import CPhoneNumber
import Synchronization

package enum PhoneNumbers {
    /// A list shows one number in many rows and again on the next page, and finding a country's grouping takes longer than a whole row.
    private static let shown = Mutex<[String: String]>([:])
    private static let maximumShown = 4096

    /// Whether a text has the form of E.164; whether its country has such numbers is another matter.
    package static func isE164(_ text: String) -> Bool {
        let bytes = text.utf8
        return (8...16).contains(bytes.count) && bytes.first == UInt8(ascii: "+") && bytes.dropFirst().first != UInt8(ascii: "0")
            && bytes.dropFirst().allSatisfy { (48...57).contains($0) }
    }

    /// What is no number, or none that could be written without changing it, comes back as it is.
    package static func grouped(_ e164: String) -> String {
        guard isE164(e164) else { return e164 }
        if let known = shown.withLock({ $0[e164] }) { return known }
        var isWritten = false
        let written = withCText { isWritten = phone_format(e164, $0) }
        let text = isWritten ? written : e164
        shown.withLock { shown in
            if shown.count >= maximumShown { shown.removeAll(keepingCapacity: true) }
            shown[e164] = text
        }
        return text
    }
}
