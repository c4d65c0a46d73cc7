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
            ("webhook-signature", Signatures.standard(id: id, timestamp: time, body: body, keys: keys.standard(at: time))),
            ("x-signature", Signatures.legacy(body: body, key: keys.legacy)),
        ]
        if let sequence { fields.append(("webhook-sequence", "\(sequence)")) }
        var recorded = ""
        for field in fields { recorded += "\(field.name): \(field.value)\n" }
        if let credential = webhook.authentication.header {
            fields.append((credential.name, credential.value))
            recorded += "\(credential.name): \(Self.mask)\n"
        }
        for header in webhook.headers {
            fields.append((header.name, header.value))
            // A customer's own header may well be a token: its name tells enough.
            recorded += "\(header.name): \(Self.mask)\n"
        }
        outgoing = OutgoingRequest(
            method: .post, url: webhook.url, fields: fields, body: body, connectTimeout: Self.connectTimeout,
            totalTimeout: Self.totalTimeout, bodyCap: Self.keptBody)
        recordedHeaders = recorded
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
