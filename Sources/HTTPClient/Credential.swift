// How a request shows who sends it.

import FoundationEssentials

package enum Credential: Sendable, Equatable {
    case none
    case basic(login: String, password: String)
    case bearer(token: String)
    case apiKey(header: String, key: String)

    package enum Kind: String, Sendable, CaseIterable {
        case none
        case basic
        case bearer
        case apiKey = "api_key"
    }

    package var kind: Kind {
        switch self {
        case .none: .none
        case .basic: .basic
        case .bearer: .bearer
        case .apiKey: .apiKey
        }
    }

    /// The header that carries it (RFC 7617, RFC 6750); nil without one.
    package var header: CustomHeader? {
        switch self {
        case .none: nil
        case .basic(let login, let password):
            CustomHeader(name: "Authorization", value: "Basic " + Data("\(login):\(password)".utf8).base64EncodedString())
        case .bearer(let token): CustomHeader(name: "Authorization", value: "Bearer \(token)")
        case .apiKey(let header, let key): CustomHeader(name: header, value: key)
        }
    }
}
