// The letters that carry a link to choose a password: in the reader's language, as text and as HTML of the same words.

import Database
import Mail
import Templating
import Web

/// What a letter says; `mail/letter`.
struct Letter: TemplateData {
    let language: String
    let subject: String
    let greeting: String
    let paragraphs: [String]
    let actionLabel: String
    let actionURL: String
    let footer: String

    var text: String {
        ([greeting] + paragraphs + ["\(actionLabel)\n\(actionURL)", footer]).joined(separator: "\n\n") + "\n"
    }
}

/// Whom a link is for.
struct LinkReader {
    let user: ID<User>
    let name: String
    let email: String
    let account: ID<Account>?
    let accountName: String
    let language: Language

    /// In the order of `PasswordLetters.selection`.
    static func decode(_ row: Row) throws -> LinkReader {
        LinkReader(
            user: try row.next(), name: try row.next(), email: try row.next(), account: try row.next(), accountName: try row.next(),
            language: Language(rawValue: try row.next()) ?? .english)
    }
}

struct PasswordLetters {
    enum Kind: String {
        case invitation, reset
        /// Asked for by whoever knows the address.
        case forgotten
    }

    private let app: App
    private let links: PasswordLinks
    private let html: [Language: CompiledTemplate<Letter>]

    init(_ app: App) throws {
        self.app = app
        links = PasswordLinks(clock: app.site.clock)
        html = try app.site.part("mail/letter")
    }

    /// What one account has sent to one address within an hour: more would be of use to nobody but who wants to bother its owner, whom any
    /// account can name. Counted for each account by itself: else one of them, or whoever asks for a forgotten password, kept all others
    /// from inviting that person, and each learned that the address is somebody's elsewhere. Throws `FieldProblem`.
    private func requireFew(to reader: LinkReader, on connection: any Connection) throws {
        let address = InternationalName.storedAddress(reader.email)
        // Those with a link: a notice lives on for days, and nobody sends it to bother anyone.
        let count = try app.mailer.count(
            to: address, of: reader.account, within: .seconds(3600), endingWithin: PasswordLinks.period, on: connection)
        guard count < Self.maximumAnHour else {
            throw FieldProblem("email", "too_many_letters")
        }
    }

    private static let maximumAnHour = 10

    /// Makes a link, and posts it.
    func send(_ kind: Kind, to reader: LinkReader, from sender: String, on connection: any Connection) throws {
        let link = try self.link(for: reader.user, isMailed: true, on: connection)
        let t = app.site.locales[reader.language]
        let values = ["name": reader.name, "account": reader.accountName, "sender": sender, "address": app.site.address.text]
        let letter = Letter(
            language: reader.language.rawValue, subject: t("letters.\(kind.rawValue).subject", values),
            greeting: t("letters.greeting", values),
            paragraphs: [t("letters.\(kind.rawValue).text", values), t("letters.link_end")],
            actionLabel: t("letters.\(kind.rawValue).action"),
            actionURL: link, footer: t("letters.footer", values))
        try post(letter, to: reader, within: PasswordLinks.period, on: connection)
    }

    /// Any letter to a person.
    func post(_ letter: Letter, to reader: LinkReader, within period: Duration = Mailer.longestWait, on connection: any Connection) throws {
        guard let template = html[reader.language] else { return }
        let message = MailMessage(
            to: InternationalName.storedAddress(reader.email), named: reader.name, subject: letter.subject, text: letter.text,
            html: String(decoding: template.render(letter), as: UTF8.self))
        let addressee = MailAddressee(account: reader.account, user: reader.user, address: reader.email, name: reader.name)
        try app.mailer.post(message, to: addressee, within: period, on: connection)
    }

    /// As above, by SMS to their mobile number: that shows nothing of their address. No more of them an hour go to one number of an account
    /// than letters to an address, whoever there has it. Throws `FieldProblem`.
    func text(_ kind: Kind, to reader: LinkReader, at number: String, of account: ID<Account>, on connection: any Connection) throws {
        let count = try app.texts.count(to: number, of: account, within: .seconds(3600), on: connection)
        guard count < Self.maximumAnHour else { throw FieldProblem("mobile", "too_many_texts") }
        let link = try self.link(for: reader.user, on: connection)
        let text = app.site.locales[reader.language]("letters.\(kind.rawValue).sms", ["account": reader.accountName, "link": link])
        try app.texts.post(text, to: number, user: reader.user, of: account, within: PasswordLinks.period, on: connection)
    }

    private func link(for user: ID<User>, isMailed: Bool = false, on connection: any Connection) throws -> String {
        // An SMS that waits has the link whose place this one takes.
        try app.texts.withdraw(of: user, on: connection)
        let code = try links.offer(to: user, isMailed: isMailed, on: connection)
        return "\(app.site.address.text)\(PasswordLinkController.path)?code=\(code)"
    }

    /// By mail, or where there is none to hand over, which it gives. Throws `FieldProblem` when too many went to the address.
    func give(_ kind: Kind, to reader: LinkReader, from sender: String, on connection: any Connection) throws -> String? {
        guard app.mailer.canSend else { return try link(for: reader.user, on: connection) }
        try requireFew(to: reader, on: connection)
        try send(kind, to: reader, from: sender, on: connection)
        return nil
    }

    /// Of somebody just made, where there is mail.
    func invite(_ entry: UserEntry, _ member: Member, on connection: any Connection) throws {
        guard app.mailer.canSend, let reader = try reader(entry.id, on: connection) else { return }
        _ = try give(.invitation, to: reader, from: member.session.userName, on: connection)
        try app.tell(.invited, of: reader.person, by: EventActor(member), in: reader.account, on: connection)
    }

    /// Everybody with this address who may sign in: whose account is suspended or closed is not let in with any password.
    func readers(email: String, on connection: any Connection) throws -> [LinkReader] {
        try connection.rows(
            """
            \(Self.selection) WHERE u.email = \(email) AND u.is_enabled = 1 AND (a.id IS NULL OR a.state = \(AccountState.active))
            ORDER BY u.id LIMIT 50
            """, LinkReader.decode)
    }

    func reader(_ user: ID<User>, on connection: any Connection) throws -> LinkReader? {
        try connection.first("\(Self.selection) WHERE u.id = \(user) AND u.is_enabled = 1", LinkReader.decode)
    }

    private static let selection: SQL = """
        SELECT u.id, u.name, u.email, u.account_id, COALESCE(a.name, 'Hookswitch'), COALESCE(u.language, a.language, 'en')
        FROM users u LEFT JOIN accounts a ON a.id = u.account_id
        """
}
