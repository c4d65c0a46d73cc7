// The rights that there are, as boxes by module: what each is called and explained by follows from its name.

import HTTP
import JSON
import Spelling
import Web

/// Boxes by module. Administrators have what there is, and none.
struct RightsField: NamedField {
    typealias Root = RoleEntry
    typealias Context = RoleContext

    var words: FieldWords

    init(_ name: String) { words = FieldWords(name) }

    func write(_ root: RoleEntry, into typed: inout FormData) {
        for right in root.rights.map(\.rawValue).sorted() { typed.append(words.name, right) }
    }

    func read(_ typed: FormData, into root: inout RoleEntry, stored: RoleEntry?, _ context: RoleContext, _ reading: Reading) {
        guard !context.isAdministrator else { return }
        let chosen = context.catalogue.closing(Set(typed.all(words.name).map { Right($0) }))
        guard context.authority.covers(chosen) else { return words.complain("not_yours", reading) }
        root.rights = chosen.union(stored?.rights.subtracting(context.catalogue.all) ?? [])
    }

    func show(_ typed: FormData, stored: RoleEntry?, _ context: RoleContext, _ showing: Showing) {
        guard !context.isAdministrator else { return }
        let t = showing.t
        let chosen = context.catalogue.closing(Set(typed.all(words.name).map { Right($0) }))
        let before = showing.controls.count
        for module in context.catalogue.modules {
            let rights = module.rights.filter { context.authority.covers([$0]) }
            guard !rights.isEmpty else { continue }
            var control = words.control(.boxes, showing)
            control.label = t("right.\(module.name)")
            // What is wrong with the whole is said at the first.
            if showing.controls.count > before {
                control.id = "\(words.name)-\(module.name)"
                control.error = ""
            }
            control.hint = t.find("right.\(module.name).hint") ?? ""
            control.options = rights.map { right in
                let hint = [t.find("right.\(right.rawValue).hint"), context.suspended.contains(right) ? t("roles.suspended") : nil]
                return .init(
                    id: "right-\(right.rawValue.replacing(".", by: "-"))", value: right.rawValue, label: t("right.\(right.rawValue)"),
                    hint: hint.compactMap { $0 }.joined(separator: " "), isSelected: chosen.contains(right))
            }
            showing.controls.append(control)
        }
    }

    func text(_ root: RoleEntry, _ context: RoleContext, _ t: Translation) -> String {
        context.catalogue.words(context.catalogue.closing(root.rights), t).map { "\($0.label) (\($0.text))" }.joined(separator: " · ")
    }

    func json(_ root: RoleEntry) -> [JSONMember] {
        [(words.name, .array(root.rights.map(\.rawValue).sorted().map { .string($0) }))]
    }

    var paths: [AnyKeyPath] { [\RoleEntry.rights] }
    var postedNames: [PostedName] { [.kept(words.name, label: words.label, isChosen: true)] }
    var neededWords: [[String]] { [[words.label], ["\(words.label).not_yours"]] }
}

extension RightCatalogue {
    /// What may be done, by module.
    func words(_ rights: Set<Right>, _ t: Translation) -> [(label: String, text: String)] {
        modules.compactMap { module in
            let own = module.rights.filter { rights.contains($0) }
            guard !own.isEmpty else { return nil }
            return (t("right.\(module.name)"), own.map { t("right.\($0.rawValue)") }.joined(separator: ", "))
        }
    }
}
