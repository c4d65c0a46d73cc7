// What an administrator sets for the whole account; My Account overrides some of it.

import Database

struct AccountSettings: Equatable {
    var country: String
    var language: String
    var timeZone: String
    /// Nil: none.
    var playlist: ID<Playlist>?
    var logo: Logo?
    /// Days after which a password must be changed; nil: never.
    var passwordDays: Int?
    var hasSupervision: Bool
    /// E.164; nil: none.
    var headOfLine: String?
    var presentsOriginalNumber: Bool
    /// `+33`; nil: no national trunk.
    var trunkRegion: String?
    var version: Int

    struct Logo: Equatable {
        /// Generated; its ending is our own record of the format.
        let file: String
        /// As it was called when it was chosen.
        let name: String
    }
}

/// What a form does to the logo.
enum LogoChange {
    case keep, remove
    case replace(AccountSettings.Logo)
}
