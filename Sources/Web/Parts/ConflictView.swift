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
    /// The heads of the columns.
    let yoursHead: String
    let storedHead: String

    /// Of the given values, those that differ.
    ///
    /// - Parameter isElsewhere: the form was made for another owner.
    package init(_ t: Translation, isElsewhere: Bool = false, _ values: [(label: String, yours: String, stored: String)]) {
        title = t(isElsewhere ? "shared.conflict.elsewhere.title" : "shared.conflict.title")
        text = t(isElsewhere ? "shared.conflict.elsewhere.text" : "shared.conflict.text")
        yoursHead = t("shared.conflict.yours")
        storedHead = t("shared.conflict.stored")
        rows = Self.rows(values, t)
    }

    /// Of what somebody saw before they pressed, beside what is there now.
    package init(_ t: Translation, seen values: [(label: String, seen: String, now: String)]) {
        title = t("shared.conflict.asked.title")
        text = t("shared.conflict.asked.text")
        yoursHead = t("shared.conflict.seen")
        storedHead = t("shared.conflict.now")
        rows = Self.rows(values.map { ($0.label, $0.seen, $0.now) }, t)
    }

    private static func rows(_ values: [(label: String, yours: String, stored: String)], _ t: Translation) -> [Row] {
        let none = t("shared.conflict.none")
        return values.filter { !$0.yours.isIdentical(to: $0.stored) }.map { value in
            Row(label: value.label, yours: value.yours.isEmpty ? none : value.yours, stored: value.stored.isEmpty ? none : value.stored)
        }
    }
}
