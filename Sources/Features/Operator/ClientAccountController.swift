// An account as the operator sees it from outside: what it is, how much it has, and what can be done with it.

import Database
import HTTP
import HTTPTypes
import Mail
import Templating
import Web

struct ClientAccountController {
    static let path = "/operator/accounts"

    static func path(of slug: String) -> String { "\(path)/\(slug)" }

    let names: SettingsEditor<Person, AccountName, Void>
    private let letters: PasswordLetters
    private let template: PageTemplate<ClientAccountPage>

    init(_ app: App) throws {
        names = try Self.nameEditor(app.site)
        letters = try PasswordLetters(app)
        template = try app.site.page("operator/account")
    }

    @Sendable func show(_ person: Person) throws -> WebResponse { try show(person, FormData(), FieldErrors()) }

    /// - Parameters:
    ///   - typed: into the form that opens it, which comes back with what is wrong.
    func show(_ person: Person, _ typed: FormData, _ errors: FieldErrors) throws -> WebResponse {
        let (account, page) = try person.read { connection in
            let account = try person.account(on: connection)
            let invited = try AccountDirectory.invited(in: account.id, on: connection).compactMap {
                try letters.reader($0, on: connection)
            }
            let page = ClientAccountPage(
                account, try AccountDirectory.figures(of: account.id, at: person.now, on: connection),
                suspension: try AccountDirectory.suspension(of: account.id, on: connection),
                closure: try ClosureStore.closure(of: account.id, on: connection), invited: invited, typed, errors, person)
            return (account, page)
        }
        return try person.page(
            template, page, PageHead(account.name, section: person.t("operator.section"), up: [OperatorStep.list(person.t)]),
            hasErrors: page.form.isRefused)
    }
}

struct ClientAccountPage: TemplateData {
    let href: String
    let slug: String
    let state: BadgeView
    let users: String
    let webhooks: String
    let deliveries: String
    let media: String
    let held: String
    let lastSeen: TimeView?
    let created: TimeView
    let isActive: Bool
    let isSuspended: Bool
    let mayOpen: Bool
    let suspensionReason: String
    let suspendedBy: String
    let suspendedAt: TimeView?
    let closure: ClosureView?
    let mayClose: Bool
    let invited: [InvitedView]
    /// That opens it.
    let form: FormView

    init(
        _ account: AccountRecord, _ figures: AccountDirectory.Figures, suspension: AccountDirectory.Suspension?,
        closure: Closure?, invited: [LinkReader],
        _ typed: FormData, _ errors: FieldErrors, _ person: Person
    ) {
        let t = person.t
        let href = ClientAccountController.path(of: account.slug)
        self.href = href
        slug = account.slug
        state = account.state.badge(t)
        users = t(
            "operator.users.of", count: account.users, ["administrators": t("operator.administrators", count: figures.administrators)])
        webhooks = person.numbers.text(figures.webhooks)
        deliveries =
            figures.deliveries < AccountDirectory.maximumDeliveries
            ? person.numbers.text(figures.deliveries)
            : t("operator.deliveries.more", ["count": person.numbers.text(AccountDirectory.maximumDeliveries)])
        media = t("operator.media.of", count: figures.files, ["size": person.numbers.bytes(figures.bytes)])
        held = figures.heldFiles > 0 ? t("operator.media.held", count: figures.heldFiles) : ""
        lastSeen = figures.lastSeenAt.map { person.times.view($0) }
        created = person.times.view(account.createdAt)
        isActive = account.state == .active
        isSuspended = account.state == .suspended
        mayOpen = account.state != .deleting
        self.closure = closure.map { ClosureView($0, account.state, heldFiles: figures.heldFiles, person) }
        mayClose = account.state == .active || account.state == .suspended
        suspensionReason = suspension?.reason ?? ""
        suspendedBy = suspension?.by ?? ""
        suspendedAt = suspension.map { person.times.view($0.at) }
        self.invited = invited.map { InvitedView(href: "\(href)/invitations/\($0.user)", name: $0.name, email: $0.email) }
        var form = FormView(
            AccountVisit.form.controls(typed, stored: nil, errors: errors, Situation(t, ())), errors: errors,
            action: AccountVisitController.path(of: account.slug), save: t("operator.visit.save"), t)
        form.buttons = AccountVisit.places.map { place in
            FormView.Button(AccountVisit.placeName, place.path, t("operator.visit.at", ["page": t(place.label)]))
        }
        self.form = form
    }
}

struct InvitedView: TemplateData {
    let href: String
    let name: String
    let email: String
}
