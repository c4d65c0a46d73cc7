// Who may have how many requests under way when not all can: each account as many as the others leave it, and always some places
// free, so that whoever comes next goes at once.

import Database

struct Shares {
    private struct Use {
        var inFlight = 0
        /// Leased, and not yet sent.
        var ready = 0
    }

    /// An account may have this many times as many requests under way as there are places free. So one alone has almost two thirds of
    /// all, which is more than an account's webhooks can use; with four that want all there is, an eighth stays free; and whoever has few
    /// goes before whoever has many.
    private static let factor = 2
    /// One of so many places is kept for those who have next to nothing, however many others there are.
    private static let reserved = 16
    private static let nextToNothing = 2

    let places: Int
    private var uses: [ID<Account>: Use] = [:]
    private(set) var inFlight = 0
    private(set) var ready = 0

    init(places: Int) {
        self.places = places
    }

    /// How many more requests the account may begin.
    func room(of account: ID<Account>) -> Int {
        room(free: places - inFlight, mine: inFlight(of: account))
    }

    /// Divides what is free among those that want so many more: the next place goes to whoever has the least.
    func divided(among wants: [ID<Account>: Int]) -> [ID<Account>: Int] {
        var given: [ID<Account>: Int] = [:]
        var planned = 0
        // What an account has ready goes first.
        var active = wants.filter { $0.value > 0 }.map { (account: $0.key, has: inFlight(of: $0.key) + ready(of: $0.key), wants: $0.value) }
        while let least = active.map(\.has).min() {
            for index in active.indices where active[index].has == least {
                let one = active[index]
                let room = room(free: places - inFlight - planned, mine: one.has)
                guard room > 0 else {
                    active[index].wants = 0
                    continue
                }
                given[one.account, default: 0] += 1
                planned += 1
                active[index].has += 1
                active[index].wants -= 1
            }
            active.removeAll { $0.wants == 0 }
        }
        return given
    }

    /// How many more deliveries may be leased for it ahead of their time: as many in all as may be under way.
    func roomAhead(of account: ID<Account>, planned: Int = 0) -> Int {
        room(free: places - ready - planned, mine: ready(of: account))
    }

    private func room(free: Int, mine: Int) -> Int {
        // Each that begins takes a place of those that are free, too.
        let share = ceiled(Self.factor * (free - places / Self.reserved) - mine, by: Self.factor + 1)
        return max(0, min(free, max(share, Self.nextToNothing - mine)))
    }

    func inFlight(of account: ID<Account>) -> Int { uses[account]?.inFlight ?? 0 }
    func ready(of account: ID<Account>) -> Int { uses[account]?.ready ?? 0 }

    mutating func lease(_ account: ID<Account>, _ count: Int = 1) {
        change(account, ready: count)
    }

    mutating func giveBack(_ account: ID<Account>, _ count: Int = 1) {
        change(account, ready: -count)
    }

    /// What was leased is sent.
    mutating func begin(_ account: ID<Account>) {
        change(account, inFlight: 1, ready: -1)
    }

    mutating func end(_ account: ID<Account>) {
        change(account, inFlight: -1)
    }

    private mutating func change(_ account: ID<Account>, inFlight: Int = 0, ready: Int = 0) {
        var use = uses[account] ?? Use()
        use.inFlight += inFlight
        use.ready += ready
        uses[account] = use.inFlight == 0 && use.ready == 0 ? nil : use
        self.inFlight += inFlight
        self.ready += ready
    }

    private func ceiled(_ number: Int, by divisor: Int) -> Int {
        number <= 0 ? 0 : (number + divisor - 1) / divisor
    }
}
