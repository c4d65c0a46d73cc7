// Two people had the same form open, or a form was made for another account: both values of what differs, instead of one overwriting
// the other in silence.

import Spelling
import Templating

/// `shared/conflict`
package struct ConflictView: TemplateData {
    package struct Row: TemplateData {
        let label: String
        let yours: String
        let stored: String
    }

    let title: String
    let text: String
    let rows: [Row]

    /// Of the given values, those that differ.
    ///
    /// - Parameter isElsewhere: the form was made for another owner.
    package init(_ t: Translation, isElsewhere: Bool = false, _ values: [(label: String, yours: String, stored: String)]) {
        title = t(isElsewhere ? "shared.conflict.elsewhere.title" : "shared.conflict.title")
        text = t(isElsewhere ? "shared.conflict.elsewhere.text" : "shared.conflict.text")
        let none = t("shared.conflict.none")
        rows = values.filter { !$0.yours.isIdentical(to: $0.stored) }.map { value in
            Row(label: value.label, yours: value.yours.isEmpty ? none : value.yours, stored: value.stored.isEmpty ? none : value.stored)
        }
    }
}
