// Signing in and out, and the way back for a form that was sent when its session had ended.

import Database
import HTTP
import HTTPTypes
import JSON
import Spelling
import Time
import Web

extension AlertKind {
    /// So many passwords were tried for one address that only browsers which its owner has used may go on.
    static let signInClosed = AlertKind("sign_in_closed", .warning, .single, variants: ["", "from"], right: .viewPeople) { subject in
        ID<User>(subject).map { UserController.path(of: $0) }
    }
}

extension Feature {
    /// With the change of a password and the second factor, which may have to come before a form that waited.
    static let signIn = Feature(raises: [.signInClosed], secrets: [FactorStore.secret]) { app in
        let present = PresentPassword()
        let codes = FactorCodes(app.site)
        let setUp = try FactorSetUpController(app, codes, present)
        let factor = try FactorController(app, codes, present)
        let passwords = try PasswordController(app, present, before: setUp)
        let controller = try SignInController(app, passwords, setUp, codes)
        let openings = try SignInOpeningController(app)
        let links = try PasswordLinkController(app)
        let forgotten = try ForgottenPasswordController(app)
        return Running(
            routes: [
                .get("/sign-in", anonymous: controller.new),
                .post("/sign-in", anonymous: controller.create).limitingBody(to: KeptForm.bodyLimit),
                .post("/sign-in/account", anonymous: controller.choose).limitingBody(to: KeptForm.bodyLimit),
                .post(SignInCodeController.path, anonymous: controller.confirm).limitingBody(to: KeptForm.bodyLimit),
                .get(SignInOpeningController.path, anonymous: openings.new),
                .post(SignInOpeningController.path, anonymous: openings.create),
                .get(PasswordLinkController.path, anonymous: links.new),
                .post(PasswordLinkController.path, anonymous: links.create),
                .get(ForgottenPasswordController.path, anonymous: forgotten.new),
                .post(ForgottenPasswordController.path, anonymous: forgotten.create),
                .post("/sign-out", anonymous: controller.delete),
                .get("/password", .signedIn, passwords.edit),
                .post("/password", .signedIn, passwords.update).limitingBody(to: KeptForm.bodyLimit),
                .get(FactorSetUpController.path, .signedIn, setUp.new),
                .post(FactorSetUpController.path, .signedIn, setUp.create).limitingBody(to: KeptForm.bodyLimit).keeping(FactorEntry.setUp),
                .get(FactorSetUpController.replacementPath, .signedIn, setUp.replacement),
                .post(FactorSetUpController.replacementPath, .signedIn, setUp.create).keeping(FactorEntry.replacement),
                .get(FactorController.codesPath, .signedIn, factor.newCodes),
                .post(FactorController.codesPath, .signedIn, factor.renewCodes).keeping(FactorEntry.renewal),
                .get(FactorController.endPath, .signedIn, factor.end),
                .post(FactorController.endPath, .signedIn, factor.delete).keeping(FactorEntry.ending),
            ], jobs: { [try SessionCleaning(site: app.site).job()] }, interruption: controller.interruption)
    }
}

struct SignInController {
    private let app: App
    private let store: SignInStore
    private let factors: FactorStore
    private let attempts = SignInAttempts()
    private let arrival: SignInArrival
    private let codes: SignInCodeController
    private let choices: SignInChoices
    private let resume: KeptFormPresenter
    private let template: PageTemplate<AlonePage>
    private let choiceTemplate: PageTemplate<SignInChoicePage>

    init(_ app: App, _ passwords: PasswordController, _ setUp: FactorSetUpController, _ codes: FactorCodes) throws {
        self.app = app
        store = SignInStore(clock: app.site.clock)
        factors = codes.store
        arrival = SignInArrival(app, passwords, setUp)
        self.codes = try SignInCodeController(app, codes, arrival)
        choices = SignInChoices(clock: app.site.clock)
        resume = try KeptFormPresenter(app)
        template = try app.site.page("sign_in/alone")
        choiceTemplate = try app.site.page("sign_in/account")
    }

