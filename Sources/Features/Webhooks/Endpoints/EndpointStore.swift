// What the pages ask about webhooks. The webhooks' own rows are read and written by `WebhookStore`, which alone opens secrets.

import Database
import Delivery
import HTTPTypes
import Spelling
import Time
import Web

struct EndpointStore {
    /// Deliveries of a webhook that are still to come.
    struct Waiting {
        var pending = 0
        var held = 0

        var all: Int { pending + held }
    }

    private let ids: IDGenerator
    private let clock: Clock
    private let webhooks: WebhookStore
    private let alerts: Alerts

    init(_ app: App) {
        (ids, clock) = (app.site.ids, app.site.clock)
        webhooks = WebhookStore(vault: app.vault)
        alerts = app.alerts
    }

    func new(named name: String = "", of account: ID<Account>) -> WebhookConfiguration {
        WebhookConfiguration(
            id: ids.next(), account: account, name: name, url: "", secret: WebhookSecret.generate(), createdAt: clock.now())
    }

    /// What a form that was sent before has made.
    func made(_ webhook: WebhookConfiguration, of account: ID<Account>, on connection: any Connection) throws -> Made {
        guard let stored = try webhooks.webhook(webhook.id, of: account, on: connection) else { return .not }
        let completed = (try? completed(webhook, on: connection)) ?? webhook
        let isSame =
            stored.name == completed.name && stored.url == completed.url && stored.events == completed.events
            && stored.authentication == completed.authentication && stored.headers == completed.headers
            && stored.restriction == completed.restriction && stored.isEnabled == completed.isEnabled
        return isSame ? .asAsked : .otherwise
    }

    /// Throws `Refusal.limitReached`, and `.stale` for a second main webhook: somebody else has just made it.
    func insert(_ webhook: WebhookConfiguration, on connection: any Connection) throws {
        try Limit.webhooks.requireRoom(in: webhook.account, telling: alerts, on: connection)
        do {
            try webhooks.insert(completed(webhook, on: connection), on: connection)
        } catch DatabaseError.duplicate where webhook.isMain {
            throw Refusal.stale
        }
    }

    /// Throws `Refusal.stale` when the stored version is another.
    func update(_ webhook: WebhookConfiguration, on connection: any Connection) throws {
        try connection.lock(webhook.account)
        guard try webhooks.update(completed(webhook, on: connection), at: clock.now(), on: connection) else { throw Refusal.stale }
        // On again, or readable again: what was typed now has taken the place of what could not be opened.
        guard webhook.isEnabled || webhook.disabledReason == .unreadable else { return }
        try alerts.resolve(.webhookDisabled, for: webhook.account, of: webhook.id.description, on: connection)
    }

    /// A restriction to a user by id alone, as a form has it, gets their address too: the platform's events name a user by either.
    /// Throws `FieldProblem` when they, or a number, have left the account.
    private func completed(_ webhook: WebhookConfiguration, on connection: any Connection) throws -> WebhookConfiguration {
        if case .trackingNumbers(let numbers) = webhook.restriction { try require(numbers, for: webhook, on: connection) }
        guard case .users(let values) = webhook.restriction, values.count == 1, let user = values.first.flatMap({ ID<User>($0) }) else {
            return webhook
        }
        let email = try connection.value("SELECT email FROM users WHERE id = \(user) AND account_id = \(webhook.account)", as: String.self)
        guard let email else { throw FieldProblem("user", "webhooks.user.unknown") }
        var webhook = webhook
        webhook.restriction = .users([user.description, email])
        return webhook
    }

    /// Nobody can delete a number that a webhook is restricted to, so one that is new to it has to be there.
    private func require(_ numbers: [String], for webhook: WebhookConfiguration, on connection: any Connection) throws {
        let known = try connection.rows(
            "SELECT number FROM tracking_numbers WHERE account_id = \(webhook.account) AND number IN (\(list: numbers))"
        ) { try $0.next(String.self) }
        let old = try webhooks.webhook(webhook.id, of: webhook.account, on: connection)?.restriction.values ?? []
        guard numbers.allSatisfy({ known.contains($0) || old.contains($0) }) else {
            throw FieldProblem("numbers", "webhooks.numbers.unknown")
        }
    }

    /// Webhooks that are restricted to the number.
    static func uses(of number: ID<TrackingNumber>, in account: ID<Account>, on connection: any Connection) throws -> Uses {
        let number = try connection.value(
            "SELECT number FROM tracking_numbers WHERE id = \(number) AND account_id = \(account)", as: String.self)
        guard let number else { return Uses() }
        let restricted = try connection.rows(
            """
            SELECT id, name, restriction_value FROM webhooks
            WHERE account_id = \(account) AND restriction = \(Restriction.Kind.trackingNumber) ORDER BY name, id
            """
        ) { (id: try $0.next(ID<Webhook>.self), name: try $0.next(String.self), numbers: try $0.next(String.self).words(between: "\n")) }
        let users = restricted.filter { $0.numbers.contains { $0.isIdentical(to: number) } }
        return Uses(
            users.prefix(Uses.maximumShown).map { Use("webhook", $0.name, at: EndpointController.path(of: $0.id)) }, count: users.count)
    }

