// One mechanism for all that an account's administrators have to be told: a notice in the console and a letter to each of them, written in
// the transaction of what happened. What happens again and again is one notice that counts, and one letter.

package import Database
package import JSON
import Mail
import Templating
import Time
import Web

package final class Alerts: Sendable {
    /// Of one account, of whom each gets a letter.
    private static let maximumReaders = 50

    private let site: Site
    private let mailer: Mailer
    private let kinds: [String: AlertKind]
    private let html: [Language: CompiledTemplate<Letter>]

    /// - Parameter kinds: all that the features declare.
    init(site: Site, mailer: Mailer, kinds: [AlertKind]) throws {
        (self.site, self.mailer) = (site, mailer)
        self.kinds = Dictionary(kinds.map { ($0.name, $0) }) { first, _ in first }
        html = try site.part("mail/letter")
    }

    func kind(named name: String) -> AlertKind? { kinds[name] }

    /// Within the transaction of what happened. The letters go once that is durable.
    ///
    /// - Parameters:
    ///   - subject: what it is about, in no language: of a kind and a subject there is one notice at a time.
    ///   - values: what its words name; whole numbers are written as the reader's language does.
    ///   - reader: who gets no letter, since none reaches them.
    package func raise(
        _ kind: AlertKind, for account: ID<Account>, of subject: String = "", variant: String = "", _ values: [String: JSONValue] = [:],
        butNotTo reader: ID<User>? = nil, on connection: any Connection
    ) throws {
        let now = site.clock.now()
        let alert = AlertRecord(kind: kind.name, subject: subject, variant: variant, values: values)
        guard try AlertStore.raise(alert, as: site.ids.next(), for: account, at: now, on: connection), mailer.canSend else { return }
        for person in try AlertStore.administrators(of: account, upTo: Self.maximumReaders, on: connection) where person.user != reader {
            try send(kind, alert, to: person, on: connection)
        }
    }

    /// What it was about is over. Does nothing where nobody was told.
    package func resolve(_ kind: AlertKind, for account: ID<Account>, of subject: String = "", on connection: any Connection) throws {
        try AlertStore.resolve(kind.name, for: account, of: subject, at: site.clock.now(), on: connection)
    }

    private func send(_ kind: AlertKind, _ alert: AlertRecord, to reader: LinkReader, on connection: any Connection) throws {
        guard let template = html[reader.language] else { return }
        let t = site.locales[reader.language]
        let title = kind.title(alert, t)
        let frame = ["name": reader.name, "account": reader.accountName, "title": title, "address": site.address.text]
        let letter = Letter(
            language: reader.language.rawValue, subject: t("letters.alert.subject", frame), greeting: t("letters.greeting", frame),
            paragraphs: [kind.text(alert, t)], actionLabel: kind.action(t),
            actionURL: site.address.text + (kind.place(alert.subject) ?? AlertController.path), footer: t("letters.alert.footer", frame))
        let message = MailMessage(
            to: InternationalName.storedAddress(reader.email), named: reader.name, subject: letter.subject, text: letter.text,
            html: String(decoding: template.render(letter), as: UTF8.self))
        try mailer.post(
            message, to: MailAddressee(account: reader.account, user: reader.user, address: reader.email, name: reader.name), on: connection
        )
    }
}
