// A place to try the head of line: choose a queue and a user, and see which number shows and why.

import Database
import HTTP
import HTTPTypes
import Templating
import Web

struct HeadOfLineController {
    /// Users in the list; of more, one finds the wanted by name.
    static let listed = 200
    private static let path = "/settings/account/head-of-line"

    private let template: PageTemplate<HeadOfLinePage>

    init(_ app: App) throws {
        template = try app.site.page("account/head_of_line")
    }

    @Sendable func show(_ member: Member) throws -> WebResponse {
        let t = member.t
        let account = member.account.id
        let search = member.query["find"] ?? ""
        let (settings, user, queue, found, queues) = try member.read { connection in
            (
                try AccountStore.settings(of: account, on: connection),
                try chosen("user", User.self, member) { try AccountStore.line(of: $0, in: account, on: connection) },
                try chosen("queue", Queue.self, member) { try AccountStore.line(of: $0, in: account, on: connection) },
                try AccountStore.users(of: account, matching: search, limit: Self.listed + 1, on: connection),
                try ReferenceStore.names(of: Queue.self, in: account, on: connection)
            )
        }
        let head = HeadOfLine(queue: queue?.line.headOfLine, user: user?.line.headOfLine, account: settings.headOfLine)
        let hasMore = found.count > Self.listed
        var users = Array(found.prefix(Self.listed))
        if let user, !users.contains(where: { $0.id == user.id }) {
            users.insert((user.id, user.line.name, user.line.isEnabled), at: 0)
        }
        /// Somebody disabled calls nobody, but keeps their number for the day they are back.
        func shown(_ name: String, _ isEnabled: Bool) -> String { isEnabled ? name : t("account.try.disabled", ["name": name]) }

        let numbers: [(source: HeadOfLine.Source, name: String, number: String?)] = [
            (.queue, queue?.line.name ?? t("account.try.no_queue"), queue?.line.headOfLine),
            (.user, user.map { shown($0.line.name, $0.line.isEnabled) } ?? t("account.try.no_user"), user?.line.headOfLine),
            (.account, member.account.name, settings.headOfLine),
        ]
        let reason = head.source == .user && queue == nil ? "user.no_queue" : head.source.rawValue
        let page = HeadOfLinePage(
            action: Self.path,
            queue: SelectView(
                "queue", t("account.try.queue"), selected: queue?.id.description ?? "",
                options: [("", t("account.try.no_queue"))] + queues.map { ($0.id.description, $0.name) }),
            user: SelectView(
                "user", t("account.try.user"), selected: user?.id.description ?? "",
                options: [("", t("account.try.no_user"))] + users.map { ($0.id.description, shown($0.name, $0.isEnabled)) }),
            find: hasMore || !search.isEmpty
                ? SearchView(
                    "find", t("account.try.find"),
                    hint: hasMore ? t("account.try.find.hint", ["limit": member.numbers.text(Self.listed)]) : "",
                    value: search) : nil,
            number: head.number.map { PhoneView($0) },
            reason: t(
                "account.try.reason.\(reason)",
                ["name": (head.source == .user ? user?.line.name : nil) ?? numbers.first { $0.source == head.source }?.name ?? ""]),
            steps: HeadOfLine.Source.allCases.map { source in
                let line = numbers.first { $0.source == source }
                return HeadOfLineStep(source, name: line?.name ?? t("account.try.nobody"), number: line?.number, shown: head.source, t)
            })
        return try member.page(
            template, page, PageHead(t("account.try.title"), lead: t("account.try.lead"), up: [(t("account.title"), "/settings/account")]))
    }

    /// What the query names; nothing when it is empty. Throws 404 for what is not in this account.
    private func chosen<Entity>(
        _ name: String, _ entity: Entity.Type, _ member: Member, find: (ID<Entity>) throws -> AccountStore.NamedLine?
    ) throws -> (id: ID<Entity>, line: AccountStore.NamedLine)? {
        guard let text = member.query[name], !text.isEmpty else { return nil }
        guard let id = ID<Entity>(text), let line = try find(id) else { throw Abort(.notFound) }
        return (id, line)
    }
}

struct HeadOfLinePage: TemplateData {
    let action: String
    let queue: SelectView
    let user: SelectView
    let find: SearchView?
    let number: PhoneView?
    let reason: String
    let steps: [HeadOfLineStep]
}

struct HeadOfLineStep: TemplateData {
    let place: String
    let what: String
    let name: String
    let number: PhoneView?
    let none: String
    let badge: BadgeView?
    /// Why it does not show.
    let outcome: String

    init(_ source: HeadOfLine.Source, name: String, number: String?, shown: HeadOfLine.Source, _ t: Translation) {
        place = String(source.place)
        what = t("account.try.step.\(source.rawValue)")
        self.name = name
        self.number = number.map { PhoneView($0) }
        none = number == nil ? t("account.try.no_number") : ""
        badge = source == shown ? BadgeView(.good, t("account.try.shows")) : nil
        outcome = t(source.place < shown.place ? "account.try.passed" : "account.try.not_reached")
    }
}
