// Where a delivery stands, and how SQL asks for it.

package import Database

package enum DeliveryState: String, Sendable, CaseIterable, SQLConvertible {
    /// Waits for `next_at`.
    case pending
    /// An attempt is under way. Never stored: it is what `due` has a lease for.
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

    /// As every enum of texts is read. Written again for the two that each row of the history has: that of `Database` is compiled for
    /// none of them, and the runtime's look-ups were 4 % of the page.
    package init(columns: any ColumnSource, at index: Int) throws(NoSuchValue) {
        guard let value = Self(rawValue: columns.text(at: index)) else { throw NoSuchValue() }
        self = value
    }

    /// Exactly the settled ones have `settled_at`.
    package var isSettled: Bool {
        switch self {
        case .pending, .leased, .held: false
        case .delivered, .failed, .expired, .discarded: true
        }
    }

    /// For a SET that settles what is unsettled: what was delivered once, and was only to be sent again, stays that.
    var unlessDelivered: SQL {
        "CASE WHEN manual = \(Claim.Manual.afterDelivery.rawValue) THEN 'delivered' ELSE \(self) END"
    }

    /// The state of a row of `deliveries d`.
    package static let shown: SQL = "CASE WHEN \(isLeased) THEN 'leased' ELSE d.state END"

    /// Whether an attempt of a row of `deliveries d` is under way.
    package static let isLeased: SQL = """
        d.settled_at IS NULL AND EXISTS (SELECT 1 FROM due q WHERE q.delivery_id = d.id AND q.lease_owner IS NOT NULL)
        """

    /// For a WHERE over `deliveries d`. Those that are not settled are found by an index that has no state.
    package var condition: SQL {
        switch self {
        case .pending: "d.settled_at IS NULL AND d.state = 'pending' AND NOT (\(Self.isLeased))"
        case .leased: Self.isLeased
        case .held: "d.settled_at IS NULL AND d.state = 'held'"
        case .delivered, .failed, .expired, .discarded: "d.settled_at IS NOT NULL AND d.state = \(self)"
        }
    }
}
