// My Account: own country, language, time zone, theme and mobile number; where one is signed in, and a way to end it.

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
            routes: profile.editor.routes(.signedIn, update: profile.update) + [
                .post("/me/sessions/{id}/end", .signedIn, sessions.delete),
                .post("/me/sessions/end-others", .signedIn, sessions.deleteOthers),
            ])
    }
}

struct ProfileController {
    let editor: SettingsEditor<Person, Profile, ProfileContext>

    init(_ app: App) throws {
        let template: PageTemplate<ProfilePage> = try app.site.page("me/edit")
        let factors = FactorStore(app.site)
        let links = PasswordLinks(clock: app.site.clock)
        editor = try SettingsEditor(
            Profile.form, at: "/me", action: "profile.update", version: { String($0.version) },
            account: { _, person in person.session.ownAccount }, app.site,
            load: { person, connection in try ProfileStore.profile(of: person.session.user, on: connection) },
            context: { person, stored, connection in
                ProfileContext(
                    account: person.session.account, stored: stored, language: person.visit.language, zone: person.times.zoneLabel,
                    sessions: try ProfileStore.sessions(of: person.session.user, at: person.now, on: connection),
                    factor: try factors.factor(of: person.session.user, on: connection))
            },
            save: { new, old, person, connection in
                let session = person.session
                try ProfileStore.save(new, of: session.user, on: connection)
                // An administrator's change of it is told, too. How somebody likes their pages is nobody else's business.
                guard new.mobile != old.mobile else { return }
                // A link that went, or is to go, to the number from before: whoever has it now is somebody else.
                try links.endThoseNotMailed(of: session.user, on: connection)
                try app.texts.withdraw(of: session.user, on: connection)
                let user = EventPerson(id: session.user, email: session.email, name: session.userName)
                try app.tell(.userChanged, of: user, by: EventActor(person), in: session.ownAccount, on: connection)
            },
            page: { view, _, context, person in
                let page = ProfilePage(view, context, person)
                let head = PageHead(person.t("me.title"), lead: person.t("me.lead"), section: person.t("me.title"))
                return try person.page(template, page, head, hasErrors: view.isRefused)
            })
    }

    @Sendable func update(_ person: Person) throws -> WebResponse {
        let submission = try editor.submission(person)
        let language = submission.value.language ?? person.session.account?.language
        return try editor.save(submission, after: { person.translation(in: language)("me.saved") })
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
        try person.change("session.end", of: session.description, in: person.session.ownAccount) { connection in
            guard try site.sessions.end(session, of: person.session.user, on: connection) else { throw Refusal.notFound }
        }
        return person.redirect(to: "/me", saying: person.t("me.session_ended"))
    }

    @Sendable func deleteOthers(_ person: Person) throws -> WebResponse {
        do {
            try person.change("session.end_others", in: person.session.ownAccount) { connection in
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
    let form: FormView
    let email: String
    let sessions: [SessionView]
    let factor: BadgeView
    let factorSince: TimeView?
    let hasFactor: Bool
    /// How many recovery codes are left.
    let codes: String
    let mayTurnOff: Bool

    init(_ form: FormView, _ context: ProfileContext, _ person: Person) {
        let t = person.t
        self.form = form
        email = person.session.email
        sessions = context.sessions.map { SessionView($0, endedAt: "/me/sessions/\($0.id)/end", person) }
        factor = BadgeView(factor: context.factor != nil, t)
        factorSince = context.factor.map { person.times.view($0.since) }
        hasFactor = context.factor != nil
        codes = context.factor?.codesLeft(t) ?? ""
        mayTurnOff = !person.session.needsFactor
    }

    static let fields = Fields<ProfilePage> {
        Flag("has_other_sessions") { $0.sessions.count > 1 }
    }
}

extension BadgeView {
    /// Whether somebody has a second factor.
    init(factor isOn: Bool, _ t: Translation) {
        self.init(isOn ? .good : .neutral, t(isOn ? "shared.on" : "shared.off"))
    }
}

/// A row of somebody's sessions, to themselves or to an administrator; `shared/sessions`.
struct SessionView: TemplateData {
    let session: ProfileStore.OwnSession
    /// Where its end is sent to.
    let end: String
    let browser: String
    let since: TimeView
    let lastSeen: TimeView
    let isThis: Bool

    init(_ session: ProfileStore.OwnSession, endedAt end: String, _ reader: some SignedIn) {
        self.session = session
        self.end = end
        browser = BrowserName(userAgent: session.userAgent).words(reader.t)
        since = reader.times.view(session.createdAt)
        lastSeen = reader.times.view(session.lastSeenAt)
        isThis = session.id == reader.session.id
    }

    static let fields = Fields<SessionView> {
        Text("address") { $0.session.address }
    }
}
