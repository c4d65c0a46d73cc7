// What the form of a webhook shows. The events are boxes by module, folded but for modules of which some are chosen.

import Database
import Delivery
import Telephony
import Templating
import Web

struct EndpointFormPage: TemplateData {
    let errors: ErrorSummary?
    let conflict: ConflictView?
    let limit: String
    let version: String
    let action: String
    let back: String
    let save: String
    let name: FieldView
    let target: FieldView
    let events: EventBoxesView
    let authentication: ChoicesView
    let login: FieldView
    let header: FieldView
    let secret: SecretView
    let headers: TextAreaView
    let restriction: ChoicesView
    let numbers: ChoicesView?
    /// What is chosen or wrong is never folded away.
    let isNumbersOpen: Bool
    let user: SelectView
    let enabled: SwitchView

    init(
        _ form: EndpointForm, of webhook: WebhookConfiguration?, _ restrictable: Restrictable, limit: String, _ member: Member,
        _ errors: FieldErrors, conflict: ConflictView?
    ) {
        let t = member.t
        let isShownAgain = !errors.isEmpty || conflict != nil
        self.errors = errors.summary(t)
        self.conflict = conflict
        self.limit = limit
        // After a conflict the next save is a decision, so it carries the version that it was made against.
        version = conflict == nil ? form.version : webhook.map { String($0.version) } ?? ""
        action = webhook.map { EndpointController.path(of: $0.id) } ?? EndpointController.path
        back = action
        save = t(webhook == nil ? "webhooks.new.save" : "webhooks.edit.save")
        name = FieldView("name", t("webhooks.name"), hint: t("webhooks.name.hint"), value: form.name, errors: errors, isRequired: true)
        target = FieldView(
            "target", t("webhooks.target"), hint: t("webhooks.target.hint"), kind: .url, value: form.target, errors: errors,
            isRequired: true)
        events = EventBoxesView(form, t, errors)
        authentication = ChoicesView(
            "authentication", t("webhooks.authentication"), checked: [form.credential.kind],
            choices: WebhookConfiguration.Authentication.Kind.allCases.map {
                ($0.rawValue, t("webhooks.authentication.\($0.rawValue)"), "")
            },
            errors: errors)
        login = form.credential.loginField(t, errors)
        header = form.credential.headerField(t, errors)
        secret = form.credential.secretField(
            t, t("webhooks.secret"), hint: t("webhooks.secret.hint"), isSet: webhook.map { $0.authentication != .none } ?? false,
            isShownAgain: isShownAgain, errors)
        headers = TextAreaView(
            "headers", t("webhooks.headers"), hint: t("webhooks.headers.hint", ["limit": "\(CustomHeaderLines.maximum)"]),
            value: form.headers,
            errors: errors)
        restriction = ChoicesView(
            "restriction", t("webhooks.restriction"), checked: [form.restriction],
            choices: Restriction.Kind.allCases.map {
                ($0.rawValue, t("webhooks.restriction.\($0.rawValue)"), $0 == .none ? "" : t("webhooks.restriction.\($0.rawValue).hint"))
            },
            errors: errors)
        let known = restrictable.numbers.map { (value: $0.e164, label: $0.name, hint: PhoneNumbers.grouped($0.e164)) }
        let lost = form.numbers.filter { number in
            webhook?.restriction.values.contains(number) == true && !known.contains { $0.value == number }
        }
        .map { (value: $0, label: PhoneNumbers.grouped($0), hint: t("webhooks.restriction.numbers.lost")) }
        numbers =
            known.isEmpty && lost.isEmpty
            ? nil
            : ChoicesView(
                "numbers", t("webhooks.restriction.numbers"), checked: Set(form.numbers), choices: lost + known, errors: errors)
        isNumbersOpen = !form.numbers.isEmpty || !errors["numbers"].isEmpty
        user = SelectView(
            "user", t("webhooks.restriction.user.label"),
            hint: restrictable.hasMoreUsers
                ? t("webhooks.restriction.user.more", ["limit": member.numbers.text(Restrictable.maximumUsers)]) : "", selected: form.user,
            options: [("", t("webhooks.restriction.user.choose"))]
                + restrictable.users.map { ($0.id.description, "\($0.name) (\($0.email))") },
            errors: errors)
        enabled = SwitchView("enabled", t("webhooks.enabled"), hint: t("webhooks.enabled.hint"), isOn: form.isEnabled, errors: errors)
    }

    static let fields = Fields<EndpointFormPage> {
        Section("errors") { $0.errors }
        Section("conflict") { $0.conflict }
        Text("limit") { $0.limit }
        Text("row_version") { $0.version }
        Text("action") { $0.action }
        Text("back") { $0.back }
        Text("save") { $0.save }
        Section("name") { $0.name }
        Section("target") { $0.target }
        Section("events") { $0.events }
        Section("authentication") { $0.authentication }
        Section("login") { $0.login }
        Section("header") { $0.header }
        Section("secret") { $0.secret }
        Section("headers") { $0.headers }
        Section("restriction") { $0.restriction }
        Section("numbers") { $0.numbers }
        Flag("numbers_open") { $0.isNumbersOpen }
        Section("user") { $0.user }
        Section("enabled") { $0.enabled }
    }
}

/// Every event there is, by module, with a box that finds one.
struct EventBoxesView: TemplateData {
    struct Module: TemplateData {
        let name: String
        let value: String
        let all: String
        let count: String
        let isWhole: Bool
        let isOpen: Bool
        let words: String
        let types: [Box]

        static let fields = Fields<Module> {
            Text("name") { $0.name }
            Text("value") { $0.value }
            Text("all") { $0.all }
            Text("count") { $0.count }
            Flag("whole") { $0.isWhole }
            Flag("open") { $0.isOpen }
            Text("words") { $0.words }
            List("types") { $0.types }
        }
    }

    struct Box: TemplateData {
        let value: String
        let summary: String
        let words: String
        let isChecked: Bool

        static let fields = Fields<Box> {
            Text("value") { $0.value }
            Text("summary") { $0.summary }
            Text("words") { $0.words }
            Flag("checked") { $0.isChecked }
        }
    }

    let error: String
    let isAll: Bool
    let modules: [Module]

    init(_ form: EndpointForm, _ t: Translation, _ errors: FieldErrors, _ catalogue: EventCatalogue = .standard) {
        error = errors["events"]
        isAll = form.events.contains(EndpointForm.allEvents)
        let chosen = Set(form.events)
        modules = catalogue.modules.map { module in
            let name = t("webhooks.module.\(module.slug)")
            let value = EndpointForm.modulePrefix + module.slug
            let types = catalogue.types(in: module).map { type in
                let summary = type.summary(t)
                return Box(
                    value: type.name, summary: summary, words: "\(type.name) \(summary) \(name)".lowercased(),
                    isChecked: chosen.contains(type.name))
            }
            let count = types.count { $0.isChecked }
            return Module(
                name: name, value: value, all: t("webhooks.events.all_of", ["module": name]),
                count: chosen.contains(value)
                    ? t("webhooks.events.whole") : t("webhooks.events.of", ["count": "\(count)", "total": "\(types.count)"]),
                isWhole: chosen.contains(value), isOpen: count > 0 || chosen.contains(value),
                words: types.map(\.words).joined(separator: " "), types: types)
        }
    }

    static let fields = Fields<EventBoxesView> {
        Text("error") { $0.error }
        Flag("all") { $0.isAll }
        List("modules") { $0.modules }
    }
}
