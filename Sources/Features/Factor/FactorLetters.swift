// Letters about a second factor: whoever turned it off, made new recovery codes or reset it, its owner hears of it.

import Database
import Mail
import Web

struct FactorLetters {
    enum Kind: String {
        case off, newCodes = "new_codes", reset
    }

    private let app: App
    private let letters: PasswordLetters

    init(_ app: App) throws {
        self.app = app
        letters = try PasswordLetters(app)
    }

    /// Within the transaction of what it tells. Nothing where there is no mail, or they may not sign in.
    func tell(_ kind: Kind, _ user: ID<User>, by sender: String, on connection: any Connection) throws {
        guard app.mailer.canSend, let reader = try letters.reader(user, on: connection) else { return }
        let t = app.site.locales[reader.language]
        let address = app.site.address.text
        let values = ["name": reader.name, "account": reader.accountName, "sender": sender, "address": address]
        let letter = Letter(
            language: reader.language.rawValue, subject: t("letters.factor_\(kind.rawValue).subject", values),
            greeting: t("letters.greeting", values),
            paragraphs: [t("letters.factor_\(kind.rawValue).text", values), t("letters.factor_unexpected")],
            actionLabel: t("letters.factor_action"), actionURL: "\(address)/me", footer: t("letters.factor_footer", values))
        try letters.post(letter, to: reader, on: connection)
    }
}
