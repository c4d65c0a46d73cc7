// A whole tab of settings, to be copied by whoever adds one to the product: six kinds of fields, one file, no template. The tests find
// it in the menu, on the page, in the change log, and wherever else a tab has to be, without a word about it in the product.

import Database
import Features
import Web

extension Right {
    static let manageVoicemail = Right("voicemail.manage")
}

extension Feature {
    static let voicemail = Feature(
        tabs: [Tab(order: 15, label: "voicemail.title", path: "/settings/voicemail", right: .manageVoicemail)],
        rights: [.manageVoicemail],
        migrations: [
            Migration(
                9100, "voicemail",
                [
                    """
                    CREATE TABLE voicemail (
                        account_id TEXT PRIMARY KEY REFERENCES accounts (id), greeting TEXT NOT NULL, minutes BIGINT NOT NULL,
                        is_transcribed BIGINT NOT NULL, voice TEXT, kept_days BIGINT, pin TEXT, version BIGINT NOT NULL)
                    """
                ])
        ],
        settings: [SettingsSource(Voicemail.form) { try Voicemail.load($1, on: $2) }]
    ) { app in
        let editor = try SettingsEditor(
            Voicemail.form, at: "/settings/voicemail", action: "voicemail.update", version: { String($0.version) }, app.site,
            load: { try Voicemail.load($0, on: $1) }, save: { try $0.save($1, on: $2) })
        return Running(routes: editor.routes(.needs(.manageVoicemail)))
    }
}

struct Voicemail {
    enum Voice: String, CaseIterable, FormText, SQLConvertible {
        case high, low
    }

    var greeting = "Leave a message."
    /// Of one message.
    var minutes = 3
    var isTranscribed = false
    /// Nil: as the telephone speaks.
    var voice: Voice?
    /// Nil: until somebody deletes them.
    var keptDays: Int?
    var pin: String?
    var version = 0

    static let form = Form<Voicemail, Void>("voicemail") {
        Line("greeting", \.greeting, upTo: 100)
        Integer("minutes", \.minutes, in: 1...10, unit: "voicemail.unit")
        Switch("transcription", \.isTranscribed)
        Choice("voice", \.voice, of: .cases("voicemail.voice"))
        Switched("deletion", \.keptDays, from: 30) { Integer("days", \.self, in: 1...365, unit: "shared.unit.days") }
        Secret("pin", \.pin, upTo: 20)
    }

    static let record = Record(Voicemail()) {
        Column("greeting", \.greeting)
        Column("minutes", \.minutes)
        Column("is_transcribed", \.isTranscribed)
        Column("voice", \.voice)
        Column("kept_days", \.keptDays)
        Column("pin", \.pin)
        Column("version", \.version, isUpdated: false)
    }

    static func load(_ account: ID<Account>, on connection: any Connection) throws -> Voicemail {
        try connection.first("SELECT \(record.columns) FROM voicemail WHERE account_id = \(account)", record.decode) ?? Voicemail()
    }

    func save(_ account: ID<Account>, on connection: any Connection) throws {
        let isSaved = try Self.record.save(self, over: version, of: account, in: "voicemail", on: connection)
        guard isSaved else { throw Refusal.stale }
    }
}
