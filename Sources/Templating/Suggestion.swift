// A misspelled name is the commonest fault in a template; the error offers the nearest name that would have worked.

import Spelling

/// The known name nearest to `name`, where one is near enough to be meant: a third of its letters wrong at most, and one at least.
func nearestName(to name: String, among known: some Sequence<String>) -> String? {
    let letters = Array(name)
    let limit = max(1, letters.count / 3)
    var best: (name: String, distance: Int)?
    for candidate in known.sorted() where candidate != name {
        let distance = editDistance(letters, Array(candidate))
        if distance <= limit, distance < best?.distance ?? .max {
            best = (candidate, distance)
        }
    }
    return best?.name
}

/// “; did you mean “title”?”, or nothing.
func suggestion(for name: String, among known: some Sequence<String>) -> String {
    nearestName(to: name, among: known).map { "; did you mean “\($0)”?" } ?? ""
}
