// What the page of Account settings shows.

import Database
import Telephony
import Templating
import Time
import Web

struct AccountPage: TemplateData {
    let errors: ErrorSummary?
    let conflict: ConflictView?
    let version: String
    let country: SelectView
    let accountLanguage: SelectView
    let timeZone: SelectView
    let playlist: SelectView
    let headOfLine: FieldView
    let originalNumber: SwitchView
    let nationalTrunk: SwitchView
    let trunkRegion: SelectView
    let passwordExpiration: SwitchView
    let passwordDays: FieldView
    let supervision: SwitchView
    let logo: FileView

    static let fields = Fields<AccountPage> {
        Section("errors") { $0.errors }
        Section("conflict") { $0.conflict }
        Text("row_version") { $0.version }
        Section("country") { $0.country }
        Section("account_language") { $0.accountLanguage }
        Section("time_zone") { $0.timeZone }
        Section("playlist") { $0.playlist }
        Section("head_of_line") { $0.headOfLine }
        Section("original_number") { $0.originalNumber }
        Section("national_trunk") { $0.nationalTrunk }
        Section("trunk_region") { $0.trunkRegion }
        Section("password_expiration") { $0.passwordExpiration }
        Section("password_days") { $0.passwordDays }
        Section("supervision") { $0.supervision }
        Section("logo") { $0.logo }
    }

    /// - Parameter oldPasswords: people whose password is older than the days that the form shows.
    init(
        _ form: AccountForm, _ stored: AccountSettings, playlists: [(id: ID<Playlist>, name: String)], oldPasswords: Int, _ member: Member,
        _ errors: FieldErrors, conflict: ConflictView?, version: String
    ) {
        let t = member.t
        self.errors = errors.summary(t)
        self.conflict = conflict
        self.version = version
        country = SelectView(
            "country", t("account.country"), hint: t("account.country.hint"), selected: form.country,
            options: Self.options(Countries.options(t), keeping: form.country), errors: errors)
        accountLanguage = SelectView(
            "account_language", t("account.language"), hint: Self.languageHint(member), selected: form.language,
            options: Self.options(Language.allCases.map { ($0.rawValue, t("language.\($0.rawValue)")) }, keeping: form.language),
            errors: errors)
        timeZone = SelectView(
            "time_zone", t("account.time_zone"), hint: Self.zoneHint(member), selected: form.timeZone,
            options: Self.options(TimeZones.options, keeping: form.timeZone), errors: errors)
        playlist = SelectView(
            "playlist", t("account.playlist"), hint: t("account.playlist.hint"), selected: form.playlist,
            options: [("", t("account.playlist.none"))] + playlists.map { ($0.id.description, $0.name) }, errors: errors)
        headOfLine = FieldView(
            "head_of_line", t("account.head_of_line"), hint: t("account.head_of_line.hint"), kind: .tel, value: form.headOfLine,
            errors: errors,
            width: .medium)
        originalNumber = SwitchView(
            "original_number", t("account.original_number"), hint: t("account.original_number.hint"), isOn: form.presentsOriginalNumber,
            errors: errors)
        nationalTrunk = SwitchView(
            "national_trunk", t("account.national_trunk"), hint: t("account.national_trunk.hint"), isOn: form.hasNationalTrunk,
            errors: errors)
        trunkRegion = SelectView(
            "trunk_region", t("account.trunk_region"), hint: t("account.trunk_region.hint"), selected: form.trunkRegion,
            options: Self.options([("", t("account.trunk_region.none"))] + CallingCodes.options(t), keeping: form.trunkRegion),
            errors: errors)
        passwordExpiration = SwitchView(
            "password_expiration", t("account.password_expiration"), hint: t("account.password_expiration.hint"),
            isOn: form.passwordExpires,
            errors: errors)
        passwordDays = FieldView(
            "password_days", t("account.password_days"),
            hint: oldPasswords > 0
                ? t("account.password_days.older", count: oldPasswords, ["days": form.passwordDays]) : t("account.password_days.hint"),
            kind: .number, value: form.passwordDays,
            errors: errors, suffix: t("account.password_days.unit"), width: .short)
        supervision = SwitchView(
            "supervision", t("account.supervision"), hint: t("account.supervision.hint"), isOn: form.hasSupervision, errors: errors)
        logo = FileView(
            LogoUpload.fieldName, t("account.logo.file"), hint: t("account.logo.hint"), accept: ".png,.jpeg,.jpg,.gif",
            current: stored.logo.map { ("/logo/\($0.file)", $0.name) }, isRemoved: form.removesLogo, errors: errors)
    }

    /// A stored value that is no longer listed, such as an old name of a zone, must not turn into the list's first when somebody saves.
    private static func options(_ options: [(value: String, label: String)], keeping value: String) -> [(value: String, label: String)] {
        value.isEmpty || options.contains { $0.value == value } ? options : [(value, value)] + options
    }

    /// The effective zone, and where it comes from.
    private static func zoneHint(_ member: Member) -> String {
        let source = member.session.timeZone == nil ? "account.time_zone.from_account" : "account.time_zone.from_me"
        return member.t(source, ["zone": member.times.zoneLabel])
    }

    private static func languageHint(_ member: Member) -> String {
        guard let own = member.session.language else { return member.t("account.language.from_account") }
        return member.t("account.language.from_me", ["language": member.t("language.\(own)")])
    }
}
