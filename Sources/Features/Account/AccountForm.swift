// Account settings' form.

import HTTP
import Web

extension AccountSettings {
    static let form = Form<AccountSettings, AccountContext>("account") {
        Group("region") {
            Choice("country", \.country, of: .countries).hint(country)
            Choice("account_language", \.language, of: .languages).hint(language)
            Choice("time_zone", \.timeZone, of: .timeZones).hint(zone)
        }
        Group("calls") {
            Choice("playlist", \.playlist, of: .of { $0.playlists })
            Phone("head_of_line", \.headOfLine, country: { settings, _ in settings.country })
            Part("account/head_of_line_order")
            Switch("original_number", \.presentsOriginalNumber)
            Switched("national_trunk", \.trunkRegion, from: "") { Choice("trunk_region", \.self, of: .callingCodes) }
        }
        Group("people") {
            Switched("password_expiration", \.passwordDays, from: 90) {
                Integer("password_days", \.self, in: 30...365, unit: "shared.unit.days").hint(oldPasswords)
            }
            Choice("second_factor", \.secondFactor, of: .cases("account.second_factor"), asRadios: true).hint(missingFactors)
            Switch("supervision", \.hasSupervision).hint(supervision)
        }
        Group("logo") {
            FileField(LogoUpload.fieldName, accept: ".png,.jpeg,.jpg,.gif") { settings in
                settings.logo.map { .init(url: "/logo/\($0.file)", name: $0.name) }
            }
        }
    }

    /// The effective values, and where they come from.
    @Sendable private static func country(_ at: Situation<AccountContext>, _: FormData) -> String {
        guard let own = at.context.ownCountry else { return at.t("account.country.from_account") }
        return at.t("account.country.from_me", ["country": Countries.name(own, at.t)])
    }

    @Sendable private static func zone(_ at: Situation<AccountContext>, _: FormData) -> String {
        at.t("account.time_zone.\(at.context.hasOwnZone ? "from_me" : "from_account")", ["zone": at.context.zone])
    }

    @Sendable private static func language(_ at: Situation<AccountContext>, _: FormData) -> String {
        guard let own = at.context.ownLanguage else { return at.t("account.account_language.from_account") }
        return at.t("account.account_language.from_me", ["language": at.t("language.\(own)")])
    }

    /// Who would gain it, or lose it.
    @Sendable private static func supervision(_ at: Situation<AccountContext>, _: FormData) -> String {
        let supervision = at.context.supervision
        let words = "account.supervision.\(supervision.isOn ? "lose" : "gain")"
        let reach = at.t(words, count: supervision.people, ["roles": names(supervision.rolesWith, at.t)])
        guard !supervision.rolesWithout.isEmpty else { return reach }
        return reach + " " + at.t("account.supervision.without", ["roles": names(supervision.rolesWithout, at.t)])
    }

    /// A sentence has no room for more.
    private static func names(_ roles: [String], _ t: Translation) -> String {
        let names = roles.prefix(5).joined(separator: ", ")
        return roles.count > 5 ? t("account.supervision.more", count: roles.count - 5, ["names": names]) : names
    }

    /// Whom it would ask to set one up at once.
    @Sendable private static func missingFactors(_ at: Situation<AccountContext>, _: FormData) -> String {
        let missing = at.context.withoutFactor
        let administrators = at.t("account.second_factor.administrators_without", count: missing.administrators)
        return at.t("account.second_factor.without", count: missing.all, ["administrators": administrators])
    }

    @Sendable private static func oldPasswords(_ at: Situation<AccountContext>, _ typed: FormData) -> String {
        guard at.context.oldPasswords > 0, typed["password_days"] == String(at.context.days) else {
            return at.t("account.password_days.hint")
        }
        return at.t("account.password_days.older", count: at.context.oldPasswords, ["days": String(at.context.days)])
    }
}
