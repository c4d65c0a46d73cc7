// What the ids of this module are ids of. `Delivery` is the module's own name, so the entity has a longer one.

package import Database

package enum Webhook: Identified {
    package static let idPrefix = "wh"
}

package enum Event: Identified {
    package static let idPrefix = "evt"
    package static var idForm: IDForm { .number }
}

package enum WebhookDelivery: Identified {
    package static let idPrefix = "dlv"
    package static var idForm: IDForm { .number }
}

/// An event's deliveries have the numbers behind its own, so that one leads to the other without an index.
extension ID<Event> {
    private static var block: UInt128 { 64 }

    /// Three times as many as an account may have webhooks.
    package static var maximumDeliveries: Int { 63 }

    /// - Parameter number: from 1 to `maximumDeliveries`.
    package func delivery(_ number: Int) -> ID<WebhookDelivery> {
        ID<WebhookDelivery>(value: value + UInt128(min(max(number, 1), Self.maximumDeliveries)))
    }

    /// For a WHERE: the column of a delivery's id, within what is this event's.
    package func owns(_ delivery: SQL) -> SQL {
        "\(delivery) > \(self) AND \(delivery) < \(ID(value: value + Self.block))"
    }

    fileprivate static func of(_ delivery: UInt128) -> ID { ID(value: delivery / block * block) }
}

extension ID<WebhookDelivery> {
    package var event: ID<Event> { ID<Event>.of(value) }
}
