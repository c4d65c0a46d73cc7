// "Did you mean", for one call: each misspelt event type is compared with all that exist, which takes a millisecond, so a batch of a
// thousand gets it for the first few names and the same words for each of them.

import Delivery

final class EventSuggestions {
    private static let maximumNames = 5
    /// By bytes, as names are compared.
    private var found: [[UInt8]: [String]] = [:]

    /// Empty when no name is close, or this call has had its suggestions.
    func nearest(to name: String) -> [String] {
        if let known = found[Array(name.utf8)] { return known }
        guard found.count < Self.maximumNames else { return [] }
        let nearest = EventCatalogue.standard.nearest(to: name)
        found[Array(name.utf8)] = nearest
        return nearest
    }
}
