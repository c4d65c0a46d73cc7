// All that the features are made from, wired together once by the composition root.

package import Database
package import Delivery
package import HTTPClient
package import Mail
package import Web

package struct App: Sendable {
    package let site: Site
    /// All of the installation's, for what is said of them together.
    package let features: [Feature]
    package let vault: Vault
    package let policy: AddressPolicy
    package let client: HTTPClient
    package let directory: WebhookDirectory
    package let acceptor: EventAcceptor
    package let engine: DeliveryEngine
    package let mailer: Mailer
    package let texts: SMSOutbox
    package let afterwards: Afterwards
    package let alerts: Alerts
    package let recurring: RecurringWork

    /// Who may use what is to be deleted.
    package var uses: [UseSource] { features.flatMap(\.uses) }

    package init(
        site: Site, features: [Feature], vault: Vault, policy: AddressPolicy, client: HTTPClient, directory: WebhookDirectory,
        acceptor: EventAcceptor, engine: DeliveryEngine, mailer: Mailer, texts: SMSOutbox, afterwards: Afterwards,
        alerts: Alerts,
        recurring: RecurringWork = RecurringWork()
    ) {
        self.site = site
        self.features = features
        self.vault = vault
        self.policy = policy
        self.client = client
        self.directory = directory
        self.acceptor = acceptor
        self.engine = engine
        self.mailer = mailer
        self.texts = texts
        self.afterwards = afterwards
        self.recurring = recurring
        self.alerts = alerts
    }
}
