// "Restrict to": a webhook may get the events of some tracking numbers, or of some users, only.

import Database
import JSON
import Spelling

package enum Restriction: Sendable, Equatable {
    case none
    /// E.164 numbers.
    case trackingNumbers([String])
    /// Ids or e-mail addresses.
    case users([String])

    package enum Kind: String, Sendable, CaseIterable, SQLConvertible {
        case none
        case trackingNumber = "tracking_number"
        case user
    }

    package init(kind: Kind, values: [String]) {
        switch kind {
        case .none: self = .none
        case .trackingNumber: self = .trackingNumbers(values)
        case .user: self = .users(values)
        }
    }

    package var kind: Kind {
        switch self {
        case .none: .none
        case .trackingNumbers: .trackingNumber
        case .users: .user
        }
    }

    package var values: [String] {
        switch self {
        case .none: []
        case .trackingNumbers(let values), .users(let values): values
        }
    }

    /// Whether the data names one of the values: for tracking numbers in `tracking_number`, `trackingNumber` or
    /// `tracking_number.number`; for users in `user_id`, `userId`, `email`, or `user` itself or its `id` or `email`.
    /// Numbers are compared by their digits, users without regard to case. An event that names none does not match.
    func holds(for data: JSONObject) -> Bool {
        switch self {
        case .none: return true
        case .trackingNumbers(let numbers):
            let found = texts([data["tracking_number"], data["trackingNumber"], data["tracking_number"]?["number"]]).map(normalizedNumber)
            return numbers.contains { found.contains(normalizedNumber($0)) }
        case .users(let users):
            let user = data["user"]
            let found = texts([data["user_id"], data["userId"], data["email"], user, user?["id"], user?["email"]]).map(normalizedUser)
            return users.contains { found.contains(normalizedUser($0)) }
        }
    }

    private func texts(_ values: [JSONValue?]) -> [String] {
        values.compactMap { value in
            switch value {
            case .string(let text): text
            case .number(let token): token
            default: nil
            }
        }
    }
}

/// `+33 1 87 65` and `0033.1.87.65` are one number.
private func normalizedNumber(_ text: String) -> String {
    let digits = String(decoding: text.utf8.filter { (0x30...0x39).contains($0) }, as: UTF8.self)
    return digits.rest(after: "00").map(String.init) ?? digits
}

/// Without the blanks around it, of whatever kind, that come with what is copied.
private func normalizedUser(_ text: String) -> ExactText {
    ExactText(TypedText.line(text).lowercased())
}
