// The pages of a list of domains: the list, add, with a question first where it is wanted, and delete.

import Database
import HTTP
import HTTPTypes
import Spelling
import Templating
import Web

struct DomainController<Item: DomainItem> {
    let editor: SettingsEditor<Member, Item, DomainContext<Item>>
    private let list: PageTemplate<DomainListPage>
    private let question: PageTemplate<ConfirmPage>
    private var kind: DomainKind { Item.kind }

    init(_ app: App) throws {
        let kind = Item.kind
        let formTemplate: PageTemplate<FormPage> = try app.site.page("shared/form_page")
        list = try app.site.page("security/index")
        question = try app.site.page("shared/confirm")
        editor = try SettingsEditor(
            Item.form, at: kind.path, action: kind.creation,
            making: Making(\.id, made: { try DomainStore.made($0, of: $1.account.id, on: $2) }), subject: { $0.name.shown }, app.site,
            load: { member, _ in Item(id: member.site.ids.next()) },
            context: { member, _, connection in try DomainContext(of: member.account.id, on: connection) },
            save: { new, _, member, connection in
                try DomainStore.insert(
                    new, in: member.account.id, by: member.session.userName, at: member.now, telling: app.alerts, on: connection)
            },
            page: { view, _, context, member in
                var view = view
                view.wayOut = .init(member.t("security.cancel"), to: kind.path)
                if let refusal = context.usage.refusal(member.visit) { view.notice = refusal }
                return try member.page(
                    formTemplate, FormPage(view), Self.head("\(Item.kind.name).new.title", [:], member), hasErrors: view.isRefused)
            })
    }

    var routes: [Route] {
        [
            .get(kind.path, .needs(.viewSecurity), index),
            .get(kind.path + "/new", .needs(.manageSecurity), editor.edit),
            .post(kind.path, .needs(.manageSecurity), create).keeping(Item.form),
            .get(kind.path + "/{id}/delete", .needs(.manageSecurity), askToDelete),
            .post(kind.path + "/{id}/delete", .needs(.manageSecurity), delete),
        ]
    }

    // MARK: The list

    @Sendable func index(_ member: Member) throws -> WebResponse {
        let t = member.t
        let context: DomainContext<Item> = try member.read { try DomainContext(of: member.account.id, on: $0) }
        let page = DomainListPage(context, search: member.query["q"] ?? "", member)
        return try member.page(
            list, page, PageHead(t("\(kind.name).tab"), lead: t("\(kind.name).lead"), section: t("security.title")))
    }

