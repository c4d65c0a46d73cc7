// Somebody who is signed in shows their password again before something that counts: whoever found the browser open may not guess it
// there. One for all such pages, so that the tries of all are counted together.

import Database
import HTTP
import HTTPTypes
import Time
import Web

struct PresentPassword {
    private let attempts = SignInAttempts()

    /// What is wrong, and with which status the page comes back.
    struct Problem {
        let text: String
        let status: HTTPResponse.Status?
    }

    /// Nil when it is the password of `user`.
    func problem(with password: String, of user: Credentials, _ person: Person) throws -> Problem? {
        let t = person.t
        let subject = user.user.stored
        if let wait = attempts.begin(subject, at: person.site.clock.steadyNow) {
            let minutes = Int(clamping: (max(1, wait.components.seconds) + 59) / 60)
            return Problem(text: t("password.too_many", count: minutes), status: .tooManyRequests)
        }
        do {
            guard try person.site.passwords.matches(password, stored: [user.passwordHash], for: .known(subject)) == [true] else {
                person.site.refused.record(
                    .init(.password, of: user.email, in: user.account, from: person.visit.request.remoteAddress),
                    requestID: person.visit.requestID)
                return Problem(text: t("password.current_password.wrong"), status: nil)
            }
        } catch let abort as Abort where abort.status == .serviceUnavailable {
            attempts.forgive(subject)
            return Problem(text: t("password.busy"), status: abort.status)
        }
        attempts.forgive(subject)
        return nil
    }
}
