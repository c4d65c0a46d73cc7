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
    package struct Option: TemplateData {
        let value: String
        let label: String
        let isSelected: Bool

        package static let fields = Fields<Option> {
            Flag("selected") { $0.isSelected }
        }
    }

    let name: String
    let label: String
    let options: [Option]

    package init(_ name: String, _ label: String, selected: String, options: [(value: String, label: String)]) {
        self.name = name
        self.label = label
        self.options = options.map { Option(value: $0.value, label: $0.label, isSelected: $0.value == selected) }
    }

    package static let fields = Fields<SelectView> {
        Text("id") { $0.name }
    }
}
