// How much of each thing an account may have and has, and another number for those that can be adjusted.

import Database
import HTTP
import HTTPTypes
import Spelling
import Templating
import Web

/// One account's own number; nil: as every account.
struct AccountLimit {
    let limit: Limit
    let account: AccountRecord
    var maximum: Int?

    /// Of any limit.
    static let maximum = 100_000_000

    static let form = Form<AccountLimit, Void>("account_limit") {
        Integer("maximum", \.maximum, in: 0...maximum, unit: nil)
    }
}

struct AccountLimitsController {
    /// Before the limit's name in addresses.
    private static let prefix = "limit."

    let editor: SettingsEditor<Person, AccountLimit, Void>
    private let limits: [Limit]
    private let template: PageTemplate<AccountLimitsPage>

    init(_ app: App) throws {
        let limits = app.features.allLimits
        self.limits = limits
        template = try app.site.page("operator/limits")
        let formTemplate: PageTemplate<FormPage> = try app.site.page("shared/form_page")
        editor = try SettingsEditor(
            AccountLimit.form, at: ClientAccountController.path + "/{slug}/limits/{name}", action: "account.limit",
            version: { $0.maximum.map { String($0) } ?? "standard" }, subject: { $0.limit.name }, account: { new, _ in new.account.id },
            app.site,
            load: { person, connection in
                let name = (person.visit.parameters["name"] ?? "").rest(after: Self.prefix) ?? ""
                guard let limit = limits.first(where: { $0.name.isIdentical(to: String(name)) && $0.isAdjustable }) else {
                    throw Abort(.notFound)
                }
                let account = try person.account(on: connection)
                return AccountLimit(limit: limit, account: account, maximum: try limit.ownMaximum(of: account.id, on: connection))
            }, context: { _, _, _ in },
            save: { new, old, _, connection in
                try connection.lock(new.account.id)
                guard try new.limit.ownMaximum(of: new.account.id, on: connection) == old.maximum else { throw Refusal.stale }
                try new.limit.setMaximum(new.maximum, of: new.account.id, telling: app.alerts, on: connection)
            },
            page: { view, stored, _, person in
                let t = person.t
                var view = view
                let path = Self.path(of: stored.account)
                view.wayOut = .init(t("account_limit.back"), to: path)
                let head = PageHead(
                    t("account_limit.title", ["limit": stored.limit.title(t), "account": stored.account.name]),
                    lead: t(
                        stored.limit.unit == .gigabytes ? "account_limit.lead.gigabytes" : "account_limit.lead",
                        ["standard": stored.limit.text(stored.limit.standard, person.numbers)]),
                    section: t("operator.section"),
                    up: OperatorStep.below(stored.account.name, stored.account.slug, t) + [(t("operator.limits.title"), path)])
                return try person.page(formTemplate, FormPage(view), head, hasErrors: view.isRefused)
            })
    }

    private static func path(of account: AccountRecord) -> String { ClientAccountController.path(of: account.slug) + "/limits" }

    @Sendable func index(_ person: Person) throws -> WebResponse {
        let t = person.t
        let (account, usages, open) = try person.read { connection in
            let account = try person.account(on: connection)
            return (
                account, try limits.map { ($0, try $0.usage(of: account.id, on: connection)) },
                try LimitRequestStore.open(of: account.id, on: connection)
            )
        }
        let rows = usages.map { limit, usage in
            AccountLimitView(
                name: usage.title(t), isMeasured: limit.isMeasured, used: usage.usedText(person.numbers),
                maximum: usage.maximumText(person.numbers), state: usage.state.badge(t),
                standard: usage.maximum == limit.standard ? "" : limit.text(limit.standard, person.numbers),
                href: limit.isAdjustable ? "\(Self.path(of: account))/\(Self.prefix)\(limit.name)" : "",
                request: open.first { $0.name == limit.name }.map { LimitQueueController.path(of: $0.id) } ?? "")
        }
        return try person.page(
            template, AccountLimitsPage(rows: rows),
            PageHead(
                t("operator.limits.of", ["account": account.name]), lead: t("operator.limits.lead"), section: t("operator.section"),
                up: OperatorStep.below(account.name, account.slug, t)))
    }

    @Sendable func update(_ person: Person) throws -> WebResponse {
        let submission = try editor.submission(person)
        return try editor.save(submission, to: Self.path(of: submission.value.account))
    }
}

extension Limit {
    /// Nil: the standard one.
    fileprivate func ownMaximum(of account: ID<Account>, on connection: any Connection) throws -> Int? {
        let maximum = try maximum(of: account, on: connection)
        return maximum == standard ? nil : maximum
    }
}

extension LimitUsage.State {
    func badge(_ t: Translation) -> BadgeView {
        let words = t("operator.limits.\(rawValue)")
        switch self {
        case .normal: return BadgeView(.good, words)
        case .near: return BadgeView(.warning, words)
        case .reached: return BadgeView(.bad, words)
        }
    }
}

struct AccountLimitsPage: TemplateData {
    let rows: [AccountLimitView]
}

struct AccountLimitView: TemplateData {
    let name: String
    let isMeasured: Bool
    let used: String
    let maximum: String
    let state: BadgeView
    /// Where the account has another.
    let standard: String
    /// Empty: the same for every account.
    let href: String
    /// That waits for an answer; empty: none.
    let request: String
}
