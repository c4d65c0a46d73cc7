// Account settings' form: what was typed, kept as typed, until it is settings or a list of what to mend.

import Database
import HTTP
import Spelling
import Telephony
import Time
import Web

struct AccountForm {
    static let passwordDays = 30...365

    let country: String
    let language: String
    let timeZone: String
    let playlist: String
    let passwordExpires: Bool
    let passwordDays: String
    let hasSupervision: Bool
    let headOfLine: String
    let presentsOriginalNumber: Bool
    let hasNationalTrunk: Bool
    let trunkRegion: String
    let removesLogo: Bool
    let version: String

    init(_ form: FormData) {
        country = form["country"] ?? ""
        language = form["account_language"] ?? ""
        timeZone = form["time_zone"] ?? ""
        playlist = form["playlist"] ?? ""
        passwordExpires = form["password_expiration"] == "yes"
        passwordDays = form["password_days"] ?? ""
        hasSupervision = form["supervision"] == "yes"
        headOfLine = form["head_of_line"] ?? ""
        presentsOriginalNumber = form["original_number"] == "yes"
        hasNationalTrunk = form["national_trunk"] == "yes"
        trunkRegion = form["trunk_region"] ?? ""
        removesLogo = form["logo_remove"] == "yes"
        version = form["version"] ?? ""
    }

    init(_ settings: AccountSettings) {
        country = settings.country
        language = settings.language
        timeZone = settings.timeZone
        playlist = settings.playlist?.description ?? ""
        passwordExpires = settings.passwordDays != nil
        // Ninety days to begin with, when it is switched on.
        passwordDays = String(settings.passwordDays ?? 90)
        hasSupervision = settings.hasSupervision
        headOfLine = settings.headOfLine.map { PhoneNumbers.grouped($0) } ?? ""
        presentsOriginalNumber = settings.presentsOriginalNumber
        hasNationalTrunk = settings.trunkRegion != nil
        trunkRegion = settings.trunkRegion ?? ""
        removesLogo = false
        version = String(settings.version)
    }

    /// The days that were typed, when they are a number that may be; whether they count is another matter.
    var days: Int? {
        Int(TypedText.compact(passwordDays)).flatMap { Self.passwordDays.contains($0) ? $0 : nil }
    }

    /// Nil when `errors` were added. The logo comes apart: it is no field that could be shown again.
    func validated(playlists: Set<ID<Playlist>>, _ errors: inout FieldErrors, _ t: Translation) -> AccountSettings? {
        var found = FieldErrors()
        if !Countries.codes.contains(country) { found.add("country", t("account.country.unknown")) }
        if Language(rawValue: language) == nil { found.add("account_language", t("account.language.unknown")) }
        if Zone(identifier: timeZone) == nil { found.add("time_zone", t("account.time_zone.unknown")) }
        let playlist = ID<Playlist>(playlist)
        if !self.playlist.isEmpty, playlist.map({ playlists.contains($0) }) != true {
            found.add("playlist", t("account.playlist.unknown"))
        }
        let number = number(&found, t)
        if hasNationalTrunk, !CallingCodes.isRegion(trunkRegion) { found.add("trunk_region", t("account.trunk_region.needed")) }
        let days = days
        if passwordExpires, days == nil { found.add("password_days", t("account.password_days.range")) }
        guard found.isEmpty else {
            errors = found
            return nil
        }
        return AccountSettings(
            country: country, language: language, timeZone: timeZone, playlist: playlist, logo: nil,
            passwordDays: passwordExpires ? days : nil, hasSupervision: hasSupervision, headOfLine: number,
            presentsOriginalNumber: presentsOriginalNumber, trunkRegion: hasNationalTrunk ? trunkRegion : nil, version: Int(version) ?? 0)
    }

    private func number(_ errors: inout FieldErrors, _ t: Translation) -> String? {
        switch PhoneSpelling(headOfLine, country: country) {
        case .empty: return nil
        case .number(let number): return number
        case .malformed: errors.add("head_of_line", t("account.head_of_line.malformed"))
        case .ambiguous: errors.add("head_of_line", t("account.head_of_line.ambiguous"))
        case .unknownCode: errors.add("head_of_line", t("account.head_of_line.unknown_code"))
        case .wrongLength: errors.add("head_of_line", t("account.head_of_line.wrong_length"))
        case .shortCode(let digits): errors.add("head_of_line", t("account.head_of_line.short_code", ["number": digits]))
        }
        return nil
    }
}
