// Set-up's form: the operator, the account, and if wished the account's first administrator.

import HTTP
import Templating
import Web

struct SetupEntry: MakesAccount {
    var `operator` = NewUser(email: "", name: "", password: "", role: nil)
    var again = ""
    var account: NewAccount
    var administrator: NewUser?

    init(language: Language) {
        account = NewAccount(language: language)
    }

    static let form = Form<SetupEntry, Void>("setup") {
        Group("operator") {
            Within(\.operator) { personFields() }
            Secret("password_again", \.again) { again, entry in
                entry.operator.password.isEmpty || again == entry.operator.password ? nil : "differs"
            }
        }
        accountGroup(of: SetupEntry.self)
        Group("administrator", under: "new_account") {
            Switched("has_administrator", \.administrator, from: .firstAdministrator) { personFields("administrator_") }
        }
    }
}
