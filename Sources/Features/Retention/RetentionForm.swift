// Retention's form: for each kind, without limit or a number of days.

import HTTP
import Time
import Web

/// What the form and its page show besides the policy.
struct RetentionContext {
    let stock: [MediaKind: MediaStock]
    let state: RetentionStore.State
    /// What the values that were typed would delete at the next purge; nil until somebody asks.
    var preview: [PurgeFigures]?
    let numbers: Numbers
    let times: Times
}

extension RetentionPolicy {
    static let form = Form<RetentionPolicy, RetentionContext>("retention") {
        for kind in MediaKind.allCases {
            OneOf(kind.rawValue) {
                Case("unlimited", \.days[kind], is: nil)
                Case("days", \.days[kind], from: 30) {
                    Integer("\(kind.rawValue)_days", \.self, in: RetentionPolicy.allowedDays, unit: "shared.unit.days")
                }
            }.hint { situation, _ in hint(kind, situation) }
        }
    }

    /// What is stored, and what a preview would delete of it.
    private static func hint(_ kind: MediaKind, _ at: Situation<RetentionContext>) -> String {
        guard let stock = at.context.stock[kind], let oldest = stock.oldest else { return at.t("retention.stock.none") }
        let numbers = at.context.numbers
        let most = at.t("retention.stock.more_than", ["count": numbers.text(MediaStock.countedTo)])
        let held = stock.held > MediaStock.countedTo ? most : numbers.text(stock.held)
        let stored =
            stock.isMore
            ? at.t("retention.stock.many", ["items": most, "oldest": at.context.times.date(oldest), "held": held])
            : at.t(
                "retention.stock", count: stock.items,
                ["size": numbers.bytes(stock.bytes), "oldest": at.context.times.date(oldest), "held": held])
        guard let items = at.context.preview?.first(where: { $0.kind == kind })?.items, items > 0 else { return stored }
        return stored + " " + at.t("retention.stock.deletes", count: items)
    }
}
