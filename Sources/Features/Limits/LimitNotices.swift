// What an account's administrators are told of its limits: from four fifths on, and when nothing more fits, once until it falls below. It is
// told by the only way there is to ask for room, in the transaction that takes it, so that no maker of anything can forget it.

import Database
import JSON
import Web

extension AlertKind {
    static let limitNear = AlertKind.ofLimit("limit_near", .warning)
    static let limitReached = AlertKind.ofLimit("limit_reached", .bad)

    /// What it is about is the name of a limit; measured ones, of which nothing is refused, have words of their own.
    private static func ofLimit(_ name: String, _ gravity: BadgeView.Kind) -> AlertKind {
        AlertKind(
            name, gravity, .lasting, variants: ["", "storage", "events"], right: .viewLimits,
            naming: { subject, t in ["name": t("limit.\(subject)")] }
        ) { _ in LimitsController.path }
    }
}

extension Limit {
    /// Before one more is made: behind the account's lock, so that nobody else makes one meanwhile. Tells the administrators where the one
    /// more brings the account near its limit; should it not be made after all, the telling goes with the transaction.
    /// Throws `Refusal.limitReached`.
    func requireRoom(in account: ID<Account>, telling alerts: Alerts, on connection: any Connection) throws {
        precondition(!isMeasured, "The limit \(name) refuses nothing.")
        try connection.lock(account)
        let usage = try usage(of: account, on: connection)
        guard usage.used < usage.maximum else { throw Refusal.limitReached(usage) }
        try alerts.warn(of: self, usage.next, in: account, on: connection)
    }

    /// Another number, and what follows for the notices.
    func setMaximum(_ maximum: Int?, of account: ID<Account>, telling alerts: Alerts, on connection: any Connection) throws {
        try setMaximum(maximum, of: account, on: connection)
        try alerts.follow(self, in: account, on: connection)
    }
}

extension Alerts {
    /// Brings the notices to what is so now: also ends those that are over.
    func follow(_ limit: Limit, in account: ID<Account>, on connection: any Connection) throws {
        let usage = try limit.usage(of: account, on: connection)
        if usage.state != .reached { try resolve(.limitReached, for: account, of: limit.name, on: connection) }
        if usage.state == .normal { try resolve(.limitNear, for: account, of: limit.name, on: connection) }
        try warn(of: limit, usage, in: account, on: connection)
    }

    fileprivate func warn(of limit: Limit, _ usage: LimitUsage, in account: ID<Account>, on connection: any Connection) throws {
        let kind: AlertKind
        switch usage.state {
        case .normal: return
        case .near: kind = .limitNear
        case .reached: kind = .limitReached
        }
        guard try !AlertStore.lasts(kind.name, for: account, of: limit.name, on: connection) else { return }
        try raise(
            kind, for: account, of: limit.name, variant: limit.isMeasured ? limit.name : "",
            ["used": JSONValue(usage.usedUnits), "limit": JSONValue(usage.maximum)], on: connection)
    }
}

extension AlertStore {
    fileprivate static func lasts(
        _ kind: String, for account: ID<Account>, of subject: String, on connection: any Connection
    ) throws -> Bool {
        try connection.value(
            "SELECT 1 FROM alerts WHERE account_id = \(account) AND kind = \(kind) AND subject = \(subject) AND resolved_at IS NULL",
            as: Int.self) != nil
    }

    /// Limits of which somebody was told, and it is not over.
    static func limitsTold(on connection: any Connection) throws -> [(account: ID<Account>, limit: String)] {
        try connection.rows(
            """
            SELECT DISTINCT account_id, subject FROM alerts
            WHERE kind IN (\(AlertKind.limitNear.name), \(AlertKind.limitReached.name)) AND resolved_at IS NULL
            """
        ) { (account: try $0.next(), limit: try $0.next()) }
    }
}
