// A page that asks before something is done that cannot be undone; `shared/confirm`.

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

    /// - Parameters:
    ///   - strong: what will be lost.
    ///   - note: what else to know.
    ///   - keep: the words of the way back.
    ///   - hidden: what else is sent, such as the version of what was asked about.
    package init(
        action: String, back: String, strong: String, text: String, note: String, facts: [Fact], submit: String, keep: String,
        hidden: [HiddenField] = []
    ) {
        self.action = action
        self.back = back
        self.strong = strong
        self.text = text
        self.note = note
        self.facts = facts
        self.submit = submit
        self.keep = keep
        self.hidden = hidden
    }
}