    /// How many it deleted.
    func delete(_ webhook: ID<Webhook>, of account: ID<Account>, on connection: any Connection) throws -> Int {
        guard try webhooks.delete(webhook, of: account, at: clock.now(), on: connection) else { return 0 }
        try alerts.resolve(.webhookDisabled, for: account, of: webhook.description, on: connection)
        return 1
    }

    /// Throws 404 for one of another account, as for one that never was.
    func webhook(_ id: ID<Webhook>, of account: ID<Account>, on connection: any Connection) throws -> WebhookConfiguration {
        guard let webhook = try webhooks.webhook(id, of: account, on: connection) else { throw Abort(.notFound) }
        return webhook
    }

    /// With what waits for it, for pages that ask before something is done to it.
    func webhookInQuestion(
        _ id: ID<Webhook>, of account: ID<Account>, on connection: any Connection
    ) throws -> (webhook: WebhookConfiguration, waiting: Int) {
        (try webhook(id, of: account, on: connection), try waiting(for: id, of: account, on: connection).all)
    }

    func all(of account: ID<Account>, on connection: any Connection) throws -> [WebhookConfiguration] {
        try webhooks.webhooks(of: account, on: connection)
    }

    /// With the engine's latest figures, which the directory's copy need not have.
    func accountWebhooks(of account: ID<Account>, on connection: any Connection) throws -> AccountWebhooks {
        try webhooks.accountWebhooks(of: account, on: connection)
    }

    func main(of account: ID<Account>, on connection: any Connection) throws -> WebhookConfiguration? {
        try all(of: account, on: connection).first(where: \.isMain)
    }

    /// What each paused webhook of these keeps, up to `maximumCounted`: a list is not to count a week of events.
    func held(by webhooks: [WebhookConfiguration], on connection: any Connection) throws -> [ID<Webhook>: Int] {
        try webhooks.filter { $0.isEnabled && $0.isPaused }.reduce(into: [:]) { counts, webhook in
            counts[webhook.id] = try connection.value(
                """
                SELECT COUNT(*) FROM (SELECT 1 FROM deliveries WHERE webhook_id = \(webhook.id) AND account_id = \(webhook.account)
                    AND state = 'held' LIMIT \(Self.maximumCounted)) AS held
                """)
        }
    }

    private static let maximumCounted = 10_000

    func waiting(for webhook: ID<Webhook>, of account: ID<Account>, on connection: any Connection) throws -> Waiting {
        try connection.first(
            """
            SELECT (SELECT COUNT(*) FROM due WHERE webhook_id = w.id) + (SELECT COUNT(*) FROM waiting WHERE webhook_id = w.id),
                (SELECT COUNT(*) FROM deliveries WHERE webhook_id = w.id AND state = 'held')
            FROM webhooks w WHERE w.id = \(webhook) AND w.account_id = \(account)
            """
        ) { Waiting(pending: try $0.next(), held: try $0.next()) } ?? Waiting()
    }

    /// What a restriction can name: of users the first by name, and those that `kept` or `user`, an id as a form sends it, names already.
    func restrictable(of account: ID<Account>, keeping kept: Restriction, user: String = "", on connection: any Connection) throws
        -> Restrictable
    {
        func people(_ condition: SQL, limit: Int) throws -> [Restrictable.Person] {
            try connection.rows(
                "SELECT id, name, email FROM users WHERE account_id = \(account) \(condition) ORDER BY search_text, id LIMIT \(limit)"
            ) {
                Restrictable.Person(id: try $0.next(), name: try $0.next(), email: try $0.next())
            }
        }
        let listed = try people("", limit: Restrictable.maximumUsers + 1)
        var users = Array(listed.prefix(Restrictable.maximumUsers))
        for name in kept.values + [user] where !users.contains(where: { $0.id.description == name || $0.email == name }) {
            users += try people(ID<User>(name).map { "AND id = \($0)" } ?? "AND email = \(name)", limit: 1)
        }
        var numbers = try connection.rows(
            "SELECT number, name FROM tracking_numbers WHERE account_id = \(account) ORDER BY name, number"
        ) {
            Restrictable.Number(e164: try $0.next(), name: try $0.next())
        }
        if case .trackingNumbers(let kept) = kept {
            let lost = kept.filter { number in !numbers.contains { $0.e164 == number } }
            numbers = lost.map { Restrictable.Number(e164: $0, name: "", isLost: true) } + numbers
        }
        return Restrictable(numbers: numbers, users: users, hasMoreUsers: listed.count > Restrictable.maximumUsers)
    }
}
