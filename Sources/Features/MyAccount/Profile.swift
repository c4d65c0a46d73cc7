// A user's own choices, which override the account's.

import Database

struct Profile {
    /// Nil: the account's own.
    var country: String?
    var language: String?
    var timeZone: String?
    var theme: Theme
    var version: Int

    enum Theme: String, CaseIterable, SQLConvertible {
        case system, light, dark
    }
}
