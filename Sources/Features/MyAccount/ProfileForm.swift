// My Account's form: what was typed, kept as typed, until it is a profile or a list of errors.

import HTTP
import Time
import Web

struct ProfileForm {
    let country: String
    let language: String
    let timeZone: String
    let theme: String
    let version: String

    init(_ form: FormData) {
        country = form["country"] ?? ""
        language = form["own_language"] ?? ""
        timeZone = form["time_zone"] ?? ""
        theme = form["own_theme"] ?? ""
        version = form["version"] ?? ""
    }

    init(_ profile: Profile) {
        country = profile.country ?? ""
        language = profile.language ?? ""
        timeZone = profile.timeZone ?? ""
        theme = profile.theme.rawValue
        version = String(profile.version)
    }

    func validated(_ t: Translation) -> Validated<Profile> {
        var errors = FieldErrors()
        if !country.isEmpty, !Countries.codes.contains(country) { errors.add("country", t("me.country.unknown")) }
        if !language.isEmpty, Language(rawValue: language) == nil { errors.add("own_language", t("me.language.unknown")) }
        if !timeZone.isEmpty, Zone(identifier: timeZone) == nil { errors.add("time_zone", t("me.time_zone.unknown")) }
        let theme = Profile.Theme(rawValue: theme)
        if theme == nil { errors.add("own_theme", t("me.theme.unknown")) }
        guard errors.isEmpty, let theme else { return .invalid(errors) }
        return .valid(
            Profile(
                country: country.isEmpty ? nil : country, language: language.isEmpty ? nil : language,
                timeZone: timeZone.isEmpty ? nil : timeZone, theme: theme, version: Int(version) ?? 0))
    }
}
