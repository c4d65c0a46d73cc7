// What the database could not do just now, and will be able to do again: 503, with what to do and when to come back.

import Database
import HTTP
import HTTPTypes
import JSON

enum PassingTrouble: String {
    case tooSlow = "too_slow"
    case busy
    case locked

    init?(_ error: DatabaseError) {
        switch error {
        case .tooSlow: self = .tooSlow
        case .busy: self = .busy
        case .locked: self = .locked
        default: return nil
        }
    }

    /// In seconds. Nothing where coming back helps only with another question.
    var retryAfter: Int? {
        switch self {
        case .tooSlow: nil
        case .busy: 1
        case .locked: 5
        }
    }

    func problem(_ requestID: String) -> Problem {
        let (type, title, detail) =
            switch self {
            case .tooSlow: ("too-slow", "Too slow", "The answer took too long to find. Ask for less at once.")
            case .busy: ("busy", "Busy", "Too many of your requests are under way. Send it again in a second.")
            case .locked:
                (
                    "database-locked", "Database locked",
                    "Another program has locked the database: nothing of this request was kept. Send it again in a few seconds."
                )
            }
        return Problem(
            status: .serviceUnavailable, type: type, title: title, detail: detail, extensions: ["request_id": .string(requestID)],
            retryAfter: retryAfter)
    }
}
