// The table of a zone: from which UTC second on which offset holds. The rule that the file gives for the years after its
// last entry is written out for one Gregorian cycle (400 years), so that the far future is the same lookup.

struct ZoneTransitions: Sendable {
    /// UTC seconds, ascending; `offsets[i + 1]` holds from `starts[i]` on, `offsets[0]` before all.
    private var starts: [Int64] = []
    private var offsets: [Int32]
    /// From here on the table repeats every 400 years; Int64.max when it just ends.
    private var cycleStart = Int64.max

    /// 146,097 days, a whole number of weeks: every rule by month, week and weekday repeats.
    private static let cycle: Int64 = 146_097 * 86_400
    /// The farthest from UTC that a zone was (local mean times: Manila −15:56) and a little more, in seconds.
    private static let widestOffset: Int64 = 17 * 3600

    static func fixed(offset: Int32) -> ZoneTransitions {
        ZoneTransitions(initialOffset: offset)
    }

    init(initialOffset: Int32) {
        offsets = [initialOffset]
    }

    /// Ignored when it does not come after the last one or changes nothing.
    mutating func append(start: Int64, offset: Int32) {
        if let last = starts.last, start <= last { return }
        if offset == offsets.last { return }
        starts.append(start)
        offsets.append(offset)
    }

    /// Writes `rule` out for the years after the last transition.
    mutating func continueForever(by rule: ZoneRule) {
        // Without daylight time the last offset of the table just goes on.
        guard rule.hasDaylightTime else { return }
        let firstYear = starts.last.map { CivilTime(localSeconds: $0).date.year } ?? 1970
        guard (1...9000).contains(firstYear) else { return }
        for year in firstYear...(firstYear + 401) {
            for change in rule.changes(inYear: year) { append(start: change.start, offset: change.offset) }
        }
        guard let last = starts.last else { return }
        cycleStart = last - Self.cycle
    }

    /// An instant of the table's own years at which everything is as at `second`.
    private func folded(_ second: Int64) -> Int64 {
        guard second >= cycleStart, second - cycleStart >= Self.cycle else { return second }
        return cycleStart + (second - cycleStart) % Self.cycle
    }

    /// How many transitions are at or before `second`, which is also the index of its offset.
    private func index(atSecond second: Int64) -> Int {
        starts.withUnsafeBufferPointer { starts in
            var low = 0
            var high = starts.count
            while low < high {
                let middle = (low &+ high) >> 1
                if starts[middle] <= second { low = middle &+ 1 } else { high = middle }
            }
            return low
        }
    }

    func offset(atSecond second: Int64) -> Int {
        Int(offsets[index(atSecond: folded(second))])
    }

    /// The offsets that hold at some moment near this local time, in order of time, each once.
    private func offsets(aroundLocal local: Int64) -> [Int32] {
        let first = index(atSecond: folded(local - Self.widestOffset))
        let last = index(atSecond: folded(local + Self.widestOffset))
        if first == last { return [offsets[first]] }
        // Folded across the end of a cycle, the later moment can have the smaller index; the two offsets say enough,
        // because there the rule's changes are months apart.
        guard first < last else { return [offsets[first], offsets[last]] }
        var found: [Int32] = []
        for offset in offsets[first...last] where !found.contains(offset) { found.append(offset) }
        return found
    }

    /// The UTC seconds at which the wall clock shows `local`, ascending.
    func seconds(ofLocal local: Int64) -> [Int64] {
        let candidates = offsets(aroundLocal: local)
        if candidates.count == 1 { return [local - Int64(candidates[0])] }
        return
            candidates
            .map { local - Int64($0) }
            .filter { second in local - second == Int64(offset(atSecond: second)) }
            .sorted()
    }

    /// For a local time that does not exist: the UTC second at which the clock jumped over it.
    func gapEnd(aroundLocal local: Int64) -> Int64 {
        // Bisect for the first second whose wall clock shows `local` or later: the clock never shows a time after
        // a gap before the jump, and overlaps are not near a gap.
        var low = local - Self.widestOffset
        var high = local + Self.widestOffset
        while low < high {
            let middle = low + (high - low) / 2
            if middle + Int64(offset(atSecond: middle)) >= local { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
