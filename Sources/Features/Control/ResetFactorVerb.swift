// `hookswitch user reset-factor`: for somebody whose device and recovery codes are lost, and for operators the only way.

import Database
import Mail
import Web

enum ResetFactorVerb {
    static func run(_ app: App, email: String, account slug: String?) throws -> VerbAnswer {
        let site = app.site
        let email = NewUser.spelled(email)
        let account = try slug.map { try ControlVerb.find($0, app) }
        let reset = try FactorReset(app)
        let names = try site.database.write { connection in
            try SignInStore(clock: site.clock).credentials(email: email, on: connection)
                .filter { $0.hasFactor && (account == nil || $0.account == account) }
                .filter { try reset.run($0.person, of: $0.account, by: .platform, named: ControlVerb.actor, on: connection) }
                .map { user in
                    try ControlVerb.audit(user.account, "user.factor.reset", of: user.email, site, on: connection)
                    return user.accountName ?? "operators of the platform"
                }
        }
        guard !names.isEmpty else {
            throw VerbFailure(.data, "--email: Nobody with the address “\(email)” has a second factor\(slug.map { " in \($0)" } ?? "").")
        }
        return VerbAnswer(
            names.map { "Reset the second factor of \(email), \($0)." },
            notes: [
                "Their sessions have ended. They sign in with their password alone, and set up a new one where it is demanded."
                    + (app.mailer.canSend ? " A letter tells them." : " There is no mail, so tell them yourself.")
            ])
    }
}
