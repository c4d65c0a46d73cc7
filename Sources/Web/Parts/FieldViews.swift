// The controls of a form, as the partials of Templates/shared show them: what was typed, what is wrong with it, and how to say it.

package import Templating

/// A one-line input; `shared/field`.
package struct FieldView: TemplateData {
    package enum Kind: String, Sendable {
        case text, email, url, password, number, date, tel, search
    }

    package enum Width: String, Sendable {
        case short, medium, full
    }

    let name: String
    let label: String
    let hint: String
    let kind: Kind
    let value: String
    let error: String
    let autocomplete: String
    let suffix: String
    let isRequired: Bool
    let width: Width

    /// The control's id is its name, with dots as the errors name it too.
    package init(
        _ name: String, _ label: String, hint: String = "", kind: Kind = .text, value: String = "", errors: FieldErrors = FieldErrors(),
        autocomplete: String = "off", suffix: String = "", isRequired: Bool = false, width: Width = .full
    ) {
        self.name = name
        self.label = label
        self.hint = hint
        self.kind = kind
        self.value = value
        error = errors[name]
        self.autocomplete = autocomplete
        self.suffix = suffix
        self.isRequired = isRequired
        self.width = width
    }

    package static let fields = Fields<FieldView> {
        Text("id") { $0.name }
        Text("type") { $0.kind == .number ? "text" : $0.kind.rawValue }
        Text("value") { $0.kind == .password ? "" : $0.value }
        Text("inputmode") { $0.kind == .number ? "numeric" : "" }
        Flag("required") { $0.isRequired }
        Text("width") { $0.width.rawValue }
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
    let hint: String
    let error: String
    let options: [Option]

    package init(
        _ name: String, _ label: String, hint: String = "", selected: String, options: [(value: String, label: String)],
        errors: FieldErrors = FieldErrors()
    ) {
        self.name = name
        self.label = label
        self.hint = hint
        error = errors[name]
        self.options = options.map { Option(value: $0.value, label: $0.label, isSelected: $0.value == selected) }
    }

    package static let fields = Fields<SelectView> {
        Text("id") { $0.name }
    }
}
