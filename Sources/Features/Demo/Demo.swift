// Two believable accounts to look around in, a French and a British one: people, numbers, playlists, sound files of real bytes,
// three months of events and deliveries with their failures, and what was deleted meanwhile.

import Database
import Delivery
import Foundation
import Spelling
import Time
import Web

package struct Demo {
    /// The demonstration's password, the same for everybody in it; such a console listens on loopback only.
    package static let password = "kestrel amber violin"

    package struct SignIn: Sendable {
        package let who: String
        package let email: String
    }

    package struct NotEmpty: Error, CustomStringConvertible {
        package let description =
            "There are accounts here already: the demonstration only fills an empty data folder. Name another with --data."
    }

    let app: App
    let now: Timestamp

    package init(_ app: App) {
        self.app = app
        now = app.site.clock.now()
    }

    /// Who can sign in, also when the data was filled earlier.
    package static let signIns = [
        SignIn(who: "Administrator of Horizon Assurances (French)", email: "camille.laurent@horizon.example"),
        SignIn(who: "User of Horizon Assurances", email: "julien.moreau@horizon.example"),
        SignIn(who: "Administrator of Pennine Travel (British)", email: "olivia.whitfield@pennine.example"),
        SignIn(who: "Operator of the platform", email: "operator@hookswitch.example"),
    ]

    /// Fills an empty data folder. Throws `NotEmpty` when there are accounts already.
    package func fill() throws {
        let site = app.site
        guard try site.database.read({ try $0.value("SELECT COUNT(*) FROM accounts", as: Int.self) }) == 0 else { throw NotEmpty() }
        let hash = try site.passwords.hash(Self.password)
        let people = PeopleStore(site: site)
        let staff = NewUser(email: "operator@hookswitch.example", name: "Robin Keller", password: Self.password, role: nil)
        try site.database.write { _ = try people.create(staff, passwordHash: hash, in: nil, on: $0) }

        var horizon = NewAccount(name: "Horizon Assurances", slug: "horizon")
        horizon.country = "FR"
        var pennine = NewAccount(name: "Pennine Travel", slug: "pennine")
        pennine.country = "GB"
        pennine.language = "en"
        pennine.timeZone = "Europe/London"
        let places = [
            DemoPlace(
                account: horizon, domain: "horizon.example", names: .french, prefix: "+331870", users: 340, numbers: 180, files: 420,
                seed: 7),
            DemoPlace(
                account: pennine, domain: "pennine.example", names: .british, prefix: "+442071", users: 210, numbers: 120, files: 260,
                seed: 11),
        ]
        for place in places {
            var random = DemoRandom(state: place.seed)
            let account = try DemoAccount(demo: self, place: place).fill(passwordHash: hash, &random)
            try DemoMedia(demo: self, account: account, place: place).fill(&random)
            try DemoHistory(demo: self, account: account, place: place).fill(&random)
        }
    }
}

/// One account of the demonstration, before it is made.
struct DemoPlace {
    let account: NewAccount
    let domain: String
    let names: DemoNames
    /// Of its tracking numbers: country, area, exchange.
    let prefix: String
    let users: Int
    let numbers: Int
    let files: Int
    let seed: UInt64

    func number(_ index: Int) -> String {
        let digits = String(10_000 + index * 37 % 90_000)
        return prefix + (prefix.begins(with: "+33") ? digits : "0" + digits)
    }
}

/// The same demonstration every time: Vigna's SplitMix64.
struct DemoRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
