// An event as a caller hands it over, and the bytes that receivers get of it.

package import JSON
package import Time

package struct NewEvent: Sendable {
    package var type: EventType
    /// The same key, once more, is the same event: it is accepted again without effect.
    package var idempotencyKey: String?
    package var time: Timestamp
    package var context: JSONObject
    package var data: JSONObject

    package init(type: EventType, idempotencyKey: String? = nil, time: Timestamp, context: JSONObject = [:], data: JSONObject) {
        self.type = type
        self.idempotencyKey = idempotencyKey
        self.time = time
        self.context = context
        self.data = data
    }

    /// Compact UTF-8, the same for every webhook and every attempt: it is what is signed.
    package var body: [UInt8] {
        let envelope: JSONObject = [
            "event_time": .string(time.iso8601), "event_type": .string(type.name), "current_context": .object(context),
            "data": .object(data),
        ]
        return JSONValue.object(envelope).serialized()
    }
}
