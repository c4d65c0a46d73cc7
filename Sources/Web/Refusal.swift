// Why a change was not made. Thrown inside the transaction, so that nothing of it stays, its audit row included.

package enum Refusal: Error, Sendable, Equatable {
    /// Somebody else has saved since the page was made.
    case stale
    /// Others still need what was to go.
    case inUse(by: Uses)
    /// There are as many as there may be.
    case limitReached(LimitUsage)
    /// It is not there, or not in this account. A page that does not catch it answers 404.
    case notFound
}
