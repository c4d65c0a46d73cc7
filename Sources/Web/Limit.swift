// How much of something an account may have. A feature names what it makes so many of and how they are counted; what the number is for
// one account is known here alone. Who makes one more asks `Limit.requireRoom` (Features/Limits), which also tells the administrators.

package import Database

package struct Limit: Sendable {
    /// What one of its number is.
    package enum Unit: Sendable {
        case things
        /// Of what is counted in bytes.
        case gigabytes

        fileprivate var size: Int { self == .gigabytes ? 1_000_000_000 : 1 }
    }

    /// In the words `limit.…`, and in `account_limits`.
    package let name: String
    /// What an account begins with (product.md § 6).
    package let standard: Int
    package let unit: Unit
    /// The platform's staff can give an account another number.
    package let isAdjustable: Bool
    /// It is told and never refused: for a limit the platform must not lose an event or a recording.
    package let isMeasured: Bool
    private let count: @Sendable (ID<Account>) -> SQL

    /// - Parameter counting: one number, what an account has now.
    package init(
        _ name: String, standard: Int, unit: Unit = .things, isAdjustable: Bool = true, isMeasured: Bool = false,
        counting: @escaping @Sendable (ID<Account>) -> SQL
    ) {
        (self.name, self.standard, self.unit) = (name, standard, unit)
        (self.isAdjustable, self.isMeasured) = (isAdjustable, isMeasured)
        count = counting
    }

    package func maximum(of account: ID<Account>, on connection: any Connection) throws -> Int {
        guard isAdjustable else { return standard }
        return try connection.value("SELECT maximum FROM account_limits WHERE account_id = \(account) AND name = \(name)") ?? standard
    }

    package func usage(of account: ID<Account>, on connection: any Connection) throws -> LimitUsage {
        LimitUsage(
            name: name, used: try connection.value(count(account)) ?? 0, maximum: try maximum(of: account, on: connection), unit: unit)
    }

    /// Nil: as every account.
    package func setMaximum(_ maximum: Int?, of account: ID<Account>, on connection: any Connection) throws {
        precondition(isAdjustable, "The limit \(name) is the same for all.")
        try connection.execute("DELETE FROM account_limits WHERE account_id = \(account) AND name = \(name)")
        guard let maximum, maximum != standard else { return }
        try connection.execute(
            "INSERT INTO account_limits (account_id, name, maximum) VALUES (\(account), \(name), \(maximum))")
    }

    package func title(_ t: Translation) -> String { t("limit.\(name)") }

    /// A number of it, with its unit.
    package func text(_ number: Int, _ numbers: Numbers) -> String {
        unit == .gigabytes ? numbers.bytes(number * unit.size) : numbers.text(number)
    }
}

package struct LimitUsage: Sendable, Equatable {
    package enum State: String, CaseIterable, Sendable {
        case normal, near, reached
    }

    package let name: String
    /// As it is counted: things, or bytes.
    package let used: Int
    package let maximum: Int
    private let unit: Limit.Unit

    package init(name: String, used: Int, maximum: Int, unit: Limit.Unit = .things) {
        (self.name, self.used, self.maximum, self.unit) = (name, used, maximum, unit)
    }

    /// Near from 80 % (product.md § 6).
    package var state: State { used >= full ? .reached : used * 5 >= full * 4 ? .near : .normal }

    /// The maximum as `used` is counted.
    package var full: Int { maximum * unit.size }

    /// With one more.
    package var next: LimitUsage { LimitUsage(name: name, used: used + 1, maximum: maximum, unit: unit) }

    /// Whole ones of the limit's number.
    package var usedUnits: Int { used / unit.size }

    package func title(_ t: Translation) -> String { t("limit.\(name)") }

    /// What is used, with its unit.
    package func usedText(_ numbers: Numbers) -> String { unit == .gigabytes ? numbers.bytes(used) : numbers.text(used) }

    package func maximumText(_ numbers: Numbers) -> String {
        unit == .gigabytes ? numbers.bytes(full) : numbers.text(maximum)
    }

    /// That there is no room, and what to do; nil while there is.
    package func refusal(_ visit: Visit) -> String? { state == .reached ? reachedText(visit) : nil }

    package func reachedText(_ visit: Visit) -> String {
        visit.t("limit.reached", ["name": title(visit.t), "limit": maximumText(visit.numbers)])
    }
}
