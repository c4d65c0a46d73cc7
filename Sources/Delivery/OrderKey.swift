// Which call an event is about: deliveries to one webhook about one call go in the order in which they were accepted.

import JSON
import Spelling

enum OrderKey {
    /// Longer ones are cut: two calls that then look alike wait for each other, which harms nobody.
    private static let maximumBytes = 200

    /// The first of `data.call_id`, `data.callId`, `data.call.id`, and, for events that are themselves a call (`call`, `cdr`,
    /// `call:…`), `data.id`. Text and whole numbers count. Nil when the event is about no call: then there is no order.
    static func of(_ type: EventType, data: JSONObject) -> String? {
        let isCall = type.name == "call" || type.name == "cdr" || type.name.begins(with: "call:")
        let candidates = [data["call_id"], data["callId"], data["call"]?["id"], isCall ? data["id"] : nil]
        for case let candidate? in candidates {
            switch candidate {
            case .string(let text) where !text.isEmpty: return TypedText.prefix(text, maximumBytes: maximumBytes)
            case .number(let token): return TypedText.prefix(token, maximumBytes: maximumBytes)
            default: continue
            }
        }
        return nil
    }
}
