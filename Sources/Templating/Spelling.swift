// A misspelled name is the commonest fault in a template; the error offers the nearest name that would have worked.

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

/// Insertions, deletions, substitutions and swaps of neighbours, each counted once (optimal string alignment).
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                cost = min(cost, beforeLast[j - 1] + 1)
            }
            row.append(cost)
        }
        beforeLast = last
        last = row
    }
    return last[b.count]
}
