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
    /// What is stored: what applies now comes from there, or from the account.
    let stored: Profile
    let language: Language
    let zone: String
    let sessions: [ProfileStore.OwnSession]
    /// Nil: they have none.
    let factor: Factor?
}

extension Profile {
    static let form = Form<Profile, ProfileContext>("me") {
        Choice(
            "own_language", \.language, of: .languages.withNone { inherited($0, $1) { account, t in t("language.\(account.language)") } }
        )
        .hint { at, _ in
            at.t("me.own_language.\(source(of: \.language, at))", ["language": at.t("language.\(at.context.language.rawValue)")])
        }
        Choice("country", \.country, of: .countries.withNone { inherited($0, $1) { account, t in Countries.name(account.country, t) } })
            .hint { at, _ in
                let country = at.context.stored.country ?? at.context.account?.country
                return at.t("me.country.\(source(of: \.country, at))", ["country": country.map { Countries.name($0, at.t) } ?? ""])
            }
        Choice("time_zone", \.timeZone, of: .timeZones.withNone { inherited($0, $1) { account, _ in account.timeZone } })
            .hint { at, _ in at.t("me.time_zone.\(source(of: \.timeZone, at))", ["zone": at.context.zone]) }
        Choice("own_theme", \.theme, of: .cases("me.own_theme"), asRadios: true)
        // Staff who are in no account and have chosen no country begin a number with its code.
        Phone("mobile", \.mobile, country: { profile, context in profile.country ?? context.account?.country ?? "" })
    }

    /// Where what applies now comes from, for the sentence that says so.
    private static func source(of own: KeyPath<Profile, String?>, _ at: Situation<ProfileContext>) -> String {
        if at.context.stored[keyPath: own] != nil { return "from_me" }
        return at.context.account == nil ? "from_default" : "from_account"
    }

    private static func inherited(
        _ context: ProfileContext, _ t: Translation, _ value: (Session.AccountSummary, Translation) -> String
    ) -> String {
        context.account.map { t("me.inherited", ["value": value($0, t)]) } ?? t("me.not_chosen")
    }
}
