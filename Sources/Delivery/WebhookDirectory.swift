// The configuration of every account that is in use, in memory: it is asked once for each event and each delivery.

package import Database
import Synchronization

package final class WebhookDirectory: Sendable {
    /// Accounts kept; beyond that all are forgotten and asked for again, which is cheaper than keeping a rank of use.
    private static let maximumAccounts = 5_000

    private struct State {
        var accounts: [ID<Account>: AccountWebhooks] = [:]
        var owners: [ID<Webhook>: ID<Account>] = [:]
        /// Those whose secrets could not be opened, of which it was said.
        var unreadable: Set<ID<Webhook>> = []
        var whenUnreadable: @Sendable (WebhookConfiguration) -> Void = { _ in }
        /// Raised by every invalidation, so that what was read before one is not kept after it.
        var generation = 0
    }

    private let database: Database
    private let store: WebhookStore
    private let isSuspended: @Sendable (ID<Account>, any Connection) throws -> Bool
    private let state = Mutex(State())

    /// - Parameter isSuspended: while it is, what is accepted for the account waits, and so does what is to be sent again.
    package init(
        database: Database, vault: Vault,
        isSuspended: @escaping @Sendable (_ account: ID<Account>, _ connection: any Connection) throws -> Bool = { _, _ in false }
    ) {
        self.database = database
        self.isSuspended = isSuspended
        store = WebhookStore(vault: vault)
    }

    /// To be called after every committed change of an account's webhooks, settings or rights.
    package func invalidate(account: ID<Account>) {
        state.withLock { state in
            state.generation += 1
            state.accounts[account] = nil
        }
    }

    /// Once for each that is found to have a secret which cannot be opened, outside any transaction.
    package func whenUnreadable(_ body: @escaping @Sendable (WebhookConfiguration) -> Void) {
        state.withLock { $0.whenUnreadable = body }
    }

    private func tell(of webhooks: [WebhookConfiguration]) {
        let (found, tell) = state.withLock { state in
            let broken = webhooks.filter { $0.disabledReason == .unreadable && !state.unreadable.contains($0.id) }
            for webhook in webhooks where webhook.disabledReason != .unreadable { state.unreadable.remove(webhook.id) }
            state.unreadable.formUnion(broken.map(\.id))
            return (broken, state.whenUnreadable)
        }
        found.forEach(tell)
    }

    /// Another when anything may have changed since.
    var generation: Int { state.withLock { $0.generation } }

    package func webhooks(of account: ID<Account>) throws -> AccountWebhooks {
        let (cached, generation) = state.withLock { ($0.accounts[account], $0.generation) }
        if let cached { return cached }
        let loaded = try database.read { connection in
            var webhooks = try store.accountWebhooks(of: account, on: connection)
            webhooks.isSuspended = try isSuspended(account, connection)
            return webhooks
        }
        tell(of: loaded.webhooks)
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.accounts.count >= Self.maximumAccounts {
                state.accounts.removeAll()
                state.owners.removeAll()
            }
            state.accounts[account] = loaded
            for webhook in loaded.webhooks { state.owners[webhook.id] = account }
        }
        return loaded
    }

    /// Asked within a transaction: what is kept here may have just changed.
    func isSuspended(_ account: ID<Account>, on connection: any Connection) throws -> Bool { try isSuspended(account, connection) }

    /// As a transaction sees them that may have changed them.
    func webhooks(of account: ID<Account>, on connection: any Connection) throws -> AccountWebhooks {
        try store.accountWebhooks(of: account, on: connection)
    }

    /// The webhook and whether anything goes out for its account now; nil when there is no such webhook (any more).
    package func webhook(_ id: ID<Webhook>) throws -> (configuration: WebhookConfiguration, isIntegrationOn: Bool)? {
        let known = state.withLock { $0.owners[id] }
        guard let account = try known ?? database.read({ try $0.value("SELECT account_id FROM webhooks WHERE id = \(id)") }) else {
            return nil
        }
        let all = try webhooks(of: account)
        return all.webhooks.first { $0.id == id }.map { ($0, all.isEnabled && !all.isSuspended) }
    }
}
