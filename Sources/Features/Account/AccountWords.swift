// The form's values in words, for showing what two people typed beside each other.

import Database
import Telephony
import Web

struct AccountWords {
    let t: Translation
    let playlists: [(id: ID<Playlist>, name: String)]

    /// Each field with its name; `ConflictView` shows those that differ.
    func differences(_ yours: AccountForm, _ stored: AccountForm) -> [(label: String, yours: String, stored: String)] {
        fields.map { field in (t(field.label), field.value(yours), field.value(stored)) }
    }

    private var fields: [(label: String, value: (AccountForm) -> String)] {
        [
            ("account.country", { Countries.name($0.country, t) }),
            ("account.language", { t("language.\($0.language)") }),
            ("account.time_zone", { $0.timeZone }),
            ("account.playlist", { playlistName($0.playlist) }),
            ("account.head_of_line", { number($0) }),
            ("account.original_number", { yesOrNo($0.presentsOriginalNumber) }),
            ("account.national_trunk", { $0.hasNationalTrunk ? CallingCodes.label($0.trunkRegion, t) : t("shared.off") }),
            ("account.password_expiration", { $0.passwordExpires ? t("account.days", ["days": $0.passwordDays]) : t("shared.off") }),
            ("account.supervision", { yesOrNo($0.hasSupervision) }),
        ]
    }

    private func playlistName(_ id: String) -> String {
        playlists.first { $0.id.description == id }?.name ?? ""
    }

    /// Two spellings of one number are no difference.
    private func number(_ form: AccountForm) -> String {
        if case .number(let number) = PhoneSpelling(form.headOfLine, country: form.country) { return PhoneNumbers.grouped(number) }
        return form.headOfLine
    }

    private func yesOrNo(_ isOn: Bool) -> String {
        t(isOn ? "shared.on" : "shared.off")
    }
}
