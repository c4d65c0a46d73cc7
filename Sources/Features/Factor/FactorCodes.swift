// The one way in which a code of somebody's second factor is taken: counted before it is looked at, and used up in the transaction of
// what it allows, so that of two at once one is refused, and a code that was wrong leaves nothing behind.

import Database
import HTTP
import HTTPTypes
import Time
import Web

final class FactorCodes: Sendable {
    /// Of a million codes some three are right at any time: at this pace somebody who knows the password guesses for decades.
    private static let maximumAnHour = 10

    let store: FactorStore
    private let attempts = SignInAttempts(maximum: maximumAnHour)

    init(_ site: Site) {
        store = FactorStore(site)
    }

    /// Why a code was not taken.
    struct Problem: Error {
        let text: String
        let status: HTTPResponse.Status?
        var wait: Duration?
    }

    /// Thrown inside the transaction, so that nothing of it stays.
    struct Wrong: Error {}

    /// Of somebody signed in: makes the change, with its audit row, when the code is right. Throws `Problem` otherwise.
    func use(
        _ code: String, of user: Credentials, for action: StaticString, _ person: Person, _ change: (any Connection) throws -> Void
    ) throws {
        let visit = person.visit
        try counted("session \(user.user)", of: user, visit) {
            try person.change(action, in: person.session.ownAccount) { connection in
                try take(code, of: user, visit, on: connection)
                try change(connection)
            }
        }
    }

    /// Uses a code up, or throws `Wrong`.
    @discardableResult
    func take(_ code: String, of user: Credentials, _ visit: Visit, on connection: any Connection) throws -> FactorProof {
        guard let proof = try store.accept(code, of: user, on: connection) else { throw Wrong() }
        guard case .recoveryCode = proof else { return proof }
        try AuditEntry(
            visit, account: user.account, user: user.user, userName: user.name, action: "factor.recovery_code", subject: ""
        ).record(visit.site, on: connection)
        return proof
    }

    /// Counts the tries of what throws `Wrong`, which becomes a `Problem`.
    ///
    /// - Parameter subject: whose tries they are: a browser that its owner has used has an allowance of its own.
    func counted<Value>(_ subject: String, of user: Credentials, _ visit: Visit, _ body: () throws -> Value) throws -> Value {
        let t = visit.t
        if let wait = attempts.begin(subject, at: visit.site.clock.steadyNow) {
            let minutes = Int(clamping: (max(1, wait.components.seconds) + 59) / 60)
            throw Problem(text: t("factor.too_many", count: minutes), status: .tooManyRequests, wait: wait)
        }
        do {
            let value = try body()
            attempts.forgive(subject)
            return value
        } catch is Wrong {
            visit.site.refused.record(
                .init(.factor, of: user.email, in: user.account, from: visit.request.remoteAddress), requestID: visit.requestID)
            throw Problem(text: t("factor.present_code.wrong"), status: nil)
        } catch {
            // It could not be made.
            attempts.forgive(subject)
            throw error
        }
    }
}
