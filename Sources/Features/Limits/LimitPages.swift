// What the pages of limits and of requests show.

import Database
import Templating
import Web

struct LimitsPage: TemplateData {
    let rows: [LimitView]
    let requests: [LimitRequestView]
    let pager: PagerView

    static let fields = Fields<LimitsPage> {
        Flag("has_requests") { !$0.requests.isEmpty }
    }
}

struct LimitView: TemplateData {
    let name: String
    let isMeasured: Bool
    let used: String
    let maximum: String
    let state: BadgeView
    let adjustable: String
    /// Since when the figures are, and the highest of the last days; empty: not measured yet.
    let measured: String
    let highest: String
    /// Where more can be asked for; empty: nowhere, or not by this reader.
    let href: String
    /// More was asked for, and there is no answer yet.
    let isOpen: Bool

    init(_ limit: Limit, _ usage: LimitUsage, _ measure: LimitMeasureStore.Measure?, isOpen: Bool, _ member: Member) {
        let t = member.t
        name = limit.title(t)
        isMeasured = limit.isMeasured
        used = usage.usedText(member.numbers)
        maximum = usage.maximumText(member.numbers)
        state = usage.state.badge(t)
        adjustable = t(limit.isAdjustable ? "limits.adjustable.yes" : "limits.adjustable.no")
        measured =
            limit.isMeasured
            ? measure.map { t("limits.measured.at", ["at": member.times.brief($0.at)]) } ?? t("limits.measured.not_yet") : ""
        highest = measure.map { t("limits.highest", ["count": LimitView.text($0.highest, limit, member.numbers)]) } ?? ""
        href = limit.isAdjustable && !isOpen && member.may(.manageLimits) ? LimitsController.path(of: limit) : ""
        self.isOpen = isOpen
    }

    /// As it is counted.
    private static func text(_ count: Int, _ limit: Limit, _ numbers: Numbers) -> String {
        limit.unit == .gigabytes ? numbers.bytes(count) : numbers.text(count)
    }
}

/// To the account, and to the platform's staff in their list.
struct LimitRequestView: TemplateData {
    let href: String
    let accountName: String
    let name: String
    let had: String
    let wanted: String
    let reason: String
    let userName: String
    let asked: TimeView
    let state: BadgeView
    let granted: String
    let answer: String
    let closedBy: String
    let closed: TimeView?
    /// Empty: it cannot be withdrawn, or not by this reader.
    let withdrawal: String

    init(_ request: LimitRequest, _ limit: Limit?, of accountName: String = "", mayWithdraw: Bool = false, _ reader: some SignedIn) {
        let t = reader.t
        func text(_ number: Int?) -> String {
            number.map { limit?.text($0, reader.numbers) ?? reader.numbers.text($0) } ?? ""
        }
        href = LimitQueueController.path(of: request.id)
        self.accountName = accountName
        name = limit?.title(t) ?? request.name
        (had, wanted, reason) = (text(request.had), text(request.wanted), request.reason)
        userName = request.userName
        asked = reader.times.view(request.createdAt)
        state = request.state.badge(t)
        granted = request.granted.map { t("limits.requests.granted", ["limit": text($0)]) } ?? ""
        answer = request.answer ?? ""
        closedBy = request.closedBy ?? ""
        closed = request.closedAt.map { reader.times.view($0) }
        withdrawal =
            mayWithdraw && request.state == .submitted ? "\(LimitsController.path)/requests/\(request.id)/withdrawal" : ""
    }
}

struct LimitQueuePage: TemplateData {
    let state: SelectView
    let isFiltered: Bool
    let rows: [LimitRequestView]
    let pager: PagerView
    let empty: EmptyView?
}

struct LimitAnswerPage: TemplateData {
    let facts: [Fact]
    let state: BadgeView
    /// It had an answer already when this one came, or was withdrawn.
    let isUnsaved: Bool
    /// What was typed then.
    let unsaved: String
    /// Where all of the account's limits are.
    let limits: String
    let form: FormView?
}
