// What an administrator sets for the whole account; My Account overrides some of it.

import Database
import Web

struct AccountSettings: Equatable {
    var country = "FR"
    var language = "fr"
    var timeZone = "Europe/Paris"
    /// Nil: none.
    var playlist: ID<Playlist>?
    var logo: Logo?
    /// Days after which a password must be changed; nil: never.
    var passwordDays: Int?
    var secondFactor = FactorRule.nobody
    var hasSupervision = false
    /// E.164; nil: none.
    var headOfLine: String?
    var presentsOriginalNumber = false
    /// `+33`; nil: no national trunk.
    var trunkRegion: String?
    var version = 0

    struct Logo: Equatable {
        /// Generated; its ending is our own record of the format.
        let file: String
        /// As it was called when it was chosen.
        let name: String
    }
}

/// What the form needs to know besides the settings.
struct AccountContext {
    let playlists: [(item: ID<Playlist>, label: String)]
    /// The reader's zone; and what they chose in My Account, which goes before the account's.
    let zone: String
    let hasOwnZone: Bool
    let ownLanguage: String?
    let ownCountry: String?
    /// People whose password is older than `days`.
    let oldPasswords: Int
    let days: Int
    /// People who can sign in and have no second factor: administrators, and all.
    let withoutFactor: (administrators: Int, all: Int)
    let supervision: Supervision

    /// Whom the switch is for: it counts only together with the right in somebody's role.
    struct Supervision {
        let isOn: Bool
        /// People who may sign in, and whose role has the right.
        let people: Int
        /// By their names.
        let rolesWith: [String]
        let rolesWithout: [String]
    }
}
