// Deleting an email domain: the page says what depends on it, and asks. Its entries go with it.

import Database
import HTTP
import HTTPTypes
import Templating
import Web

struct EmailDomainDeletionController {
    private let removals: BlacklistRemovals
    private let template: PageTemplate<ConfirmPage>

    init(_ app: App, _ removals: BlacklistRemovals) throws {
        self.removals = removals
        template = try app.site.page("shared/confirm")
    }

    @Sendable func new(_ member: Member) throws -> WebResponse {
        let t = member.t
        let (record, users) = try member.read { connection in
            let record = try EmailDomainStore.record(member.id(), of: member.account.id, on: connection)
            let users = try EmailDomainStore.users(withAddressesOf: record.domain.shown, in: member.account.id, on: connection)
            return (record, users)
        }
        let domain = record.domain
        let entries = [Fact(t("email_domains.entries"), member.numbers.text(record.counts.all))]
        let page = ConfirmPage(
            action: domain.path + "/delete", back: domain.path, strong: t("email_domains.delete.strong"),
            text: t("email_domains.delete.text"), note: t("email_domains.delete.note"),
            facts: [],
            figures: entries + record.counts.facts(t, member.numbers) + [
                Fact(
                    t("email_domains.users"),
                    users == 0 ? t("email_domains.users.none") : t("email_domains.users.count", count: users))
            ], submit: t("email_domains.delete.submit"), keep: t("email_domains.delete.keep"))
        let head = PageHead(
            t("email_domains.delete.title", ["domain": domain.shown]), section: t("security.title"),
            up: [EmailDomainStep.list(t), (domain.shown, domain.path)])
        return try member.page(template, page, head)
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let domain = try member.read { try EmailDomainStore.record(member.id(), of: account, on: $0) }.domain
        try member.delete(.emailDomain, named: domain.shown) { connection in
            try connection.lock(account)
            // As many as there are by now.
            let record = try EmailDomainStore.record(domain.id, of: account, on: connection)
            if record.counts.all > 0 { try remove(record, by: member, on: connection) }
            return try EmailDomainStore.delete(domain.id, of: account, on: connection)
        }
        removals.begin()
        return member.redirect(to: EmailDomainController.path, saying: member.t("email_domains.deleted", ["domain": domain.shown]))
    }

    /// The first entries at once, the rest behind it.
    private func remove(_ record: EmailDomainRecord, by member: Member, on connection: any Connection) throws {
        let planned = record.counts.all
        let deletion = try Deletion(
            account: member.account.id, user: member.session.user, userName: member.session.userName, entity: .blacklistEntry,
            detail: record.domain.shown, planned: planned, items: 0, bytes: 0
        ).record(member.site, on: connection)
        let removal = BlacklistRemoval(
            id: member.site.ids.next(), account: member.account.id, domain: record.domain.id, user: nil, deletion: deletion,
            planned: planned, done: 0)
        try BlacklistRemovalStore.begin(removal, on: connection)
        try BlacklistRemovalStore.goOn(removal.id, member.site, on: connection)
    }
}
