// What staff change of an account from outside. The short name stays what it is: machines' addresses have it, and the inbox folder of its
// media, so that another would lose what is sent meanwhile.

import Database
import HTTPTypes
import Web

struct AccountName {
    var id = ID<Account>(value: 0)
    var slug = ""
    var name = ""
    var version = 0

    static let form = Form<AccountName, Void>("client_account") {
        Line("name", \.name, .name)
    }

    static let record = Record(AccountName()) {
        Column("id", \.id, isUpdated: false)
        Column("slug", \.slug, isUpdated: false)
        Column("name", \.name)
        Column("version", \.version, isUpdated: false)
    }
}

extension ClientAccountController {
    static func nameEditor(_ site: Site) throws -> SettingsEditor<Person, AccountName, Void> {
        let template: PageTemplate<FormPage> = try site.page("shared/form_page")
        return try SettingsEditor(
            AccountName.form, at: path + "/{slug}/name", action: "account.rename", version: { String($0.version) },
            subject: { $0.slug }, account: { new, _ in new.id }, site,
            load: { person, connection in
                guard let found = try AccountDirectory.name(slug: person.slug, on: connection) else { throw Abort(.notFound) }
                return found
            }, context: { _, _, _ in }, save: { new, _, _, connection in try AccountDirectory.rename(new, on: connection) },
            page: { view, stored, _, person in
                var view = view
                view.wayOut = .init(person.t("operator.back"), to: path(of: stored.slug))
                let head = PageHead(
                    person.t("client_account.title"), lead: person.t("client_account.lead"), section: person.t("operator.section"),
                    up: OperatorStep.below(stored.name, stored.slug, person.t))
                return try person.page(template, FormPage(view), head, hasErrors: view.isRefused)
            })
    }
}
