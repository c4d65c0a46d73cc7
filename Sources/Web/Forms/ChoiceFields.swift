// Fields that are chosen.

package import HTTP
import JSON

/// One of a list.
package struct Choice<Root, Context: Sendable, Item: FormText>: NamedField {
    package var words: FieldWords
    private let slot: Slot<Root, Item>
    private let options: Options<Context, Item>
    private let isRadio: Bool

    package init(
        _ name: String, _ path: any WritableKeyPath<Root, Item> & Sendable, of options: Options<Context, Item>, asRadios: Bool = false
    ) {
        words = FieldWords(name)
        slot = Slot(path)
        (self.options, isRadio) = (options, asRadios)
    }

    /// None is the list's first, and has words of its own: `….none`.
    package init(_ name: String, _ path: any WritableKeyPath<Root, Item?> & Sendable, of options: Options<Context, Item>) {
        words = FieldWords(name)
        slot = Slot(optional: path)
        (self.options, isRadio) = (options, false)
    }

    package func write(_ root: Root, into typed: inout FormData) { typed.append(words.name, slot[root]?.formText ?? "") }

    package func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Reading) {
        let text = typed[words.name] ?? ""
        if text.isEmpty, slot.isOptional { return slot.set(nil, in: &root) }
        // What is no longer listed, such as an old name of a zone, stays until somebody chooses another.
        guard let item = Item(formText: text),
            options.list(context, reading.t).contains(text)
                || stored.flatMap({ slot[$0] })?.formText.utf8.elementsEqual(text.utf8) == true
        else {
            return words.complain(text.isEmpty ? "needed" : "unknown", reading)
        }
        slot.set(item, in: &root)
    }

    package func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing) {
        let list = options.list(context, showing.t)
        let value = typed[words.name] ?? ""
        var control = words.control(isRadio ? .radios : .select, showing)
        control.value = value
        if isRadio {
            control.options = list.options(named: words.name, chosen: [value])
        } else if value.isEmpty {
            control.options = [.init(id: "", value: "", label: none(showing.t, context), isSelected: true)]
            list.showAll(in: &control)
        } else {
            if slot.isOptional { control.blank = none(showing.t, context) }
            list.show(value, in: &control)
        }
        showing.controls.append(control)
    }

    package func text(_ root: Root, _ context: Context, _ t: Translation) -> String {
        guard let item = slot[root] else { return none(t, context) }
        return options.list(context, t).label(of: item.formText) ?? item.formText
    }

    private var noneKey: String { words.label + ".none" }

    /// A blank that nobody may choose, as of a form without its value, asks for a choice.
    private func none(_ t: Translation, _ context: Context) -> String {
        options.none?(context, t) ?? t(slot.isOptional || t.has(noneKey) ? noneKey : "shared.error.unknown")
    }

    package func json(_ root: Root) -> [JSONMember] { [(words.name, slot[root].map { .string($0.formText) } ?? .null)] }

    package var paths: [AnyKeyPath] { [slot.anyPath] }
    package var postedNames: [PostedName] { [words.posted(isChosen: true)] }

    package var neededWords: [[String]] {
        words.needed("needed", "unknown") + (slot.isOptional && options.none == nil ? [[noneKey]] : [])
    }
}

/// Several of a list.
package struct Several<Root, Context: Sendable, Item: FormText>: NamedField {
    package var words: FieldWords
    private let path: any WritableKeyPath<Root, [Item]> & Sendable
    private let options: Options<Context, Item>
    private let minimum: Int

    package init(
        _ name: String, _ path: any WritableKeyPath<Root, [Item]> & Sendable, of options: Options<Context, Item>, atLeast minimum: Int = 0
    ) {
        words = FieldWords(name)
        (self.path, self.options, self.minimum) = (path, options, minimum)
    }

    package func write(_ root: Root, into typed: inout FormData) {
        for item in root[keyPath: path] { typed.append(words.name, item.formText) }
    }

    package func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Reading) {
        let list = options.list(context, reading.t)
        let old = stored?[keyPath: path] ?? []
        // What has left the account since stays until somebody takes it out.
        var items: [Item] = []
        for text in typed.all(words.name) {
            guard let item = Item(formText: text), list.contains(text) || old.contains(item), !items.contains(item) else { continue }
            items.append(item)
        }
        if items.count < minimum { return words.complain("needed", reading) }
        root[keyPath: path] = items
    }

    package func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing) {
        let chosen = Set(typed.all(words.name))
        let list = options.list(context, showing.t)
        var control = words.control(.boxes, showing)
        let kept = Set(stored.map { $0[keyPath: path].map(\.formText) } ?? [])
        let lost = chosen.filter { !list.contains($0) && kept.contains($0) }.sorted()
        let lostHint = showing.t.find(words.label + ".lost") ?? ""
        control.options =
            lost.enumerated().map { .init(id: "\(words.name)-lost-\($0)", value: $1, label: $1, hint: lostHint, isSelected: true) }
            + list.options(named: words.name, chosen: chosen)
        // With nothing to choose from there is no question.
        guard !control.options.isEmpty || minimum > 0 else { return }
        showing.controls.append(control)
    }

    package func text(_ root: Root, _ context: Context, _ t: Translation) -> String {
        let list = options.list(context, t)
        return root[keyPath: path].map { list.label(of: $0.formText) ?? $0.formText }.joined(separator: ", ")
    }

    package func json(_ root: Root) -> [JSONMember] { [(words.name, .array(root[keyPath: path].map { .string($0.formText) }))] }

    package var paths: [AnyKeyPath] { [path] }
    package var postedNames: [PostedName] { [words.posted(isChosen: true)] }
    package var neededWords: [[String]] { minimum > 0 ? words.needed("needed") : words.needed() }
}

/// Yes or no.
package struct Switch<Root, Context>: NamedField {
    package var words: FieldWords
    private let path: any WritableKeyPath<Root, Bool> & Sendable

    package init(_ name: String, _ path: any WritableKeyPath<Root, Bool> & Sendable) {
        words = FieldWords(name)
        self.path = path
    }

    package func write(_ root: Root, into typed: inout FormData) {
        if root[keyPath: path] { typed.append(words.name, "yes") }
    }

    package func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Reading) {
        root[keyPath: path] = typed[words.name] == "yes"
    }

    package func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing) {
        var control = words.control(.toggle, showing)
        control.isOn = typed[words.name] == "yes"
        showing.controls.append(control)
    }

    package func text(_ root: Root, _ context: Context, _ t: Translation) -> String { onOff(root[keyPath: path], t) }
    package func json(_ root: Root) -> [JSONMember] { [(words.name, .bool(root[keyPath: path]))] }

    package var paths: [AnyKeyPath] { [path] }
    package var postedNames: [PostedName] { [words.posted(isChosen: true)] }
}

func onOff(_ isOn: Bool, _ t: Translation) -> String { t(isOn ? "shared.on" : "shared.off") }
