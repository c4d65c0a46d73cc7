// After the sign-in, or the change of password, that interrupted a form: all that was typed, and the button that sends it.

import HTTP
import HTTPTypes
import Templating
import Web

struct KeptFormPage: TemplateData {
    let form: KeptForm
    let typed: [HiddenField]
    let notes: [String]

    init(_ form: KeptForm, _ t: Translation) {
        self.form = form
        // The version of a row means nothing to people.
        typed = form.fields.filter { !$0.value.isEmpty && $0.name != "version" }
        notes = form.notes(t)
    }

    static let fields = Fields<KeptFormPage> {
        Text("resume_path") { $0.form.path }
        Flag("is_whole") { $0.form.isWhole }
        List("inputs") { $0.form.fields }
        List("typed") { $0.typed }
        List("notes") { $0.notes }
    }
}

struct KeptFormPresenter {
    private let template: PageTemplate<KeptFormPage>

    init(_ app: App) throws {
        template = try app.site.page("sign_in/resume")
    }

    /// - Parameter visit: already in the session whose token the form needs.
    func show(_ form: KeptForm, _ visit: Visit) throws -> WebResponse {
        let t = visit.t
        return try visit.page(
            template, KeptFormPage(form, t),
            PageHead(t("sign_in.resume.title"), lead: t("sign_in.resume.lead"), section: t("sign_in.resume.section")))
    }
}
