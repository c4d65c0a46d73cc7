// stub until the target lands
import HTTP
import JSON
import Web

struct Phone<Root, Context>: NamedField {
    var words: FieldWords
    let slot: Slot<Root, String>
    let country: any KeyPath<Root, String> & Sendable
    init(_ name: String, _ path: any WritableKeyPath<Root, String?> & Sendable, country: any KeyPath<Root, String> & Sendable) {
        words = FieldWords(name)
        slot = Slot(optional: path)
        self.country = country
    }
    func write(_ root: Root, into typed: inout FormData) { typed.append(words.name, slot[root].map { PhoneNumbers.grouped($0) } ?? "") }
    func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Reading) {
        switch PhoneSpelling(typed[words.name] ?? "", country: root[keyPath: country]) {
        case .empty: slot.set(nil, in: &root)
        case .number(let number): slot.set(number, in: &root)
        case .malformed: words.complain("malformed", reading)
        case .ambiguous: words.complain("ambiguous", reading)
        case .unknownCode: words.complain("unknown_code", reading)
        case .wrongLength: words.complain("wrong_length", reading)
        }
    }
    func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing) {
        var control = words.control(.line, showing)
        control.value = typed[words.name] ?? ""
        control.type = "tel"
        control.width = .medium
        showing.controls.append(control)
    }
    func text(_ root: Root, _ context: Context, _ t: Translation) -> String { slot[root].map { PhoneNumbers.grouped($0) } ?? "" }
    func json(_ root: Root) -> [JSONMember] { [(words.name, slot[root].map { .string($0) } ?? .null)] }
    func schema(_ situation: Situation<Context>) -> [JSONMember] { [] }
    var paths: [AnyKeyPath] { [slot.anyPath] }
}
extension Options where Item == String {
    static var callingCodes: Self { .of(codes) }
}
private let codes = OptionCatalogue { CallingCodes.options($0) }
