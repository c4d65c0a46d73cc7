// What has to follow every committed change of an account's webhooks, in one place so that no page forgets half of it.

import Database
import Delivery

extension App {
    /// - Parameter webhooks: those that may now have something to send.
    func webhooksChanged(_ webhooks: [ID<Webhook>], of account: ID<Account>) {
        directory.invalidate(account: account)
        engine.wake(webhooks)
    }
}
