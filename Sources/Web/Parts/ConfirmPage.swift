// A page that asks before something is done that cannot be undone; `shared/confirm`. It sends back what it showed, so that nobody deletes
// what somebody else has made another thing of in the meantime.

package import HTTP
import Spelling
import Templating

/// A question with one answer by a warning button, and a way back.
package struct ConfirmPage: TemplateData {
    let action: String
    let back: String
    let strong: String
    let text: String
    let note: String
    let facts: [Fact]
    let submit: String
    let keep: String
    let hidden: [HiddenField]
    let conflict: ConflictView?

    /// - Parameters:
    ///   - strong: what will be lost.
    ///   - note: what else to know.
    ///   - facts: what it is about, as it is now.
    ///   - consequence: what `strong` and `text` say, where that may be otherwise by the time of the answer.
    ///   - figures: further facts, which change by themselves all the time: nobody is asked again for them.
    ///   - keep: the words of the way back.
    ///   - hidden: what else is sent, such as the version of what was asked about.
    ///   - conflict: what has changed since it was asked last.
    package init(
        action: String, back: String, strong: String, text: String, note: String, facts: [Fact], consequence: Fact? = nil,
        figures: [Fact] = [], submit: String, keep: String, hidden: [HiddenField] = [], conflict: ConflictView? = nil
    ) {
        self.action = action
        self.back = back
        self.strong = strong
        self.text = text
        self.note = note
        self.facts = facts + figures
        self.submit = submit
        self.keep = keep
        self.hidden = hidden + ShownFacts.hidden(facts + [consequence].compactMap { $0 })
        self.conflict = conflict
    }
}

/// What somebody saw of a thing when they were asked about it.
package struct ShownFacts {
    private static let label = "shown_label"
    private static let text = "shown_text"

    private let facts: [(label: String, text: String)]

    package init(_ form: FormData) {
        facts = Array(zip(form.all(Self.label), form.all(Self.text))).map { (label: Self.plain($0), text: Self.plain($1)) }
    }

    static func hidden(_ facts: [Fact]) -> [HiddenField] {
        facts.flatMap { [HiddenField(name: label, value: $0.label), HiddenField(name: text, value: $0.text)] }
    }

    /// What is otherwise now, to be shown with both; nil when nothing is, or nothing was shown: a call that did not come from the page.
    package func conflict(with facts: [Fact], _ t: Translation) -> ConflictView? {
        guard !self.facts.isEmpty else { return nil }
        let now = facts.map { (label: Self.plain($0.label), text: Self.plain($0.text)) }
        guard !now.elementsEqual(self.facts, by: { $0.label.isIdentical(to: $1.label) && $0.text.isIdentical(to: $1.text) }) else {
            return nil
        }
        var rows = now.map { fact in
            (label: fact.label, seen: self.facts.first { $0.label.isIdentical(to: fact.label) }?.text ?? "", now: fact.text)
        }
        for fact in self.facts where !now.contains(where: { $0.label.isIdentical(to: fact.label) }) {
            rows.append((label: fact.label, seen: fact.text, now: ""))
        }
        return ConflictView(t, seen: rows)
    }

    /// A browser ends lines in its own way.
    private static func plain(_ text: String) -> String { TypedText.lines(text).joined(separator: "\n") }
}
