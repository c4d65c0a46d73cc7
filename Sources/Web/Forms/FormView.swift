// A form on a page: its controls, what is wrong with them, and both values when somebody else saved meanwhile; `shared/form`.

package import Templating

package struct FormView: TemplateData, Sendable {
    /// A further button, such as a preview; sent as `name`=`value`.
    package struct Button: TemplateData, Sendable {
        let name: String
        let value: String
        let label: String
        let action: String

        /// - Parameter action: where it sends the form, where that is another place, or one within the page.
        package init(_ name: String, _ value: String, _ label: String, to action: String = "") {
            (self.name, self.value, self.label, self.action) = (name, value, label, action)
        }

        package static let fields = Fields<Button> {
            Text("formaction") { $0.action }
        }
    }

    /// A way out that sends nothing.
    package struct WayOut: TemplateData, Sendable {
        let path: String
        let label: String

        package init(_ label: String, to path: String) {
            (self.path, self.label) = (path, label)
        }
    }

    let errors: ErrorSummary?
    let conflict: ConflictView?
    let action: String
    let version: String
    let isMultipart: Bool
    package private(set) var controls: [Control]
    let save: String
    /// What it does is hard to undo: its button warns.
    package var isWarning = false
    package var buttons: [Button] = []
    package var wayOut: WayOut?
    /// Sent with the form and not shown.
    package var hidden: [HiddenField] = []
    /// Where what was changed on this page is listed.
    package var changes = ""
    /// Above the controls: why what is typed here cannot be saved, or has not been.
    package var notice: String

    /// What was sent comes back: the page is an error page.
    package var isRefused: Bool { errors != nil || conflict != nil }

    /// - Parameters:
    ///   - version: of the row that the form was made from; empty for something new.
    ///   - save: the button's words, which name what it does.
    package init(
        _ controls: [Control], errors: FieldErrors = FieldErrors(), conflict: ConflictView? = nil, action: String, version: String = "",
        save: String, _ t: Translation
    ) {
        self.errors = errors.summary(t)
        self.conflict = conflict
        self.action = action
        self.version = version
        isMultipart = controls.contains { $0.kind == .file }
        self.controls = controls
        self.save = save
        notice = errors.notice
    }

    /// Of a page to which one comes to type: its first line has the focus, unless something is wrong, which is read first.
    package mutating func focusFirstLine() {
        guard !isRefused, let first = controls.firstIndex(where: { $0.kind == .line }) else { return }
        controls[first].isFocused = true
    }

    package static let fields = Fields<FormView> {
        Text("stored_version") { $0.version }
    }
}

/// What a form sends without showing it.
package struct HiddenField: TemplateData, Sendable {
    package let name: String
    package let value: String
    let autocomplete: String

    /// - Parameter autocomplete: tells password managers whose password is beside it.
    package init(name: String, value: String, autocomplete: String = "") {
        (self.name, self.value, self.autocomplete) = (name, value, autocomplete)
    }
}

/// A page that is nothing but a form: `shared/form_page`, so that a tab needs no template of its own.
package struct FormPage: TemplateData, Sendable {
    package let form: FormView

    package init(_ form: FormView) { self.form = form }
}