    @Sendable func new(_ visit: Visit) throws -> WebResponse {
        let way = SignInWay(linked: visit.query)
        guard visit.session == nil else { return .redirect(to: way.destination) }
        return try show(FormData(), way, visit)
    }

    @Sendable func create(_ visit: Visit) throws -> WebResponse {
        let way = SignInWay(sentBy: visit)
        var (entry, errors) = SignInEntry.form.read(visit.form, over: SignInEntry(), Situation(visit.t, ()))
        guard errors.isEmpty else { return try show(visit.form, way, visit, errors) }
        // What is counted by it stays small.
        entry.email = TypedText.prefix(NewUser.spelled(entry.email), maximumBytes: 254)
        let (candidates, own) = try visit.read { connection in
            (
                try store.credentials(email: entry.email, on: connection),
                try store.users(ofDevice: visit.deviceToken, email: entry.email, on: connection)
            )
        }
        let device = own.isEmpty ? nil : visit.deviceToken
        // The owner's browser has an allowance of its own, so that others who guess cannot lock the owner out. It is good for those alone
        // who have signed in there: an account gives anybody's address to whom it likes, and a browser that it is known in.
        let strangers = candidates.filter { !own.contains($0.user) }
        let ownTries = device.map { "device \($0)" }
        let sharedTries = device == nil || !strangers.isEmpty ? "email \(entry.email)" : nil
        if let ownTries, let wait = attempts.begin(ownTries, at: visit.site.clock.steadyNow) {
            recordRefusal(candidates, visit, isTried: false)
            return try showTooMany(way, visit, wait)
        }
        let closed = sharedTries.flatMap { attempts.begin($0, at: visit.site.clock.steadyNow) }
        if let closed, ownTries == nil {
            recordRefusal(candidates, visit, isTried: false)
            return try showTooMany(way, visit, closed)
        }
        // Theirs first: of passwords with a salt each not all are stretched, and any account may have somebody of this address.
        let tried = candidates.filter { own.contains($0.user) } + (closed == nil ? strangers : [])
        let matches: [Bool]
        do {
            matches = try visit.site.passwords.matches(
                entry.password, stored: tried.map(\.passwordHash), for: device.map { .known($0) } ?? .stranger)
        } catch let abort as Abort {
            if let ownTries { attempts.forgive(ownTries) }
            if let sharedTries, closed == nil { attempts.forgive(sharedTries) }
            errors.add("email", visit.t("sign_in.busy"))
            return try show(visit.form, way, visit, errors, status: abort.status)
        }
        let fitting = zip(tried, matches).filter { $0.isEnabled && $1 }.map(\.0)
        guard let user = fitting.first else {
            recordRefusal(candidates, visit, isTried: true)
            // It may be that of another account, which was not tried.
            if let closed { return try showTooMany(way, visit, closed) }
            if let sharedTries, attempts.isFull(sharedTries, at: visit.site.clock.steadyNow) { tellOfClosing(candidates, visit) }
            errors.add("email", visit.t("sign_in.wrong"))
            return try show(visit.form, way, visit, errors)
        }
        if let ownTries { attempts.forgive(ownTries) }
        // A password that is right in one account is a guess at the others': who may choose the one could try as many as they like.
        let isGuess = zip(tried, matches).contains { !own.contains($0.user) && $0.isEnabled && !$0.passwordHash.isEmpty && !$1 }
        if let sharedTries, closed == nil {
            if !isGuess {
                attempts.forgive(sharedTries)
            } else if attempts.isFull(sharedTries, at: visit.site.clock.steadyNow) {
                // Nothing else would say that no other browser gets in from now on.
                tellOfClosing(candidates, visit)
            }
        }
        guard fitting.count == 1 else { return try offer(fitting, way, visit) }
        if user.hasFactor { return try codes.ask(user, way, visit) }
        return try start(way, visit, user, device: device) { _ in true } ?? .redirect(to: "/sign-in")
    }

