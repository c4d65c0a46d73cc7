// Set-up's form: the operator, the account, and if wished the account's first administrator.

import Database
import HTTP
import Spelling
import Templating
import Web

struct SetupForm {
    let code: String
    let `operator`: NewUser
    let again: String
    let account: NewAccountForm

    init(code: String, language: Language) {
        self.code = code
        `operator` = NewUser(email: "", name: "", password: "", role: nil)
        again = ""
        account = NewAccountForm(language: language)
    }

    init(_ form: FormData) {
        code = form["code"] ?? ""
        `operator` = NewUser(
            email: TypedText.compact(form["email"] ?? ""), name: TypedText.name(form["name"] ?? ""), password: form["password"] ?? "",
            role: nil)
        again = form["password_again"] ?? ""
        account = NewAccountForm(form, isAdministratorOptional: true)
    }

    func taken(by people: PeopleStore, on connection: any Connection) throws -> NewAccountForm.Taken {
        try account.taken(by: people, on: connection)
    }

    func errors(_ t: Translation, _ taken: NewAccountForm.Taken) -> FieldErrors {
        var errors = FieldErrors()
        for problem in `operator`.problems { errors.add(problem.field, t(problem.key)) }
        if again != `operator`.password { errors.add("password_again", t("setup.again.differs")) }
        account.addErrors(to: &errors, t, taken)
        return errors
    }
}

struct SetupPage: TemplateData {
    let errors: ErrorSummary?
    let code: String
    let operatorFields: [FieldView]
    let accountFields: NewAccountFormView

    init(_ form: SetupForm, _ t: Translation, _ errors: FieldErrors) {
        self.errors = errors.summary(t)
        code = form.code
        operatorFields = [
            FieldView("name", t("setup.name"), value: form.operator.name, errors: errors, autocomplete: "name", isRequired: true),
            FieldView(
                "email", t("setup.email"), kind: .email, value: form.operator.email, errors: errors, autocomplete: "username",
                isRequired: true),
            FieldView(
                "password", t("setup.password"), hint: t("setup.password.hint"), kind: .password, errors: errors,
                autocomplete: "new-password",
                isRequired: true),
            FieldView("password_again", t("setup.again"), kind: .password, errors: errors, autocomplete: "new-password", isRequired: true),
        ]
        accountFields = NewAccountFormView(form.account, t, errors)
    }

    static let fields = Fields<SetupPage> {
        Section("errors") { $0.errors }
        Text("code") { $0.code }
        List("operator_fields") { $0.operatorFields }
        Section("account_fields") { $0.accountFields }
    }
}
