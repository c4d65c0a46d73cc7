// My Account: own country, language, time zone and theme; where one is signed in, and a way to end it.

import Database
import HTTP
import HTTPTypes
import Templating
import Web

extension Feature {
    static let myAccount = Feature { app in
        let profile = try ProfileController(app)
        let sessions = OwnSessionController(app)
        return Running(
            routes: [
                .get("/me", .signedIn, profile.edit),
                .post("/me", .signedIn, profile.update),
                .post("/me/sessions/{id}/end", .signedIn, sessions.delete),
                .post("/me/sessions/end-others", .signedIn, sessions.deleteOthers),
            ])
    }
}

struct ProfileController {
    private let store: ProfileStore
    private let template: PageTemplate<ProfilePage>

    init(_ app: App) throws {
        store = ProfileStore(site: app.site)
        template = try app.site.page("me/edit")
    }

    @Sendable func edit(_ person: Person) throws -> WebResponse {
        guard let profile = try store.profile(of: person.session.user) else { throw Abort(.notFound) }
        return try show(ProfileForm(profile), person)
    }

    @Sendable func update(_ person: Person) throws -> WebResponse {
        let form = ProfileForm(person.form)
        switch form.validated(person.t) {
        case .invalid(let errors):
            return try show(form, person, errors)
        case .valid(let profile):
            do {
                try person.change("profile.update") { try store.save(profile, of: person.session.user, on: $0) }
            } catch Refusal.stale {
                return try showStale(form, person)
            }
            return person.redirect(to: "/me", saying: person.t("me.saved"))
        }
    }

    /// Somebody saved in another window meanwhile: both values are shown, and saving again is then a decision.
    private func showStale(_ form: ProfileForm, _ person: Person) throws -> WebResponse {
        guard let current = try store.profile(of: person.session.user) else { throw Abort(.notFound) }
        let stored = ProfileForm(current)
        let t = person.t
        let conflict = ConflictView(
            t,
            [
                (t("me.country"), Countries.name(form.country, t), Countries.name(stored.country, t)),
                (t("me.language"), t("language.\(form.language)"), t("language.\(stored.language)")),
                (t("me.time_zone"), form.timeZone, stored.timeZone),
                (t("me.theme"), t("me.theme.\(form.theme)"), t("me.theme.\(stored.theme)")),
            ])
        return try show(form, person, FieldErrors(), conflict: conflict, version: stored.version)
    }

    private func show(
        _ form: ProfileForm, _ person: Person, _ errors: FieldErrors = FieldErrors(), conflict: ConflictView? = nil, version: String? = nil
    ) throws -> WebResponse {
        let t = person.t
        let account = person.session.account
        let page = ProfilePage(
            errors: errors.summary(t), conflict: conflict, version: version ?? form.version,
            country: SelectView(
                "country", t("me.country"), selected: form.country,
                options: [("", inherited(t, account.map { Countries.name($0.country, t) }))] + Countries.options(t), errors: errors),
            ownLanguage: SelectView(
                "own_language", t("me.language"), selected: form.language,
                options: [("", inherited(t, account.map { t("language.\($0.language)") }))]
                    + Language.allCases.map { ($0.rawValue, t("language.\($0.rawValue)")) }, errors: errors),
            timeZone: SelectView(
                "time_zone", t("me.time_zone"), hint: t("me.time_zone.hint", ["zone": person.times.zoneLabel]), selected: form.timeZone,
                options: [("", inherited(t, account?.timeZone))] + TimeZones.options, errors: errors),
            ownTheme: ChoicesView(
                "own_theme", t("me.theme"), checked: [form.theme],
                choices: Profile.Theme.allCases.map { ($0.rawValue, t("me.theme.\($0.rawValue)"), "") }, errors: errors),
            email: person.session.email,
            sessions: try store.sessions(of: person.session.user).map { session in
                OwnSessionView(
                    id: session.id.description, browser: BrowserName(userAgent: session.userAgent).words(t), address: session.address,
                    since: person.times.view(session.createdAt), lastSeen: person.times.view(session.lastSeenAt),
                    isThis: session.id == person.session.id)
            })
        let head = PageHead(t("me.title"), lead: t("me.lead"), section: t("me.title"))
        return try person.page(template, page, head, hasErrors: !errors.isEmpty || conflict != nil)
    }

    private func inherited(_ t: Translation, _ value: String?) -> String {
        value.map { t("me.inherited", ["value": $0]) } ?? t("me.not_chosen")
    }
}

/// One of the user's own sessions; ending it is its deletion.
struct OwnSessionController {
    private let site: Site

    init(_ app: App) {
        site = app.site
    }

    @Sendable func delete(_ person: Person) throws -> WebResponse {
        let session = try person.id(as: SessionRow.self)
        try person.change("session.end", of: session.description) { connection in
            guard try site.sessions.end(session, of: person.session.user, on: connection) else { throw Refusal.notFound }
        }
        return person.redirect(to: "/me", saying: person.t("me.session_ended"))
    }

    @Sendable func deleteOthers(_ person: Person) throws -> WebResponse {
        do {
            try person.change("session.end_others") { connection in
                let count = try site.sessions.endAll(of: person.session.user, but: person.session.id, on: connection)
                if count == 0 { throw NoOthers() }
            }
        } catch is NoOthers {
            return person.redirect(to: "/me", .info, saying: person.t("me.no_other_sessions"))
        }
        return person.redirect(to: "/me", saying: person.t("me.other_sessions_ended"))
    }

    /// Thrown, so that nothing is on record that did not happen.
    private struct NoOthers: Error {}
}

struct ProfilePage: TemplateData {
    let errors: ErrorSummary?
    let conflict: ConflictView?
    let version: String
    let country: SelectView
    let ownLanguage: SelectView
    let timeZone: SelectView
    let ownTheme: ChoicesView
    let email: String
    let sessions: [OwnSessionView]
    var hasOtherSessions: Bool { sessions.count > 1 }

    static let fields = Fields<ProfilePage> {
        Section("errors") { $0.errors }
        Section("conflict") { $0.conflict }
        Text("row_version") { $0.version }
        Section("country") { $0.country }
        Section("own_language") { $0.ownLanguage }
        Section("time_zone") { $0.timeZone }
        Section("own_theme") { $0.ownTheme }
        Text("email") { $0.email }
        List("sessions") { $0.sessions }
        Flag("has_other_sessions") { $0.hasOtherSessions }
    }
}

struct OwnSessionView: TemplateData {
    let id: String
    let browser: String
    let address: String
    let since: TimeView
    let lastSeen: TimeView
    let isThis: Bool

    static let fields = Fields<OwnSessionView> {
        Text("id") { $0.id }
        Text("browser") { $0.browser }
        Text("address") { $0.address }
        Section("since") { $0.since }
        Section("last_seen") { $0.lastSeen }
        Flag("is_this") { $0.isThis }
    }
}
