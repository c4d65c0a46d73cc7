// Which events a webhook gets: boxes by module, folded but for modules of which some are chosen. What "all" covers shows as covered
// by CSS; a script keeps the counts true and adds a box that finds an event.

import Delivery
import HTTP
import JSON
import Templating
import Web

struct EventPicker: NamedField {
    typealias Root = WebhookConfiguration
    typealias Context = WebhookContext

    private static let template = "webhooks/endpoints/events"

    var words: FieldWords

    init(_ name: String) { words = FieldWords(name) }

    func write(_ root: Root, into typed: inout FormData) { for box in root.events.boxes { typed.append(words.name, box) } }

    func read(_ typed: FormData, into root: inout Root, stored: Root?, _ context: Context, _ reading: Reading) {
        root.events = EventSubscription(boxes: typed.all(words.name))
        if root.events == EventSubscription() { words.complain("needed", reading) }
    }

    func show(_ typed: FormData, stored: Root?, _ context: Context, _ showing: Showing) {
        let view = EventPickerView(Set(typed.all(words.name)), words.control(.part, showing), showing.t)
        showing.show(Self.template, view)
    }

    func text(_ root: Root, _ context: Context, _ t: Translation) -> String { root.events.words(t).joined(separator: ", ") }
    func json(_ root: Root) -> [JSONMember] { [(words.name, .array(root.events.boxes.map { .string($0) }))] }

    func prepare(_ parts: inout FormParts, _ site: Site) throws { try parts.add(Self.template, EventPickerView.self, site) }
    var paths: [AnyKeyPath] { [\Root.events] }
}

extension EventSubscription {
    /// What the box "all events" sends, and what a module's "all of this" begins with.
    fileprivate static let allBox = "*"
    fileprivate static let moduleBox = "module:"

    /// As the boxes send them: `*`, `module:crm`, `call:end`.
    fileprivate var boxes: [String] {
        isAll ? [Self.allBox] : modules.sorted().map { Self.moduleBox + $0 } + types.sorted()
    }

    /// Of the catalogue only: a box of another name is none of ours. Types of a module that is chosen whole are left out.
    fileprivate init(boxes: [String], _ catalogue: EventCatalogue = .standard) {
        if boxes.contains(Self.allBox) {
            self = .all
        } else {
            let modules = Set(catalogue.modules.map(\.slug).filter { boxes.contains(Self.moduleBox + $0) })
            let types = boxes.compactMap { catalogue.type(named: $0) }.filter { !modules.contains($0.module.slug) }
            self.init(modules: modules, types: Set(types.map(\.name)))
        }
    }
}

struct EventPickerView: TemplateData, Sendable {
    struct Module: TemplateData, Sendable {
        let name: String
        let value: String
        let all: String
        let chosen: Int
        let isWhole: Bool
        let types: [Box]

        static let fields = Fields<Module> {
            Flag("some") { $0.chosen > 0 }
            Number("total") { $0.types.count }
            Flag("whole") { $0.isWhole }
            Flag("open") { $0.chosen > 0 || $0.isWhole }
        }
    }

    struct Box: TemplateData, Sendable {
        let value: String
        let summary: String
        let isChecked: Bool

        static let fields = Fields<Box> {
            Flag("checked") { $0.isChecked }
        }
    }

    let control: Control
    let isAll: Bool
    let modules: [Module]

    init(_ chosen: Set<String>, _ control: Control, _ t: Translation, _ catalogue: EventCatalogue = .standard) {
        self.control = control
        isAll = chosen.contains(EventSubscription.allBox)
        modules = catalogue.modules.map { module in
            let name = t("webhooks.module.\(module.slug)")
            let value = EventSubscription.moduleBox + module.slug
            let types = catalogue.types(in: module).map {
                Box(value: $0.name, summary: $0.summary(t), isChecked: chosen.contains($0.name))
            }
            return Module(
                name: name, value: value, all: t("webhooks.events.all_of", ["module": name]), chosen: types.count { $0.isChecked },
                isWhole: chosen.contains(value), types: types)
        }
    }

    static let fields = Fields<EventPickerView> {
        Flag("all") { $0.isAll }
    }
}
