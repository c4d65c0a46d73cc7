// "Restrict to": what there is to choose from in the account, and which events can be restricted at all.

import Database
import Delivery
import Spelling

struct Restrictable {
    struct Number {
        let e164: String
        let name: String
        /// No longer in the account.
        var isLost = false
    }

    struct Person {
        let id: ID<User>
        let name: String
        let email: String
    }

    /// In the list; an account may have thousands.
    static let maximumUsers = 200

    let numbers: [Number]
    let users: [Person]
    let hasMoreUsers: Bool

    /// The user that a stored restriction means; empty when they are no longer in the account.
    func user(of restriction: Restriction) -> String {
        users.first { restriction.values.contains($0.id.description) || restriction.values.contains($0.email) }?.id.description ?? ""
    }
}

extension EventSubscription {
    /// Whether every event chosen, and every one that "all of this module" may come to mean, names what is restricted to: tracking
    /// numbers only `cdr`, `call` and `call:*`; users only those of the module Users (`user`, `user:*`, `USER_*`, …).
    func permits(_ restriction: Restriction.Kind, _ catalogue: EventCatalogue = .standard) -> Bool {
        switch restriction {
        case .none: true
        case .trackingNumber: !isAll && modules.isEmpty && types.allSatisfy { $0 == "cdr" || $0 == "call" || $0.begins(with: "call:") }
        case .user: !isAll && modules.isSubset(of: ["users"]) && types.allSatisfy { catalogue.type(named: $0)?.module.slug == "users" }
        }
    }
}