    /// The account that somebody means whose password fits several.
    @Sendable func choose(_ visit: Visit) throws -> WebResponse {
        let way = SignInWay(sentBy: visit)
        let found = try visit.form["user"].flatMap { ID<User>($0) }.flatMap { id in
            try visit.read { connection in
                try store.credentials(of: id, on: connection).map {
                    ($0, try store.knownDevice(visit.deviceToken, ofEmail: $0.email, on: connection))
                }
            }
        }
        if let (user, device) = found {
            let token = visit.form["choice"] ?? ""
            let take: (any Connection) throws -> Bool = { try choices.take(token, for: user.user, by: visit.browserMark, on: $0) }
            if user.hasFactor {
                if try visit.site.database.write(take) { return try codes.ask(user, way, visit) }
            } else if let response = try start(way, visit, user, device: device, permits: take) {
                return response
            }
        }
        return try gone(way, visit)
    }

    /// The code of somebody's second factor.
    @Sendable func confirm(_ visit: Visit) throws -> WebResponse {
        let way = SignInWay(sentBy: visit)
        return try codes.confirm(way, visit) ?? gone(way, visit)
    }

    private func gone(_ way: SignInWay, _ visit: Visit) throws -> WebResponse {
        var errors = FieldErrors()
        errors.add("email", visit.t("sign_in.choice.gone"))
        return try show(visit.form, way, visit, errors)
    }

    /// Of somebody whose password is enough: who has set up a second factor since it was shown, or has another password, has to begin
    /// again. Whoever knew the old one would else stay in, past the reset that was to lead them out.
    private func start(
        _ way: SignInWay, _ visit: Visit, _ user: Credentials, device: String?, permits: (any Connection) throws -> Bool
    ) throws -> WebResponse? {
        try arrival.start(way, visit, user, device: device) { connection in
            try permits(connection) && store.isCurrent(user, on: connection) && !factors.isOn(for: user.user, on: connection)
        }
    }

    /// Under an address that is somebody's, or none: people type their passwords into the wrong field.
    ///
    /// - Parameter isTried: the password was looked at. What was not even tried is no event: it costs whoever sends it nothing, and would
    ///   be one for the account's webhooks with each of thousands.
    private func recordRefusal(_ candidates: [Credentials], _ visit: Visit, isTried: Bool) {
        let account = candidates.count == 1 ? candidates.first?.account : nil
        visit.site.refused.record(
            .init(.signIn, of: candidates.first?.email ?? "", in: account, from: visit.request.remoteAddress), requestID: visit.requestID)
        // Each account that the address is of: else another would be kept in the dark by one more of that address elsewhere.
        let people = told(of: candidates, visit)
        guard isTried, !people.isEmpty else { return }
        // Behind the answer, whose time would tell that there is somebody.
        app.afterwards.run { [app] in
            try app.site.database.write { connection in
                for one in people {
                    try app.tell(.signInFailed, of: one.user.person, by: EventActor(nil, at: one.address), in: one.account, on: connection)
                }
            }
        }
    }

    /// Who of those with an address is told of what was tried at it, and from where. Any account can name somebody's address, and is not to
    /// learn where its owner is when they mistype a password that they have elsewhere.
    private func told(
        of candidates: [Credentials], _ visit: Visit
    ) -> [(user: Credentials, account: ID<Account>, address: String?)] {
        candidates.compactMap { user in
            guard let account = user.account, !user.passwordHash.isEmpty else { return nil }
            return (user, account, candidates.count == 1 || user.isVerified ? visit.request.remoteAddress : nil)
        }
    }

    /// Once an hour, not with each guess that follows.
    private func tellOfClosing(_ candidates: [Credentials], _ visit: Visit) {
        let people = told(of: candidates, visit).filter(\.user.isEnabled)
        guard !people.isEmpty else { return }
        app.afterwards.run { [app] in
            try app.site.database.write { connection in
                for (user, account, address) in people {
                    try app.alerts.raise(
                        .signInClosed, for: account, of: user.user.description, variant: address == nil ? "" : "from",
                        [
                            "name": .string(user.name), "email": .string(user.email), "address": .string(address ?? ""),
                            "tries": JSONValue(Int64(SignInAttempts.usual)),
                        ], on: connection)
                    try app.tell(.userBlocked, of: user.person, by: EventActor(nil, at: address), in: account, on: connection)
                }
            }
        }
    }

