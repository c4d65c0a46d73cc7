// Behind the last proof of who somebody is: their session, and the page that they come to.

import Database
import HTTP
import HTTPTypes
import Web

struct SignInArrival {
    private let app: App
    private let store: SignInStore
    private let passwords: PasswordController
    private let factor: FactorSetUpController

    init(_ app: App, _ passwords: PasswordController, _ factor: FactorSetUpController) {
        self.app = app
        store = SignInStore(clock: app.site.clock)
        (self.passwords, self.factor) = (passwords, factor)
    }

    /// Nil when `permits`, asked in the session's own transaction, says no: nothing is written then.
    ///
    /// - Parameter recovered: asked behind that: what is left to somebody who came by a recovery code, told on the page that they come to.
    func start(
        _ way: SignInWay, _ visit: Visit, _ user: Credentials, device known: String?, permits: (any Connection) throws -> Bool,
        recovered: () -> Factor? = { nil }
    ) throws -> WebResponse? {
        let site = visit.site
        let device = known ?? Token.random()
        let token: String? = try site.database.write { connection in
            guard try permits(connection) else { return nil }
            if let old = visit.session { _ = try site.sessions.end(old.id, of: old.user, on: connection) }
            try store.rememberDevice(device, of: user.user, on: connection)
            try AuditEntry(
                visit, account: user.account, user: user.user, userName: user.name, action: "session.start", subject: ""
            ).record(site, on: connection)
            try app.tell(
                .signedIn, of: user.person, by: EventActor(user.person, at: visit.request.remoteAddress), in: user.account, on: connection)
            let token = try site.sessions.start(
                user: user.user, account: user.account, userAgent: visit.request.fields[.userAgent] ?? "",
                address: visit.request.remoteAddress, on: connection)
            // To set one up is all that they can do in it for now.
            if try site.sessions.find(token: token, on: connection)?.lacksFactor == true {
                try app.tell(
                    .factorRequired, of: user.person, by: EventActor(user.person, at: visit.request.remoteAddress), in: user.account,
                    on: connection)
            }
            return token
        }
        guard let token else { return nil }
        var response = try page(way, visit, token, recovered())
        visit.signIn(&response, session: token, device: device)
        return response
    }

    /// The form that waited, over what is to be done before it.
    private func page(_ way: SignInWay, _ visit: Visit, _ token: String, _ recovered: Factor?) throws -> WebResponse {
        guard way.kept != nil || recovered != nil, var own = try visit.signedIn(as: token), let session = own.session else {
            return .redirect(to: way.destination)
        }
        own.note = recovered?.noteOfCodes(own.t)
        guard let kept = way.kept else { return own.redirect(to: way.destination) }
        return try goOn(kept, own, session)
    }

    func goOn(_ kept: KeptForm, _ visit: Visit, _ session: Session) throws -> WebResponse {
        session.passwordHasExpired(at: visit.now) ? try passwords.interruption(kept, visit, session) : try factor.goOn(kept, visit)
    }
}
