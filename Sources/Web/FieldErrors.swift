// A bad input is a value, not an exception: what is wrong with which field, in the reader's words, beside all that was typed.

import Templating

package struct FieldErrors: Sendable {
    private var items: [(field: String, text: String)] = []

    /// Why a form is shown although no field of it may be wrong.
    package var notice = ""

    package init() {}

    /// All is right: it can be saved.
    package var isEmpty: Bool { items.isEmpty && notice.isEmpty }

    /// Says what is wrong with the control whose id is `field`, and what to do. The first word on a field stands.
    package mutating func add(_ field: String, _ text: String) {
        guard self[field].isEmpty else { return }
        items.append((field, text))
    }

    package subscript(field: String) -> String {
        items.first { $0.field == field }?.text ?? ""
    }

    package func summary(_ t: Translation) -> ErrorSummary? {
        guard !items.isEmpty else { return nil }
        return ErrorSummary(
            title: t("shared.error_summary.title"), items: items.map { ErrorSummary.Item(href: "#\($0.field)", text: $0.text) })
    }
}

package struct ErrorSummary: TemplateData {
    package struct Item: TemplateData {
        package let href: String
        package let text: String
    }

    package let title: String
    package let items: [Item]
}
