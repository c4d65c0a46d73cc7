// A delivery as a request: the body as it was accepted, both signatures, the webhook's own headers.

import Crypto
package import Database
import HTTPClient
package import Time

/// The headers of an attempt, as sent and as recorded.
struct DeliveryRequest {
    let outgoing: OutgoingRequest
    /// One `Name: value` a line; values that authenticate are masked.
    let recordedHeaders: String

    /// Webhooks.md § What counts as success.
    static let connectTimeout = Duration.seconds(5)
    static let totalTimeout = Duration.seconds(15)
    static let keptBody = 16 * 1024
    private static let mask = "••••••"

    init(_ webhook: WebhookConfiguration, keys: SigningKeys, event: ID<Event>, sequence: Int?, body: [UInt8], at time: Timestamp) {
        let id = event.description
        var fields: [(name: String, value: String)] = [
            ("Content-Type", "application/json"),
            ("webhook-id", id),
            ("webhook-timestamp", "\(time.seconds)"),
            ("webhook-signature", Signatures.standard(id: id, timestamp: time, body: body, codes: keys.standard(at: time))),
            ("x-signature", Signatures.legacy(body: body, code: keys.legacy)),
        ]
        if let sequence { fields.append(("webhook-sequence", "\(sequence)")) }
        var recorded = ""
        recorded.reserveCapacity(Self.recordedLength)
        for field in fields { Self.add(field.name, field.value, to: &recorded) }
        if let credential = webhook.authentication.header {
            fields.append((credential.name, credential.value))
            Self.add(credential.name, Self.mask, to: &recorded)
        }
        for header in webhook.headers {
            fields.append((header.name, header.value))
            // A customer's own header may well be a token: its name tells enough.
            Self.add(header.name, Self.mask, to: &recorded)
        }
        outgoing = OutgoingRequest(
            method: .post, url: webhook.url, fields: fields, body: body, connectTimeout: Self.connectTimeout,
            totalTimeout: Self.totalTimeout, bodyCap: Self.keptBody)
        recordedHeaders = recorded
    }

    /// Enough for most.
    private static let recordedLength = 512

    private static func add(_ name: String, _ value: String, to text: inout String) {
        text += name
        text += ": "
        text += value
        text += "\n"
    }
}

extension WebhookConfiguration {
    /// The headers of a request to it, as an attempt records them: signed with its secret, what authenticates masked.
    ///
    /// - Parameter sequence: the event's number among those of its call, when it is about one.
    package func recordedHeaders(of event: ID<Event>, sequence: Int?, body: [UInt8], at time: Timestamp) -> String {
        DeliveryRequest(self, keys: SigningKeys(self), event: event, sequence: sequence, body: body, at: time).recordedHeaders
    }
}
