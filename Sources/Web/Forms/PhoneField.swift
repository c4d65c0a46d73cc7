// A telephone number, read as the account's country dials and kept as E.164; nil, where that may be: none.

package import HTTP
import JSON
import Telephony

package struct Phone<Root, Context>: NamedField {
    package var words: FieldWords
    private let slot: Slot<Root, String>
    private let country: Country

    /// The country as whose people dial: of the value, where the same form asks for it, or of the context.
    package typealias Country = @Sendable (Root, Context) -> String

    package init(_ name: String, _ path: any WritableKeyPath<Root, String> & Sendable, country: @escaping Country) {
        words = FieldWords(name)
        slot = Slot(path)
        self.country = country
    }

    package init(_ name: String, _ path: any WritableKeyPath<Root, String?> & Sendable, country: @escaping Country) {
        words = FieldWords(name)
        slot = Slot(optional: path)
        self.country = country
    }

    package func write(_ root: Root, into typed: inout FormData) {
        typed.append(words.name, slot[root].map { PhoneNumbers.grouped($0) } ?? "")
    }

    package func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Reading) {
        switch PhoneSpelling(typed[words.name] ?? "", country: country(root, context)) {
        case .empty where !slot.isOptional: words.complain("needed", reading)
        case .empty: slot.set(nil, in: &root)
        case .number(let number): slot.set(number, in: &root)
        case .malformed: words.complain("phone_malformed", reading)
        case .ambiguous: words.complain("phone_ambiguous", reading)
        case .unknownCode: words.complain("phone_unknown_code", reading)
        case .wrongLength: words.complain("phone_wrong_length", reading)
        case .shortCode(let digits): words.complain("phone_short_code", reading, ["number": digits])
        }
    }

    package func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing) {
        var control = words.control(.line, showing)
        control.value = typed[words.name] ?? ""
        control.type = "tel"
        control.width = .medium
        control.isRequired = !slot.isOptional
        showing.controls.append(control)
    }

    package func text(_ root: Root, _ context: Context, _ t: Translation) -> String { slot[root].map { PhoneNumbers.grouped($0) } ?? "" }
    package func json(_ root: Root) -> [JSONMember] { [(words.name, slot[root].map { .string($0) } ?? .null)] }

    package var paths: [AnyKeyPath] { [slot.anyPath] }

    package var neededWords: [[String]] {
        words.needed("phone_malformed", "phone_ambiguous", "phone_unknown_code", "phone_wrong_length", "phone_short_code")
            + (slot.isOptional ? [] : words.needed("needed"))
    }
}
