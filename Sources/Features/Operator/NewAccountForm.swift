// The form of a new account and its first administrator, who must choose their own password at the first sign-in. Shown by the
// operator's console and by set-up.

import Database
import HTTP
import Spelling
import Templating
import Web

struct NewAccountForm {
    /// What of it somebody else has already.
    struct Taken {
        var slug = false
    }

    let account: NewAccount
    /// Nil when it may be left out and was.
    let administrator: NewUser?
    private let isAdministratorOptional: Bool

    init(language: Language) {
        var account = NewAccount(name: "", slug: "")
        account.language = language.rawValue
        self.account = account
        administrator = nil
        isAdministratorOptional = true
    }

    init(_ form: FormData, isAdministratorOptional: Bool) {
        var account = NewAccount(name: TypedText.name(form["account_name"] ?? ""), slug: TypedText.line(form["slug"] ?? ""))
        account.country = form["country"] ?? ""
        account.language = form["account_language"] ?? ""
        account.timeZone = form["time_zone"] ?? ""
        self.account = account
        var administrator = NewUser(
            email: TypedText.compact(form["administrator_email"] ?? ""), name: TypedText.name(form["administrator_name"] ?? ""),
            password: form["administrator_password"] ?? "", role: .administrator)
        administrator.mustChangePassword = true
        let isBlank = administrator.email.isEmpty && administrator.name.isEmpty && administrator.password.isEmpty
        self.administrator = isBlank && isAdministratorOptional ? nil : administrator
        self.isAdministratorOptional = isAdministratorOptional
    }

    func taken(by people: PeopleStore, on connection: any Connection) throws -> Taken {
        Taken(slug: try people.isTaken(slug: account.slug, on: connection))
    }

    func addErrors(to errors: inout FieldErrors, _ t: Translation, _ taken: Taken) {
        for problem in account.problems { errors.add(problem.field, t(problem.key)) }
        if taken.slug { errors.add("slug", t("operator.slug.taken")) }
        for problem in administrator?.problems ?? [] { errors.add("administrator_\(problem.field)", t(problem.key)) }
    }
}

struct NewAccountFormView: TemplateData {
    let accountName: FieldView
    let slug: FieldView
    let choices: [SelectView]
    let administrator: [FieldView]
    let isAdministratorRequired: Bool

    init(_ form: NewAccountForm, isAdministratorRequired: Bool = false, _ t: Translation, _ errors: FieldErrors) {
        let account = form.account
        self.isAdministratorRequired = isAdministratorRequired
        accountName = FieldView("account_name", t("operator.account_name"), value: account.name, errors: errors, isRequired: true)
        slug = FieldView(
            "slug", t("operator.slug"), hint: t("operator.slug.hint"), value: account.slug, errors: errors, isRequired: true, width: .medium
        )
        choices = [
            SelectView("country", t("operator.country"), selected: account.country, options: Countries.options(t), errors: errors),
            SelectView(
                "account_language", t("operator.language"), selected: account.language,
                options: Language.allCases.map { ($0.rawValue, t("language.\($0.rawValue)")) }, errors: errors),
            SelectView("time_zone", t("operator.time_zone"), selected: account.timeZone, options: TimeZones.options, errors: errors),
        ]
        administrator = [
            FieldView(
                "administrator_name", t("operator.administrator.name"), value: form.administrator?.name ?? "", errors: errors,
                isRequired: isAdministratorRequired),
            FieldView(
                "administrator_email", t("operator.administrator.email"), kind: .email, value: form.administrator?.email ?? "",
                errors: errors,
                isRequired: isAdministratorRequired),
            FieldView(
                "administrator_password", t("operator.administrator.password"), hint: t("operator.administrator.password.hint"),
                kind: .password,
                errors: errors, autocomplete: "new-password", isRequired: isAdministratorRequired),
        ]
    }

    static let fields = Fields<NewAccountFormView> {
        Section("account_field") { $0.accountName }
        Section("slug_field") { $0.slug }
        List("choices") { $0.choices }
        List("administrator_fields") { $0.administrator }
        Flag("administrator_required") { $0.isAdministratorRequired }
    }
}