    private func offer(_ users: [Credentials], _ way: SignInWay, _ visit: Visit) throws -> WebResponse {
        let t = visit.t
        let page = SignInChoicePage(
            choice: try visit.site.database.write { try choices.offer(users, to: visit.browserMark, on: $0) },
            accounts: users.map {
                SignInChoicePage.Account(user: $0.user.description, name: $0.accountName ?? t("sign_in.choice.platform"))
            },
            hidden: try way.hidden(visit), notes: way.kept?.notes(t) ?? [])
        return try visit.page(choiceTemplate, page, PageHead(t("sign_in.choice.title"), lead: t("sign_in.choice.lead"), section: ""))
    }

    @Sendable func delete(_ visit: Visit) throws -> WebResponse {
        if let session = visit.session {
            try visit.site.database.write { connection in
                _ = try visit.site.sessions.end(session.id, of: session.user, on: connection)
                try AuditEntry(
                    visit, account: session.ownAccount, user: session.user, userName: session.userName, action: "session.end", subject: ""
                ).record(visit.site, on: connection)
                let person = EventPerson(id: session.user, email: session.email, name: session.userName)
                try app.tell(
                    .signedOut, of: person, by: EventActor(person, at: visit.request.remoteAddress), in: session.ownAccount, on: connection)
            }
        }
        var response = visit.redirect(to: "/sign-in", .info, saying: visit.t("sign_in.signed_out"))
        visit.signOut(&response)
        return response
    }

    /// Answers a form that came without a session, or while something else has to be done first: what was typed travels along in the page.
    @Sendable func interruption(_ interruption: Interruption) throws -> WebResponse {
        let visit = interruption.visit
        let kept = KeptForm(interruption)
        if let session = visit.session {
            let duty = session.duty(at: visit.now)
            guard let kept else { return .redirect(to: duty ?? (session.account == nil ? ClientAccountController.path : "/")) }
            guard duty == nil else { return try arrival.goOn(kept, visit, session) }
            return try session.account == nil ? resume.reopen(kept, visit) : resume.show(kept, visit)
        }
        guard let kept else { return .redirect(to: "/sign-in") }
        return try show(FormData(), SignInWay(interrupted: kept), visit, status: .forbidden)
    }

    private func showTooMany(_ way: SignInWay, _ visit: Visit, _ wait: Duration) throws -> WebResponse {
        var errors = FieldErrors()
        let seconds = max(1, wait.components.seconds)
        errors.add("email", visit.t("sign_in.too_many", count: Int(clamping: (seconds + 59) / 60)))
        var response = try show(visit.form, way, visit, errors, status: .tooManyRequests)
        response.fields[.retryAfter] = String(seconds)
        return response
    }

    private func show(
        _ typed: FormData, _ way: SignInWay, _ visit: Visit, _ errors: FieldErrors = FieldErrors(), status: HTTPResponse.Status? = nil
    ) throws -> WebResponse {
        let t = visit.t
        let controls = SignInEntry.form.controls(typed, stored: nil, errors: errors, Situation(t, ()))
        var form = FormView(controls, errors: errors, action: "/sign-in", save: t("sign_in.save"), t)
        form.hidden = try way.hidden(visit)
        form.wayOut = .init(t("sign_in.forgotten"), to: ForgottenPasswordController.path)
        let lead = way.kept.map { t($0.isEmpty ? "sign_in.kept.nothing" : "sign_in.kept.lead") }
        let head = PageHead(t(way.kept == nil ? "sign_in.title" : "sign_in.kept.title"), lead: lead ?? "", section: "")
        return try visit.page(
            template, AlonePage(form: form, notes: way.kept?.notes(t) ?? []), head, hasErrors: form.isRefused, status: status)
    }
}
