// What can be chosen: known when the program starts, or only among the account's own things. A long list (countries, zones) is
// written once a language as markup, and sliced round the option that is selected: as structs it cost five times the page.

import Spelling
import Synchronization

package final class OptionList: Sendable {
    package struct Item: Sendable {
        package let value: String
        package let label: String
        package let hint: String
    }

    package let items: [Item]
    private let places: [String: Int]
    private let markup: String
    /// Where each item's markup begins, and the end.
    private let offsets: [Int]
    /// Where each would say that it is selected.
    private let marks: [Int]

    package init(_ items: [(value: String, label: String, hint: String)]) {
        self.items = items.map { Item(value: $0.value, label: $0.label, hint: $0.hint) }
        places = Dictionary(self.items.enumerated().map { ($1.value, $0) }) { first, _ in first }
        var markup = ""
        var offsets: [Int] = []
        var marks: [Int] = []
        for item in self.items {
            offsets.append(markup.utf8.count)
            markup += "<option value=\"\(Self.escaped(item.value))\""
            marks.append(markup.utf8.count)
            markup += ">\(Self.escaped(item.label))</option>\n"
        }
        offsets.append(markup.utf8.count)
        self.markup = markup
        self.offsets = offsets
        self.marks = marks
    }

    package convenience init(_ items: [(value: String, label: String)]) { self.init(items.map { ($0.value, $0.label, "") }) }

    package func label(of value: String) -> String? { place(of: value).map { items[$0].label } }
    package func contains(_ value: String) -> Bool { place(of: value) != nil }

    /// By bytes: to Swift the Kelvin sign is a K, to whoever reads what is stored it is not.
    private func place(of value: String) -> Int? {
        places[value].flatMap { items[$0].value.utf8.elementsEqual(value.utf8) ? $0 : nil }
    }

    func options(named name: String, chosen: Set<String>) -> [Control.Option] {
        items.enumerated().map { index, item in
            .init(id: "\(name)-\(index)", value: item.value, label: item.label, hint: item.hint, isSelected: chosen.contains(item.value))
        }
    }

    /// All options, one of them selected; none where it is not listed.
    func markup(selecting value: String) -> String {
        guard let place = place(of: value) else { return markup }
        let mark = markup.utf8.index(markup.startIndex, offsetBy: marks[place])
        return "\(markup[..<mark]) selected\(markup[mark...])"
    }

    func showAll(in control: inout Control) { control.optionsAfter = markup[markup.startIndex...] }

    func show(_ selected: String, in control: inout Control) {
        guard let place = place(of: selected) else {
            // What is no longer listed must not turn into the list's first when somebody saves.
            control.options.append(Control.Option(id: "", value: selected, label: selected, isSelected: true))
            control.optionsAfter = markup[markup.startIndex...]
            return
        }
        let utf8 = markup.utf8
        control.optionsBefore = markup[..<utf8.index(utf8.startIndex, offsetBy: offsets[place])]
        control.options.append(Control.Option(id: "", value: selected, label: items[place].label, isSelected: true))
        control.optionsAfter = markup[utf8.index(utf8.startIndex, offsetBy: offsets[place + 1])...]
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}

/// A list that only the language changes.
package final class OptionCatalogue: Sendable {
    private let make: @Sendable (Translation) -> [(value: String, label: String)]
    private let lists = Mutex<[Language: OptionList]>([:])

    package init(_ make: @escaping @Sendable (Translation) -> [(value: String, label: String)]) { self.make = make }

    package func list(_ t: Translation) -> OptionList {
        if let list = lists.withLock({ $0[t.language] }) { return list }
        let list = OptionList(make(t))
        return lists.withLock { lists in
            if let first = lists[t.language] { return first }
            lists[t.language] = list
            return list
        }
    }

    package static let countries = OptionCatalogue { Countries.options($0) }
    package static let timeZones = OptionCatalogue { _ in TimeZones.options }
    package static let languages = OptionCatalogue { t in Language.allCases.map { ($0.rawValue, t("language.\($0.rawValue)")) } }
}

package struct Options<Context: Sendable, Item: FormText>: Sendable {
    package let list: @Sendable (Context, Translation) -> OptionList
    /// What no choice means, where that depends on the context: "As the account: France".
    package private(set) var none: (@Sendable (Context, Translation) -> String)?

    package static func of(_ catalogue: OptionCatalogue) -> Self { Self(list: { catalogue.list($1) }) }

    /// The account's own things.
    package static func of(_ items: @escaping @Sendable (Context) -> [(item: Item, label: String)]) -> Self {
        Self(list: { context, _ in OptionList(items(context).map { ($0.item.formText, $0.label, "") }) })
    }

    package static func of(_ items: @escaping @Sendable (Context, Translation) -> [(item: Item, label: String, hint: String)]) -> Self {
        Self(list: { context, t in OptionList(items(context, t).map { ($0.item.formText, $0.label, $0.hint) }) })
    }

    /// One that the context has made already: a list asks for the words of a choice in every row.
    package static func of(list: @escaping @Sendable (Context) -> OptionList) -> Self { Self(list: { context, _ in list(context) }) }

    package func withNone(_ none: @escaping @Sendable (Context, Translation) -> String) -> Self {
        var options = self
        options.none = none
        return options
    }

    package static var countries: Self { .of(.countries) }
    package static var timeZones: Self { .of(.timeZones) }
    package static var languages: Self { .of(.languages) }
}

extension Options where Item: CaseIterable {
    /// Every case, with its words under `prefix`, and a hint where there is one.
    package static func cases(_ prefix: String) -> Self {
        let keys = Item.allCases.map { (item: $0, key: "\(prefix).\($0.formText)") }
        return .of { _, t in keys.map { ($0.item, t($0.key), t.find($0.key + ".hint") ?? "") } }
    }
}
