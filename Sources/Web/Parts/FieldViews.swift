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
        Text("name") { $0.name }
        Text("label") { $0.label }
        Text("hint") { $0.hint }
        Text("type") { $0.kind == .number ? "text" : $0.kind.rawValue }
        Text("value") { $0.kind == .password ? "" : $0.value }
        Text("error") { $0.error }
        Text("autocomplete") { $0.autocomplete }
        Text("inputmode") { $0.kind == .number ? "numeric" : "" }
        Text("suffix") { $0.suffix }
        Flag("required") { $0.isRequired }
        Text("width") { $0.width.rawValue }
    }
}

/// Several lines; `shared/textarea`.
package struct TextAreaView: TemplateData {
    let name: String
    let label: String
    let hint: String
    let value: String
    let error: String
    let rows: Int

    package init(_ name: String, _ label: String, hint: String = "", value: String, errors: FieldErrors, rows: Int = 4) {
        self.name = name
        self.label = label
        self.hint = hint
        self.value = value
        error = errors[name]
        self.rows = rows
    }

    package static let fields = Fields<TextAreaView> {
        Text("id") { $0.name }
        Text("name") { $0.name }
        Text("label") { $0.label }
        Text("hint") { $0.hint }
        Text("value") { $0.value }
        Text("error") { $0.error }
        Number("rows") { $0.rows }
    }
}

/// One of a list; `shared/select`.
package struct SelectView: TemplateData {
    package struct Option: TemplateData {
        let value: String
        let label: String
        let isSelected: Bool

        package static let fields = Fields<Option> {
            Text("value") { $0.value }
            Text("label") { $0.label }
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
        Text("name") { $0.name }
        Text("label") { $0.label }
        Text("hint") { $0.hint }
        Text("error") { $0.error }
        List("options") { $0.options }
    }
}

/// Radios (`shared/choices`) or checkboxes (`shared/checkboxes`).
package struct ChoicesView: TemplateData {
    package struct Choice: TemplateData {
        let id: String
        let value: String
        let label: String
        let hint: String
        let isChecked: Bool

        package static let fields = Fields<Choice> {
            Text("id") { $0.id }
            Text("value") { $0.value }
            Text("label") { $0.label }
            Text("hint") { $0.hint }
            Flag("checked") { $0.isChecked }
        }
    }

    let name: String
    let label: String
    let hint: String
    let error: String
    let choices: [Choice]

    /// The group itself takes the focus when the error summary leads to it.
    package init(
        _ name: String, _ label: String, hint: String = "", checked: Set<String>, choices: [(value: String, label: String, hint: String)],
        errors: FieldErrors = FieldErrors()
    ) {
        self.name = name
        self.label = label
        self.hint = hint
        error = errors[name]
        self.choices = choices.enumerated().map { index, choice in
            Choice(
                id: "\(name)-\(index)", value: choice.value, label: choice.label, hint: choice.hint,
                isChecked: checked.contains(choice.value))
        }
    }

    package static let fields = Fields<ChoicesView> {
        Text("id") { $0.name }
        Text("name") { $0.name }
        Text("label") { $0.label }
        Text("hint") { $0.hint }
        Text("error") { $0.error }
        List("choices") { $0.choices }
    }
}

/// Yes or no; `shared/switch`. Sent as `yes` when on.
package struct SwitchView: TemplateData {
    let name: String
    let label: String
    let hint: String
    let error: String
    let isChecked: Bool

    package init(_ name: String, _ label: String, hint: String = "", isOn: Bool, errors: FieldErrors = FieldErrors()) {
        self.name = name
        self.label = label
        self.hint = hint
        error = errors[name]
        isChecked = isOn
    }

    package static let fields = Fields<SwitchView> {
        Text("id") { $0.name }
        Text("name") { $0.name }
        Text("label") { $0.label }
        Text("hint") { $0.hint }
        Text("error") { $0.error }
        Flag("checked") { $0.isChecked }
    }
}

/// Write-only: blank keeps what is stored, a control of its own clears it; `shared/secret`.
package struct SecretView: TemplateData {
    let name: String
    let label: String
    let hint: String
    let error: String
    let isSet: Bool

    package init(_ name: String, _ label: String, hint: String = "", isSet: Bool, errors: FieldErrors = FieldErrors()) {
        self.name = name
        self.label = label
        self.hint = hint
        error = errors[name]
        self.isSet = isSet
    }

    package static let fields = Fields<SecretView> {
        Text("id") { $0.name }
        Text("name") { $0.name }
        Text("label") { $0.label }
        Text("hint") { $0.hint }
        Text("error") { $0.error }
        Flag("is_set") { $0.isSet }
        Text("clear_name") { $0.name + "_clear" }
        Text("clear_id") { $0.name + "_clear" }
    }
}

/// A file, with the one that is there; `shared/file`.
package struct FileView: TemplateData {
    package struct Current: TemplateData {
        let url: String
        let name: String
        let removeName: String
        let isRemoved: Bool

        package static let fields = Fields<Current> {
            Text("url") { $0.url }
            Text("name") { $0.name }
            Text("remove_name") { $0.removeName }
            Text("remove_id") { $0.removeName }
            Flag("is_removed") { $0.isRemoved }
        }
    }

    let name: String
    let label: String
    let hint: String
    let error: String
    let accept: String
    let current: Current?

    /// - Parameter isRemoved: the box that removes the file was ticked, in a form that is shown again.
    package init(
        _ name: String, _ label: String, hint: String = "", accept: String, current: (url: String, name: String)?,
        isRemoved: Bool = false, errors: FieldErrors = FieldErrors()
    ) {
        self.name = name
        self.label = label
        self.hint = hint
        error = errors[name]
        self.accept = accept
        self.current = current.map { Current(url: $0.url, name: $0.name, removeName: "\(name)_remove", isRemoved: isRemoved) }
    }

    package static let fields = Fields<FileView> {
        Text("id") { $0.name }
        Text("name") { $0.name }
        Text("label") { $0.label }
        Text("hint") { $0.hint }
        Text("error") { $0.error }
        Text("accept") { $0.accept }
        Section("current") { $0.current }
    }
}
