// What the ids of this module are ids of. `Delivery` is the module's own name, so the entity has a longer one.

import Database

package enum Webhook: Identified {
    package static let idPrefix = "wh"
}

package enum Event: Identified {
    package static let idPrefix = "evt"
}

package enum WebhookDelivery: Identified {
    package static let idPrefix = "dlv"
}
