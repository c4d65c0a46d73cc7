// Large bodies of machines come to us as they are sent, and a worker waits for each: of all workers one account has a quarter for
// them, and all accounts half. Smaller ones the web server holds until they are whole.

import Database
import HTTP
import HTTPTypes
import Threading

struct LargeBodies: Sendable {
    /// Bytes from which on a body is passed on while it comes; as in nginx.conf.
    private static let threshold = 100_000
    private let places: Places<ID<Account>>

    init(workers: Int) {
        places = Places(ofOwner: max(1, workers / 4), inAll: max(1, workers / 2))
    }

    /// Throws a `Problem` when there is no place. A body of an unknown length counts as large.
    func withPlace<Value>(for body: RequestBody, of account: ID<Account>, _ work: () throws -> Value) throws -> Value {
        guard body.length ?? .max >= Self.threshold else { return try work() }
        do {
            return try places.withPlace(of: account, work)
        } catch is Places<ID<Account>>.Full {
            throw Problem(
                status: .tooManyRequests, type: "too-many-large-bodies", title: "Too many large bodies",
                detail:
                    "At most \(places.ofOwner) bodies of \(Self.threshold) bytes or more may be sent at once. Send it again in a second.",
                retryAfter: 1)
        }
    }
}
