// Two people had the same form open: both values of what differs, instead of one overwriting the other in silence.

import Templating

/// `shared/conflict`
package struct ConflictView: TemplateData {
    package struct Row: TemplateData {
        let label: String
        let yours: String
        let stored: String
    }

    let rows: [Row]

    /// Of the given values, those that differ.
    package init(_ t: Translation, _ values: [(label: String, yours: String, stored: String)]) {
        let none = t("shared.conflict.none")
        rows = values.filter { $0.yours != $0.stored }.map { value in
            Row(label: value.label, yours: value.yours.isEmpty ? none : value.yours, stored: value.stored.isEmpty ? none : value.stored)
        }
    }
}
