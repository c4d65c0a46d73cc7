// The events that exist. The API validates against it, the engine sends by it, the documentation is made from it.

import Spelling

package struct EventCatalogue: Sendable {
    /// In the order of product.md § Webhook rights.
    package let modules: [EventModule]

    /// By module, in the order of events.tsv.
    package let types: [EventType]
    private let byName: [String: EventType]

    init(modules: [EventModule], types: [EventType]) {
        self.modules = modules
        self.types = types
        byName = Dictionary(types.map { ($0.name, $0) }) { first, _ in first }
    }

    package func type(named name: String) -> EventType? {
        byName[name].flatMap { $0.name.isIdentical(to: name) ? $0 : nil }
    }

    package func types(in module: EventModule) -> [EventType] {
        types.filter { $0.module == module }
    }

    package func module(slug: String) -> EventModule? {
        modules.first { $0.slug == slug }
    }

    /// Up to three names like the one given, the closest first, for "did you mean". Empty when none is close.
    package func nearest(to name: String) -> [String] {
        let wanted = Array(name.asciiLowercased.utf8.prefix(64))
        guard !wanted.isEmpty else { return [] }
        // A third of it may be wrong; beyond that a suggestion is noise.
        let maximumDistance = max(2, wanted.count / 3)
        return
            types.map { (name: $0.name, distance: editDistance(wanted, Array($0.name.asciiLowercased.utf8))) }
            .filter { $0.distance <= maximumDistance }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
            .prefix(3).map(\.name)
    }
}
