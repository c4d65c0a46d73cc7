// One kind of event: what validates it, documents it and tells how long it is worth sending.

package import JSON
import Spelling

/// The part of the platform that an event comes from, as people see it in the list and as it is stored.
package struct EventModule: Sendable, Hashable {
    package let name: String

    /// In lower case, words joined by `_`: `voice_campaign`. What a subscription to the whole module stores.
    package let slug: String

    init(name: String) {
        self.name = name
        slug = name.asciiLowercased.replacing(" ", by: "_")
    }
}

package struct EventType: Sendable, Hashable {
    package let module: EventModule
    package let name: String
    package let freshness: Freshness

    /// Believable data of this type: what the documentation shows and a test sends.
    package var sample: JSONObject { EventSamples.data(of: self) }

    /// The current context of a sample.
    package var sampleContext: JSONObject { EventSamples.context }

    /// What the Test button sends. Not part of the catalogue: nobody subscribes to it, and the API does not accept it.
    package static let test = EventType(
        module: EventModule(name: "Toolbox"), name: "test", freshness: .durable)

    package static func == (left: EventType, right: EventType) -> Bool { left.name == right.name }
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