    // MARK: Adding

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let submission = try editor.submission(member)
        let name = submission.value.name
        let names = submission.context.names.filter { $0 != name }
        return try editor.save(
            submission,
            ask: {
                let reasons = Lookalikes(names).reasons(name)
                let outside = kind.isOfUsers && names.isEmpty ? submission.context.outside([name]) : 0
                let asked = (reasons.isEmpty ? [] : ["lookalike"]) + (outside > 0 ? ["outside"] : [])
                let isRefused = submission.context.names.contains(name) || submission.context.usage.state == .reached
                let answered = (member.form["confirmed"] ?? "").words().map { String($0) }
                guard !isRefused, !asked.allSatisfy(answered.contains) else { return nil }
                return try ask(submission, reasons, outside: outside, as: asked.joined(separator: " "), member)
            },
            after: {
                var said = [member.t("security.created", ["domain": name.shown])]
                if DomainName.isPartOfAddress(member.form["domain"] ?? "") { said.append(member.t("security.created.part")) }
                if let wide = names.first(where: { $0.covers(name) }) {
                    said.append(member.t("security.created.covered", ["domain": wide.shown]))
                }
                let covered = names.count { name.covers($0) }
                if covered > 0 { said.append(member.t("security.created.covers", count: covered)) }
                return said.joined(separator: " ")
            })
    }

    /// A domain that may be taken for another, or the first that shuts others out.
    private func ask(
        _ submission: SettingsEditor<Member, Item, DomainContext<Item>>.Submission, _ reasons: [Lookalike], outside: Int,
        as asked: String, _ member: Member
    ) throws -> WebResponse {
        let t = member.t
        let name = submission.value.name
        let marks = [
            HiddenField(name: FormMark.making, value: submission.typed[FormMark.making] ?? ""),
            HiddenField(name: "confirmed", value: asked),
        ]
        let users = outside > 0 ? t("user_domain.outside.ask", count: outside, ["domain": name.shown]) : ""
        let page = ConfirmPage(
            action: kind.path, back: kind.path, strong: reasons.isEmpty ? users : t("security.lookalike.strong"),
            text: reasons.isEmpty
                ? t("user_domain.outside.stay") : (reasons.map { $0.words(t) } + [users]).filter { !$0.isEmpty }.joined(separator: " "),
            note: t(reasons.isEmpty ? "user_domain.outside.note" : "security.lookalike.note"),
            facts: [Fact(t("security.shown"), name.shown), Fact(t("security.ascii"), name.ascii, isCode: true)],
            submit: t("security.add.anyway", ["domain": name.shown]), keep: t("security.cancel"),
            hidden: editor.hidden(submission.value, member) + marks)
        return try member.page(question, page, Self.head("\(Item.kind.name).ask.title", ["domain": name.shown], member))
    }

    // MARK: Deleting

    @Sendable func askToDelete(_ member: Member) throws -> WebResponse {
        let (record, context) = try member.read { try found(member, on: $0) }
        return try askToDelete(record, context, member)
    }

    private func askToDelete(
        _ record: DomainRecord<Item>, _ context: DomainContext<Item>, _ member: Member, _ conflict: ConflictView? = nil
    ) throws -> WebResponse {
        let t = member.t
        let consequences = DomainDeletion(record.name, context, t)
        let page = ConfirmPage(
            action: Item.path(of: record.id) + "/delete", back: kind.path, strong: consequences.strong, text: consequences.text,
            note: t("security.delete.note"),
            facts: facts(record, t), consequence: consequences.fact(t), submit: t("security.delete.submit"),
            keep: t("security.delete.keep"), conflict: conflict)
        return try member.page(
            question, page, Self.head("\(Item.kind.name).delete.title", ["domain": record.name.shown], member), hasErrors: conflict != nil,
            status: conflict.map { _ in .conflict })
    }

    private func facts(_ record: DomainRecord<Item>, _ t: Translation) -> [Fact] {
        [
            Fact(t("security.shown"), record.name.shown), Fact(t("security.ascii"), record.name.ascii, isCode: true),
            Fact(t("security.added_by"), UnnamedActor(rawValue: record.userName)?.words(t) ?? record.userName),
        ]
    }

    /// A domain does not change, but with the rest of the list what its going means.
    @Sendable func delete(_ member: Member) throws -> WebResponse {
        let shown = ShownFacts(member.form)
        func conflict(_ record: DomainRecord<Item>, _ context: DomainContext<Item>) -> ConflictView? {
            let t = member.t
            return shown.conflict(with: facts(record, t) + [DomainDeletion(record.name, context, t).fact(t)], t)
        }
        let (record, context) = try member.read { try found(member, on: $0) }
        if let conflict = conflict(record, context) { return try askToDelete(record, context, member, conflict) }
        do {
            try member.delete(kind.entity, named: record.name.shown) { connection in
                try connection.lock(member.account.id)
                let (record, context) = try found(member, on: connection)
                guard conflict(record, context) == nil else { throw Refusal.stale }
                return try DomainStore.delete(record.id, of: member.account.id, on: connection)
            }
        } catch Refusal.stale {
            // In the same moment: said as it is by now.
            return try delete(member)
        }
        return member.redirect(to: kind.path, saying: member.t("security.deleted", ["domain": record.name.shown]))
    }

    /// Throws 404.
    private func found(_ member: Member, on connection: any Connection) throws -> (DomainRecord<Item>, DomainContext<Item>) {
        let id: ID<Item> = try member.id()
        let context = try DomainContext<Item>(of: member.account.id, on: connection)
        guard let record = context.records.first(where: { $0.id == id }) else { throw Abort(.notFound) }
        return (record, context)
    }

    private static func head(_ title: String, _ values: [String: String], _ member: Member) -> PageHead {
        let t = member.t
        return PageHead(t(title, values), section: t("security.title"), up: [(t("\(Item.kind.name).tab"), Item.kind.path)])
    }
}
