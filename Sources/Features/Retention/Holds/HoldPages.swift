// What the pages of legal holds show.

import Database
import Templating
import Time
import Web

struct HoldsPage: TemplateData {
    let selects: [SelectView]
    let isFiltered: Bool
    let rows: [HoldRowView]
    let pager: PagerView
    let empty: EmptyView?
}

struct HoldRowView: TemplateData {
    let id: String
    let scope: String
    /// Of a hold on one item, which is there.
    let itemHref: String
    let who: String
    let placed: TimeView
    let reason: String
    /// How many, how far it is, and how many were too late.
    let items: String
    let late: String
    let state: BadgeView
    let releasedBy: String
    let released: TimeView?
    let releaseReason: String
    let freed: String
    /// Empty: it cannot be released just now, or not by this reader.
    let releaseHref: String

    init(_ hold: HoldRecord, _ member: Member) {
        let t = member.t
        id = hold.id.description
        scope = hold.scope
        itemHref = hold.media.map { MediaItemsController.path(of: $0) } ?? ""
        who = hold.who(t)
        placed = member.accountTimes.view(hold.createdAt)
        reason = hold.reason
        items = hold.state == .placing ? t("media.hold.so_far", count: hold.items) : t("media.count", count: hold.items)
        late = hold.late == 0 ? "" : t("media.hold.late", count: hold.late)
        state = hold.state.badge(t)
        releasedBy = hold.releasedBy ?? ""
        released = hold.releasedAt.map { member.accountTimes.view($0) }
        releaseReason = hold.releaseReason ?? ""
        switch hold.state {
        case .placing, .placed: freed = ""
        case .releasing: freed = t("media.hold.freed_so_far", count: hold.freed)
        case .released: freed = t("media.hold.freed", count: hold.freed)
        }
        releaseHref = hold.state == .placed && member.may(.manageRetention) ? HoldController.releasePath(of: hold.id) : ""
    }
}

/// The reason, beside what it is for.
struct HoldFormPage: TemplateData {
    let strong: String
    let text: String
    let facts: [Fact]
    let form: FormView
}
