// Small page structs for the tests, declared exactly as features declare theirs.
import Templating

struct Attempt: TemplateData {
    var status = 500
    var codes: [String] = []

    static let fields = Fields<Attempt> {
        Number("status") { $0.status }
        List("codes") { $0.codes }
    }
}

struct Pager: TemplateData {
    var next: String?
    var page = 1

    static let fields = Fields<Pager> {
        Text("next") { $0.next }
        Number("page") { $0.page }
    }
}

struct DeliveryRow: TemplateData {
    var date = "22 Nov"
    var note: String?
    var failed = false
    var attempts: [Attempt] = []

    static let fields = Fields<DeliveryRow> {
        Text("date") { $0.date }
        Text("note") { $0.note }
        Flag("failed") { $0.failed }
        List("attempts") { $0.attempts }
    }
}

struct DeliveriesPage: TemplateData {
    var title = "Deliveries"
    var count = 2
    var svg: Markup = Markup(html: "<svg/>")
    var pager: Pager?
    var rows: [DeliveryRow] = []
    var tags: [String] = []

    /// Uses `Markup(html:)` where the declaring function of the same name is in reach.
    var badge: Markup { Markup(html: "<b>\(count)</b>") }

    static let fields = Fields<DeliveriesPage> {
        Text("title") { $0.title }
        Number("count") { $0.count }
        Markup("svg") { $0.svg }
        Markup("badge") { $0.badge }
        Section("pager") { $0.pager }
        Section("first") { $0.rows.first ?? DeliveryRow() }
        List("rows") { $0.rows }
        List("tags") { $0.tags }
    }
}

struct Frame: TemplateData {
    var user = "Ada"
    var title = "Frame title"

    static let fields = Fields<Frame> {
        Text("user") { $0.user }
        Text("title") { $0.title }
    }
}

/// A type that holds a list of itself.
struct Branch: TemplateData {
    var name: String
    var branches: [Branch] = []

    static let fields = Fields<Branch> {
        Text("name") { $0.name }
        List("branches") { $0.branches }
    }
}

/// The page as text, from a template and perhaps others.
func render<Page: TemplateData>(
    _ template: String, _ page: Page, others: [String: String] = [:],
    functions: [String: @Sendable (String) throws -> String] = [:]
) throws -> String {
    let library = TemplateLibrary(sources: others.merging(["page": template]) { _, page in page }, functions: functions)
    let compiled = try CompiledTemplate<Page>("page", in: library)
    return String(decoding: compiled.render(page), as: UTF8.self)
}

/// What is said when the template does not compile for a `DeliveriesPage`; nil when it does.
func fault(
    _ template: String, others: [String: String] = [:], functions: [String: @Sendable (String) throws -> String] = [:]
) -> String? {
    let library = TemplateLibrary(sources: others.merging(["page": template]) { _, page in page }, functions: functions)
    do {
        _ = try CompiledTemplate<DeliveriesPage>("page", in: library)
        return nil
    } catch {
        return error.description
    }
}
