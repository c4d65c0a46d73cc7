// Fields that are typed.

package import HTTP
import JSON
import Spelling

/// One line of text, or several.
package struct Line<Root, Context>: NamedField {
    package enum Kind: String, Sendable {
        case text, email, url, area
        /// What people call something: it has one visible character at least.
        case name
    }

    /// What a line must be: nil when it is right, or the word under which the complaint is found.
    package typealias Rule = @Sendable (String, Context) -> String?
    /// Gives the value to store, in one spelling, or the word of the complaint.
    package typealias Parser = @Sendable (String, Context) -> Result<String, Wrong>

    package struct Wrong: Error {
        let word: String
        let values: [String: String]

        /// - Parameter values: of the complaint, besides what was typed.
        package init(_ word: String, _ values: [String: String] = [:]) { (self.word, self.values) = (word, values) }
    }

    package var words: FieldWords
    private let slot: Slot<Root, String>
    private let kind: Kind
    private let limit: Int
    private let width: Control.Width
    private let autocomplete: String
    private let inputMode: String
    private let rule: Rule?
    private let parser: Parser?

    /// - Parameter limit: in bytes of UTF-8; of a name in scalars, as people count.
    package init(
        _ name: String, _ path: any WritableKeyPath<Root, String> & Sendable, _ kind: Kind = .text, upTo limit: Int? = nil,
        width: Control.Width = .full, autocomplete: String = "off", inputMode: String = "", rule: Rule? = nil,
        parsing parser: Parser? = nil
    ) {
        self.init(name, Slot(path), kind, limit, width, autocomplete, inputMode, parser, rule)
    }

    package init(
        _ name: String, _ path: any WritableKeyPath<Root, String?> & Sendable, _ kind: Kind = .text, upTo limit: Int? = nil,
        width: Control.Width = .full, autocomplete: String = "off", rule: Rule? = nil, parsing parser: Parser? = nil
    ) {
        self.init(name, Slot(optional: path), kind, limit, width, autocomplete, "", parser, rule)
    }

    private init(
        _ name: String, _ slot: Slot<Root, String>, _ kind: Kind, _ limit: Int?, _ width: Control.Width, _ autocomplete: String,
        _ inputMode: String, _ parser: Parser?, _ rule: Rule?
    ) {
        words = FieldWords(name)
        (self.slot, self.kind, self.width, self.autocomplete, self.inputMode) = (slot, kind, width, autocomplete, inputMode)
        self.limit = limit ?? (kind == .name ? TypedText.maximumName : 200)
        (self.parser, self.rule) = (parser, rule)
    }

    package func write(_ root: Root, into typed: inout FormData) { typed.append(words.name, slot[root] ?? "") }

    package func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Reading) {
        let sent = typed[words.name] ?? ""
        let text = cleaned(sent)
        if text.isEmpty, kind == .name, sent.utf8.contains(where: { $0 > 0x20 }) { return words.complain("invisible", reading) }
        if text.isEmpty, slot.isOptional { return slot.set(nil, in: &root) }
        if text.isEmpty { return words.complain("needed", reading, limitValues(reading)) }
        if isTooLong(text) { return words.complain(longWord, reading, limitValues(reading)) }
        let isPrintable = text.unicodeScalars.allSatisfy {
            $0.properties.generalCategory != .control || kind == .area && ($0 == "\n" || $0 == "\r" || $0 == "\t")
        }
        guard isPrintable else { return words.complain("malformed", reading) }
        if let word = rule?(text, context) { return words.complain(word, reading, ["value": text]) }
        switch parser?(text, context) ?? .success(text) {
        case .success(let value): slot.set(value, in: &root)
        case .failure(let wrong): words.complain(wrong.word, reading, wrong.values.merging(["value": text]) { own, _ in own })
        }
    }

    private func limitValues(_ reading: Reading) -> [String: String] { ["limit": Numbers(language: reading.t.language).text(limit)] }

    /// Of bytes the words say what people can count: characters, of which some are more than one.
    private var longWord: String { kind == .name ? "long_name" : "too_long" }

    private func isTooLong(_ text: String) -> Bool {
        kind == .name ? text.unicodeScalars.count > limit : text.utf8.count > limit
    }

    private func cleaned(_ text: String) -> String {
        switch kind {
        case .text, .url, .area: TypedText.line(text)
        case .email: TypedText.compact(text)
        case .name: TypedText.hasVisibleCharacter(text) ? TypedText.name(text) : ""
        }
    }

    package func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing) {
        var control = words.control(kind == .area ? .area : .line, showing)
        control.value = typed[words.name] ?? ""
        control.type = kind == .name ? "text" : kind.rawValue
        control.width = width
        control.autocomplete = autocomplete
        control.inputMode = inputMode
        control.isRequired = !slot.isOptional
        showing.controls.append(control)
    }

    package func text(_ root: Root, _ context: Context, _ t: Translation) -> String { slot[root] ?? "" }
    package func json(_ root: Root) -> [JSONMember] { [(words.name, slot[root].map { .string($0) } ?? .null)] }

    package var paths: [AnyKeyPath] { [slot.anyPath] }
    package var neededWords: [[String]] {
        words.needed(longWord, "malformed") + (kind == .name ? words.needed("invisible") : [])
            + (slot.isOptional ? [] : words.needed("needed"))
    }
}

