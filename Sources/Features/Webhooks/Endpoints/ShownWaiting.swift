// How many deliveries somebody was told of before they decided to give them up: when it is many more by now, they are asked again.

import HTTP
import Web

enum ShownWaiting {
    private static let name = "waiting"
    /// So many come and go while somebody reads a page.
    private static let few = 10

    static func hidden(_ count: Int) -> HiddenField { HiddenField(name: name, value: String(count)) }

    /// Nil for up to twice as many as were shown, and a few; and where nothing was: a call that did not come from the page.
    static func conflict(with count: Int, _ form: FormData, _ visit: Visit) -> ConflictView? {
        guard let shown = form[name].flatMap({ Int($0) }), shown >= 0, (count - few) / 2 > shown else { return nil }
        let label = visit.t("webhooks.waiting.label")
        return ConflictView(visit.t, seen: [(label, visit.numbers.text(shown), visit.numbers.text(count))])
    }
}
