// `hookswitch user unlock`: a way in for somebody whose address others have guessed at too often.

import Database
import Web

enum UnlockVerb {
    /// Prints a link for the person's browser, instead of forgetting the guesses: they would only be made again.
    static func run(_ app: App, email: String) throws -> VerbAnswer {
        let site = app.site
        let email = NewUser.spelled(email)
        let token: String? = try site.database.write { connection in
            let users = try SignInStore(clock: site.clock).credentials(email: email, on: connection).filter(\.isEnabled)
            guard !users.isEmpty else { return nil }
            for user in users { try ControlVerb.audit(user.account, "sign_in.unlock", of: user.email, site, on: connection) }
            return try SignInOpenings(clock: site.clock).offer(to: email, on: connection)
        }
        guard let token else {
            throw VerbFailure(.data, "--email: Nobody with the address “\(email)” may sign in. See hookswitch user create.")
        }
        return VerbAnswer(
            ["\(site.address.text)\(SignInOpeningController.path)?code=\(token)"],
            notes: [
                "Hand this link to the person, by a way that others do not read. It is good once and for two hours: in the browser that "
                    + "follows it they sign in with their password, however many others have guessed at it."
            ])
    }
}
