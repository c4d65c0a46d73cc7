// A link for somebody of the account, to choose a password: sent to them, or shown once to be handed over.

import Database
import HTTP
import HTTPTypes
import Mail
import Telephony
import Templating
import Web

struct UserLinkController {
    private let app: App
    private let store: UserStore
    private let letters: PasswordLetters
    private let template: PageTemplate<UserLinkPage>

    init(_ app: App) throws {
        self.app = app
        store = UserStore(app)
        letters = try PasswordLetters(app)
        template = try app.site.page("users/link")
    }

    /// Of a page that was made by a form, opened again by its address: the link was shown there once.
    @Sendable func show(_ member: Member) throws -> WebResponse {
        let user = try member.read { try store.user(member.id(), of: member.account.id, on: $0) }
        return member.redirect(to: UserController.path(of: user.entry.id), .info, saying: member.t("users.link.shown"))
    }

    private func text(_ kind: PasswordLetters.Kind, to user: UserRecord, _ member: Member) throws -> WebResponse {
        let href = UserController.path(of: user.entry.id)
        let account = member.account.id
        // Nobody chooses their own password anew by a telephone whose number they may have changed just before.
        guard user.entry.id != member.session.user else { return .redirect(to: Session.passwordPath) }
        let number: String?
        do {
            number = try member.change("user.link", of: user.entry.email) { connection in
                try member.requireChangeable(user.entry.id, store, on: connection)
                let number = try store.user(user.entry.id, of: account, on: connection).entry.mobile
                guard let number, try app.texts.canSend(for: account, on: connection),
                    let reader = try letters.reader(user.entry.id, on: connection)
                else { throw Refusal.notFound }
                try app.tell(
                    kind == .reset ? .resetBegun : .invitedAgain, of: reader.person, by: EventActor(member), in: account, on: connection)
                try letters.text(kind, to: reader, at: number, of: account, on: connection)
                return number
            }
        } catch let problem as FieldProblem {
            return refused(problem, at: href, member)
        }
        return member.redirect(to: href, saying: member.t("users.link.texted", ["number": PhoneNumbers.grouped(number ?? "")]))
    }

    private func refused(_ problem: FieldProblem, at href: String, _ member: Member) -> WebResponse {
        member.redirect(to: href, .bad, saying: UserEntry.form.message(problem.word, of: problem.field, member.t) + ".")
    }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let t = member.t
        let account = member.account.id
        let user = try member.read { try store.user(member.id(), of: account, on: $0) }
        let href = UserController.path(of: user.entry.id)
        guard member.mayChange(user) else { throw Abort(.notFound) }
        guard user.isEnabled else { return member.redirect(to: href, .info, saying: t("users.link.disabled", ["name": user.entry.name])) }
        // Shown to whoever found the browser open it would take the place of the present password, which a change of one's own asks for.
        guard app.mailer.canSend || user.entry.id != member.session.user else { return .redirect(to: Session.passwordPath) }
        let kind: PasswordLetters.Kind = user.hasPassword ? .reset : .invitation
        if member.form["by"] == "sms" { return try text(kind, to: user, member) }
        let link: String?
        do {
            link = try member.change("user.link", of: user.entry.email) { connection in
                try member.requireChangeable(user.entry.id, store, on: connection)
                guard let reader = try letters.reader(user.entry.id, on: connection) else { throw Refusal.notFound }
                try app.tell(
                    kind == .reset ? .resetBegun : .invitedAgain, of: reader.person, by: EventActor(member), in: account, on: connection)
                return try letters.give(kind, to: reader, from: member.session.userName, on: connection)
            }
        } catch let problem as FieldProblem {
            return refused(problem, at: href, member)
        }
        guard let link else {
            return member.redirect(to: href, saying: t("users.link.sent", ["email": user.entry.email]))
        }
        let code = CodeView(t("users.link.label"), link, id: "link")
        let page = UserLinkPage(link: code, href: href, name: user.entry.name, back: t("users.link.back"))
        let head = PageHead(
            t("users.link.\(kind.rawValue).title"), lead: t("users.link.lead", ["name": user.entry.name]), section: t("users.section"),
            up: [UserStep.list(t), (user.entry.name, href)])
        return try member.page(template, page, head)
    }
}

struct UserLinkPage: TemplateData {
    let link: CodeView
    let href: String
    let name: String
    /// Words of the way back.
    let back: String
}
