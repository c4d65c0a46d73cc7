// What a list is narrowed by. Controls that change something are a declared form's.

package import Templating

/// A box for words; `shared/search`.
package struct SearchView: TemplateData {
    let name: String
    let label: String
    let hint: String
    let value: String

    package init(_ name: String, _ label: String, hint: String = "", value: String) {
        (self.name, self.label, self.hint, self.value) = (name, label, hint, value)
    }

    package static let fields = Fields<SearchView> {
        Text("id") { $0.name }
    }
}

/// One of a list; `shared/select`.
package struct SelectView: TemplateData {
    let name: String
    let label: String
    private let list: OptionList
    private let selected: String

    /// - Parameter list: made once a language where it is long and always the same.
    package init(_ name: String, _ label: String, selected: String, _ list: OptionList) {
        (self.name, self.label, self.selected, self.list) = (name, label, selected, list)
    }

    package init(_ name: String, _ label: String, selected: String, options: [(value: String, label: String)]) {
        self.init(name, label, selected: selected, OptionList(options))
    }

    /// The label of what is chosen; nil for the blank one, which narrows nothing.
    var chosen: String? { selected.isEmpty ? nil : list.label(of: selected) }

    package static let fields = Fields<SelectView> {
        Text("id") { $0.name }
        Markup("options") { Markup(html: $0.list.markup(selecting: $0.selected)) }
    }
}
