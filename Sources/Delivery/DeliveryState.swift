// Where a delivery stands, and the SQL conditions that the history's indexes are made for.

package import Database

package enum DeliveryState: String, Sendable, CaseIterable, SQLConvertible {
    /// Waits for `next_at`.
    case pending
    /// An attempt is under way.
    case leased
    /// Kept back while its webhook is paused.
    case held
    case delivered
    /// All attempts failed, or the webhook was switched off.
    case failed
    /// A real-time event that expired before it could be delivered.
    case expired
    /// Given up by a person, or its webhook was deleted.
    case discarded

    /// Exactly the settled ones have `settled_at`.
    package var isSettled: Bool {
        switch self {
        case .pending, .leased, .held: false
        case .delivered, .failed, .expired, .discarded: true
        }
    }

    /// For a SET that settles what is unsettled: what was delivered once, and was only to be sent again, stays that.
    var unlessDelivered: SQL {
        "CASE WHEN manual = \(Claim.Manual.afterDelivery.rawValue) THEN \(DeliveryState.delivered) ELSE \(self) END"
    }

    /// For a WHERE over `deliveries`: also names the partial index, which the bare `state = …` would not find.
    package var condition: SQL {
        isSettled ? "(settled_at IS NOT NULL AND state = \(self))" : "(settled_at IS NULL AND state = \(self))"
    }

    /// All that is still to come: pending, leased or held.
    package static let unsettledCondition: SQL = "(settled_at IS NULL)"
}
