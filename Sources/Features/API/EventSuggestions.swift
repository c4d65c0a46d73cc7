// "Did you mean", for one call: each misspelt event type is compared with all that exist, which takes a millisecond, so a batch of a
// thousand gets it for the first few names and the same words for each of them.

import Delivery

final class EventSuggestions {
    private static let maximumNames = 5
    private var found: [String: [String]] = [:]

    /// Empty when no name is close, or this call has had its suggestions.
    func nearest(to name: String) -> [String] {
        if let known = found[name] { return known }
        guard found.count < Self.maximumNames else { return [] }
        let nearest = EventCatalogue.standard.nearest(to: name)
        found[name] = nearest
        return nearest
    }
}
