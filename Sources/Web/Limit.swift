// How much of something an account may have. A feature names what it makes so many of and how they are counted; what the number is for
// one account, and that two who make one at once cannot pass it, is known here alone.

package import Database

package struct Limit: Sendable {
    /// In the words `limit.…`, and in `account_limits`.
    package let name: String
    /// What an account begins with (product.md § 6).
    package let standard: Int
    /// The platform's staff can give an account another number.
    package let isAdjustable: Bool
    private let count: @Sendable (ID<Account>) -> SQL

    /// - Parameter counting: one number, what an account has now.
    package init(
        _ name: String, standard: Int, isAdjustable: Bool = true, counting: @escaping @Sendable (ID<Account>) -> SQL
    ) {
        self.name = name
        self.standard = standard
        self.isAdjustable = isAdjustable
        count = counting
    }

    package func maximum(of account: ID<Account>, on connection: any Connection) throws -> Int {
        guard isAdjustable else { return standard }
        return try connection.value("SELECT maximum FROM account_limits WHERE account_id = \(account) AND name = \(name)") ?? standard
    }

    package func usage(of account: ID<Account>, on connection: any Connection) throws -> LimitUsage {
        LimitUsage(
            name: name, used: try connection.value(count(account)) ?? 0, maximum: try maximum(of: account, on: connection))
    }

    /// Before one more is made: behind the account's lock, so that nobody else makes one meanwhile.
    /// Throws `Refusal.limitReached`.
    package func requireRoom(in account: ID<Account>, on connection: any Connection) throws {
        try connection.lock(account)
        let usage = try usage(of: account, on: connection)
        guard usage.used < usage.maximum else { throw Refusal.limitReached(usage) }
    }

    /// Nil: as every account.
    package func setMaximum(_ maximum: Int?, of account: ID<Account>, on connection: any Connection) throws {
        precondition(isAdjustable, "The limit \(name) is the same for all.")
        try connection.execute("DELETE FROM account_limits WHERE account_id = \(account) AND name = \(name)")
        guard let maximum, maximum != standard else { return }
        try connection.execute(
            "INSERT INTO account_limits (account_id, name, maximum) VALUES (\(account), \(name), \(maximum))")
    }
}

package struct LimitUsage: Sendable, Equatable {
    package enum State: String, CaseIterable, Sendable {
        case normal, near, reached
    }

    package let name: String
    package let used: Int
    package let maximum: Int

    package init(name: String, used: Int, maximum: Int) {
        (self.name, self.used, self.maximum) = (name, used, maximum)
    }

    /// Near from 80 % (product.md § 6).
    package var state: State { used >= maximum ? .reached : used * 5 >= maximum * 4 ? .near : .normal }

    package func title(_ t: Translation) -> String { t("limit.\(name)") }

    /// That there is no room, and what to do; nil while there is.
    package func refusal(_ visit: Visit) -> String? { state == .reached ? reachedText(visit) : nil }

    package func reachedText(_ visit: Visit) -> String {
        visit.t("limit.reached", ["name": title(visit.t), "limit": visit.numbers.text(maximum)])
    }
}
