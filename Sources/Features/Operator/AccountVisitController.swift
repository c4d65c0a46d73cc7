// Staff look into an account, and leave it: both stand in the account's own log, with who and when, and why where they say so.

import Database
import HTTP
import HTTPTypes
import JSON
import Web

struct AccountVisit {
    /// For the account's people to read; nil: not said.
    var reason: String?

    static let form = Form<AccountVisit, Void>("operator.visit") {
        Line("reason", \.reason, upTo: 500)
    }

    /// Sent by a button of its own: where in the account staff want to begin.
    static let placeName = "to"
    /// What the operator keeps for an account, and who is in it, with the keys of their words.
    static let places: [(path: String, label: String)] = [
        (UserController.path, "users.title"), (KeyController.path, "keys.title"), (Playlist.kind.path, "playlist.list.title"),
        (Queue.kind.path, "queue.list.title"), (TrackingNumber.kind.path, "tracking_number.list.title"),
    ]
}

struct AccountVisitController {
    static func path(of slug: String) -> String { ClientAccountController.path(of: slug) + "/open" }

    let page: ClientAccountController
    let alerts: Alerts
    let resume: KeptFormPresenter

    /// From now on this session reads and writes that account.
    @Sendable func create(_ person: Person) throws -> WebResponse {
        let account = try person.read { try person.account(on: $0) }
        guard account.state != .deleting else {
            return person.redirect(to: ClientAccountController.path, .bad, saying: person.t("operator.visit.deleting"))
        }
        let (visit, errors) = AccountVisit.form.read(person.form, over: AccountVisit(), Situation(person.t, ()))
        // One that was typed in the account when the session ended.
        let kept = KeptForm(carriedBy: person.visit)
        guard errors.isEmpty else {
            return try kept.map { try resume.ask(for: account, before: $0, person.visit, person.form, errors) }
                ?? page.show(person, person.form, errors)
        }
        let changes = visit.reason.map { [FieldChange("reason", before: "", after: $0)] } ?? []
        let form = AccountVisit.form.name
        let token = try person.change("account.open", of: account.slug, in: account.id, form: form, changes: changes) { connection in
            var values: [String: JSONValue] = ["name": .string(person.session.userName)]
            if let reason = visit.reason { values["reason"] = .string(reason) }
            try alerts.raise(
                .accountOpened, for: account.id, of: person.session.user.description, variant: visit.reason == nil ? "" : "reasoned",
                values, on: connection)
            return try AccountDirectory.open(account.id, in: person.session.id, on: connection)
        }
        let place = AccountVisit.places.first { $0.path == person.form[AccountVisit.placeName] }?.path ?? "/"
        var response = person.redirect(to: place, saying: person.t("operator.opened", ["account": account.name]))
        if let kept, let own = try person.visit.signedIn(as: token) { response = try resume.show(kept, own) }
        person.visit.renew(&response, session: token)
        return response
    }

    /// Out of the account again, back to the list. Also for a strip that stands in a second tab: there is nothing left to leave then.
    @Sendable func delete(_ person: Person) throws -> WebResponse {
        guard let account = person.session.account else { return person.redirect(to: ClientAccountController.path) }
        let token = try person.change("account.leave", of: account.slug) { try AccountDirectory.leave(person.session.id, on: $0) }
        var response = person.redirect(to: ClientAccountController.path, saying: person.t("operator.left", ["account": account.name]))
        person.visit.renew(&response, session: token)
        return response
    }
}
