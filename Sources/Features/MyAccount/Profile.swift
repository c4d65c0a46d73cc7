// What people say of themselves: choices which override the account's, and where they are reached. And the form.

import Database
import Web

struct Profile: Equatable {
    /// Nil: the account's own.
    var country: String?
    var language: String?
    var timeZone: String?
    var theme = Theme.system
    /// E.164.
    var mobile: String?
    var version = 0

    enum Theme: String, CaseIterable, SQLConvertible, FormText {
        case system, light, dark
    }

    static let record = Record(Profile()) {
        Column("country", \.country)
        Column("language", \.language)
        Column("time_zone", \.timeZone)
        Column("theme", \.theme)
        Column("mobile", \.mobile)
        Column("version", \.version, isUpdated: false)
    }
}

/// What applies where nothing is chosen, and what does now; and what the page shows beside the form.
struct ProfileContext {
    /// Nil for staff of the platform who are in no account.
    let account: Session.AccountSummary?
    let zone: String
    let sessions: [ProfileStore.OwnSession]
    /// Nil: they have none.
    let factor: Factor?
}

extension Profile {
    static let form = Form<Profile, ProfileContext>("me") {
        Choice(
            "own_language", \.language, of: .languages.withNone { inherited($0, $1) { account, t in t("language.\(account.language)") } })
        Choice("country", \.country, of: .countries.withNone { inherited($0, $1) { account, t in Countries.name(account.country, t) } })
        Choice("time_zone", \.timeZone, of: .timeZones.withNone { inherited($0, $1) { account, _ in account.timeZone } })
            .hint { at, _ in at.t("me.time_zone.hint", ["zone": at.context.zone]) }
        Choice("own_theme", \.theme, of: .cases("me.own_theme"), asRadios: true)
        // Staff who are in no account and have chosen no country begin a number with its code.
        Phone("mobile", \.mobile, country: { profile, context in profile.country ?? context.account?.country ?? "" })
    }

    private static func inherited(
        _ context: ProfileContext, _ t: Translation, _ value: (Session.AccountSummary, Translation) -> String
    ) -> String {
        context.account.map { t("me.inherited", ["value": value($0, t)]) } ?? t("me.not_chosen")
    }
}