/// A whole number with its unit.
package struct Integer<Root, Context>: NamedField {
    package var words: FieldWords
    private let slot: Slot<Root, Int>
    private let range: ClosedRange<Int>
    private let unit: String?

    /// - Parameter unit: the key of its words: `unit` beside the control, `unit.one` and `unit.other` with `{count}` in sentences. Nil:
    ///   none, such as of an hour.
    package init(_ name: String, _ path: any WritableKeyPath<Root, Int> & Sendable, in range: ClosedRange<Int>, unit: String?) {
        words = FieldWords(name)
        slot = Slot(path)
        (self.range, self.unit) = (range, unit)
    }

    /// Blank is nil.
    package init(_ name: String, _ path: any WritableKeyPath<Root, Int?> & Sendable, in range: ClosedRange<Int>, unit: String?) {
        words = FieldWords(name)
        slot = Slot(optional: path)
        (self.range, self.unit) = (range, unit)
    }

    package func write(_ root: Root, into typed: inout FormData) { typed.append(words.name, slot[root].map { String($0) } ?? "") }

    package func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Reading) {
        // Digits alone: a thousands separator, a sign or another script's figures are asked about rather than guessed.
        let digits = TypedText.line(typed[words.name] ?? "").unicodeScalars.filter { !$0.properties.isWhitespace }
        let text = String(String.UnicodeScalarView(digits))
        if text.isEmpty, slot.isOptional { return slot.set(nil, in: &root) }
        guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text), range.contains(number) else {
            let numbers = Numbers(language: reading.t.language)
            var values = ["minimum": numbers.text(range.lowerBound), "maximum": numbers.text(range.upperBound)]
            if let unit { values["unit"] = reading.t(unit) }
            return words.complain(rangeWord, reading, values)
        }
        slot.set(number, in: &root)
    }

    package func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing) {
        var control = words.control(.line, showing)
        control.value = typed[words.name] ?? ""
        control.inputMode = "numeric"
        control.suffix = unit.map { showing.t($0) } ?? ""
        control.width = .short
        showing.controls.append(control)
    }

    package func text(_ root: Root, _ context: Context, _ t: Translation) -> String {
        slot[root].map { number in unit.map { t($0, count: number) } ?? String(number) } ?? ""
    }

    private var rangeWord: String { unit == nil ? "number_range" : "range" }

    package func json(_ root: Root) -> [JSONMember] { [(words.name, slot[root].map { .init($0) } ?? .null)] }

    package var paths: [AnyKeyPath] { [slot.anyPath] }
    package var neededWords: [[String]] { words.needed(rangeWord) + (unit.map { [[$0], [$0 + ".one"], [$0 + ".other"]] } ?? []) }
}

