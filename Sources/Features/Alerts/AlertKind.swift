// What a notice can be about: an open vocabulary, of which each feature declares its own words and lists them in its `Feature`. What
// happened and what to do stands in the catalogues under `alert.NAME.title`, `.text` and `.action`.

package import Web

package struct AlertKind: Sendable {
    /// Whether it is over by itself.
    package enum Course: Sendable {
        /// A state that lasts until what it is about is over: whoever raises it resolves it. Dismissed, it stays quiet until then.
        case lasting
        /// Something that has happened: dismissed, it is over, and the next one is a new notice.
        case single
    }

    package let name: String
    package let gravity: BadgeView.Kind
    package let course: Course
    /// Of what happened, where each has a text of its own, `.text.VARIANT`; of the empty one it is `.text`.
    package let variants: [String]
    /// It tells the account what staff of the platform do: not theirs to dismiss.
    package let isOfStaff: Bool
    /// The right to where it leads.
    package let right: Right
    /// What its words name that the subject says, in the reader's language.
    private let naming: @Sendable (_ subject: String, Translation) -> [String: String]
    /// Where something can be done about a subject; nil: nowhere but at the notice.
    package let place: @Sendable (_ subject: String) -> String?

    package init(
        _ name: String, _ gravity: BadgeView.Kind, _ course: Course, variants: [String] = [], isOfStaff: Bool = false, right: Right,
        naming: @escaping @Sendable (_ subject: String, Translation) -> [String: String] = { _, _ in [:] },
        place: @escaping @Sendable (_ subject: String) -> String?
    ) {
        (self.name, self.gravity, self.course, self.variants, self.right, self.place) = (name, gravity, course, variants, right, place)
        (self.isOfStaff, self.naming) = (isOfStaff, naming)
    }

    /// For a test that no language lacks one.
    package var neededWords: [String] {
        ["\(key).title", "\(key).action"] + (variants.isEmpty ? [""] : variants).map(textKey)
    }

    private var key: String { "alert.\(name)" }

    func title(_ alert: AlertRecord, _ t: Translation) -> String { t("\(key).title", words(alert, t)) }

    func text(_ alert: AlertRecord, _ t: Translation) -> String {
        t(textKey(variants.isEmpty ? "" : alert.variant), words(alert, t))
    }

    private func words(_ alert: AlertRecord, _ t: Translation) -> [String: String] {
        alert.words(in: t.language).merging(naming(alert.subject, t)) { $1 }
    }

    func mayBeDismissed(by member: Member) -> Bool { !isOfStaff || !member.session.isOperator }

    private func textKey(_ variant: String) -> String { variant.isEmpty ? "\(key).text" : "\(key).text.\(variant)" }

    func action(_ t: Translation) -> String { t("\(key).action") }
}
