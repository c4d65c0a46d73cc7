// The first administrators of an account, who have not been in it yet: their link once more, sent or shown to be handed over.

import Database
import HTTP
import HTTPTypes
import Mail
import Templating
import Web

struct InvitationController {
    private let app: App
    private let letters: PasswordLetters
    private let template: PageTemplate<UserLinkPage>

    init(_ app: App) throws {
        self.app = app
        letters = try PasswordLetters(app)
        template = try app.site.page("users/link")
    }

    @Sendable func create(_ person: Person) throws -> WebResponse {
        let t = person.t
        let user: ID<User> = try person.id()
        let (account, reader) = try person.read { connection in
            let account = try person.account(on: connection)
            let isInvited = try AccountDirectory.invited(in: account.id, on: connection).contains(user)
            return (account, isInvited ? try letters.reader(user, on: connection) : nil)
        }
        guard let reader else { throw Abort(.notFound) }
        let href = ClientAccountController.path(of: account.slug)
        let link: String?
        do {
            link = try person.change("user.link", of: reader.email, in: account.id) { connection in
                // They may have followed an earlier link meanwhile.
                guard try AccountDirectory.invited(in: account.id, on: connection).contains(user) else { throw Refusal.notFound }
                return try letters.give(.invitation, to: reader, from: person.session.userName, on: connection)
            }
        } catch let problem as FieldProblem {
            return person.redirect(to: href, .bad, saying: UserEntry.form.message(problem.word, of: problem.field, t) + ".")
        }
        guard let link else {
            return person.redirect(to: href, saying: t("users.link.sent", ["email": reader.email]))
        }
        let code = CodeView(t("users.link.label"), link, id: "link")
        let page = UserLinkPage(link: code, href: href, name: reader.name, back: t("operator.back"))
        let head = PageHead(
            t("users.link.invitation.title"), lead: t("users.link.lead", ["name": reader.name]), section: t("operator.section"),
            up: OperatorStep.below(account.name, account.slug, t))
        return try person.page(template, page, head)
    }
}
