// The form of a new account and its first administrator, who is invited, or must choose a password of their own at the first sign-in. Shown by the
// operator's console and, among other fields, by set-up.

import Database
import Web

/// What a form fills that makes an account.
protocol MakesAccount: Sendable {
    var account: NewAccount { get set }
}

func accountGroup<Entry: MakesAccount>(of entry: Entry.Type) -> Group<Entry, Void> {
    Group("account", under: "new_account") {
        Line("account_name", \Entry.account.name, .name)
        Line("slug", \Entry.account.slug, upTo: 40, width: .medium) { slug, _ in NewAccount.isSlug(slug) ? nil : "people.slug.format" }
        Choice("country", \Entry.account.country, of: .countries)
        Choice("account_language", \Entry.account.language, of: .languages)
        Choice("time_zone", \Entry.account.timeZone, of: .timeZones)
    }
}

/// - Parameters:
///   - prefix: of the fields' names, where another person is in the same form.
///   - mayInvite: without a password they are sent or handed a link to choose one.
func personFields(_ prefix: String = "", mayInvite: Bool = false) -> [any FormField<NewUser, Void>] {
    [
        Line("\(prefix)name", \NewUser.name, .name, autocomplete: prefix.isEmpty ? "name" : "off"),
        Line("\(prefix)email", \NewUser.email, .email, upTo: 254, autocomplete: prefix.isEmpty ? "username" : "off") { email, _ in
            NewUser.isEmail(email) ? nil : "people.email.format"
        },
        Secret("\(prefix)password", \NewUser.password, mayBeEmpty: mayInvite) { password, user in
            Passwords.problem(with: password, email: user.email)
        },
    ]
}

struct NewAccountEntry: MakesAccount {
    var id: ID<Account>
    var account: NewAccount
    var administrator = NewUser.firstAdministrator
    /// Stretched before the transaction.
    var passwordHash = ""

    init(id: ID<Account>, language: Language) {
        self.id = id
        account = NewAccount(language: language)
    }

    static let form = Form<NewAccountEntry, Void>("new_account") {
        accountGroup(of: NewAccountEntry.self)
        Group("administrator") {
            Within(\.administrator) { personFields("administrator_", mayInvite: true) }
        }
    }
}