/// Write-only: blank keeps what is stored, a box of its own clears it where it may be cleared.
package struct Secret<Root, Context>: NamedField {
    package var words: FieldWords
    private let slot: Slot<Root, String>
    private let limit: Int
    private let mayBeEmpty: Bool
    private let isPasted: Bool
    private let autocomplete: String
    private let rule: (@Sendable (String, Root) -> String?)?

    /// - Parameters:
    ///   - limit: in bytes; of passwords their own rule says how long they may be.
    ///   - isPasted: a token or key, which has nothing around it that nobody sees; a password may begin with a space.
    ///   - rule: what it must be, among what was read before: nil when it is right, or the word of the complaint.
    package init(
        _ name: String, _ path: any WritableKeyPath<Root, String> & Sendable, upTo limit: Int = .max, mayBeEmpty: Bool = false,
        isPasted: Bool = false,
        autocomplete: String = "new-password", rule: (@Sendable (String, Root) -> String?)? = nil
    ) {
        words = FieldWords(name)
        slot = Slot(path)
        (self.limit, self.mayBeEmpty, self.isPasted, self.autocomplete, self.rule) = (limit, mayBeEmpty, isPasted, autocomplete, rule)
    }

    package init(_ name: String, _ path: any WritableKeyPath<Root, String?> & Sendable, upTo limit: Int = 1000) {
        words = FieldWords(name)
        slot = Slot(optional: path)
        (self.limit, mayBeEmpty, isPasted, autocomplete, rule) = (limit, true, false, "new-password", nil)
    }

    private var clearName: String { words.name + "_clear" }

    // What is stored is never written into a control.

    package func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Reading) {
        let sent = typed[words.name] ?? ""
        let text = isPasted ? TypedText.line(sent) : sent
        if text.isEmpty {
            if typed[clearName] == "yes", mayBeEmpty { return slot.set(slot.isOptional ? nil : "", in: &root) }
            // Nothing to keep: nothing was stored, or what was stored is of another kind.
            if !mayBeEmpty, (slot[root] ?? "").isEmpty || typed[clearName] == "yes" { words.complain("needed", reading) }
            return
        }
        guard text.utf8.count <= limit, text.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 }) else {
            return words.complain("malformed", reading, ["limit": Numbers(language: reading.t.language).text(limit)])
        }
        if let word = rule?(text, root) { return words.complain(word, reading) }
        slot.set(text, in: &root)
    }

    package func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing) {
        var control = words.control(.secret, showing)
        if showing.isShownAgain, typed[words.name]?.isEmpty == false { control.hint = showing.t("shared.secret.again") }
        control.isOn = stored.map { !(slot[$0] ?? "").isEmpty } ?? false
        control.isRequired = !mayBeEmpty
        control.autocomplete = autocomplete
        showing.controls.append(control)
    }

    package func compare(old: Root, new: Root, _ context: Context, _ comparison: Comparison) {
        guard slot[old].map(ExactText.init) != slot[new].map(ExactText.init) else { return }
        let t = comparison.t
        let isCleared = (slot[new] ?? "").isEmpty
        words.differ(
            old: t((slot[old] ?? "").isEmpty ? "shared.conflict.none" : "shared.secret.set"),
            new: t(isCleared ? "shared.secret.cleared" : "shared.secret.changed"), comparison, isSecret: true)
    }

    package func facts(_ root: Root, _ context: Context, _ t: Translation) -> [Fact] {
        [Fact(t(words.label), t((slot[root] ?? "").isEmpty ? "shared.conflict.none" : "shared.secret.set"))]
    }

    package func json(_ root: Root) -> [JSONMember] { [(words.name, ["is_set": .bool(!(slot[root] ?? "").isEmpty)])] }

    package var postedNames: [PostedName] { [.secret(words.name), .secret(clearName)] }
    package var paths: [AnyKeyPath] { [slot.anyPath] }
    package var neededWords: [[String]] { words.needed("malformed") + (mayBeEmpty ? [] : words.needed("needed")) }
}
