// Many people at once: a table is sent, what each line would do is shown, and only then it is done. To be done again it is harmless:
// who is there already as the table says is left alone.

import Database
import Foundation
import HTTP
import HTTPTypes
import Logging
import Mail
import Spelling
import Templating
import Web

/// What the form sends: nothing but a file.
struct UserTable {
    static let fieldName = "table"
    static let form = Form<UserTable, Void>("user_import") {
        FileField(fieldName, accept: ".csv,.txt,.tsv,text/csv") { _ in nil }
    }
}

struct UserImportController {
    static let path = UserController.path + "/import"
    static let previewPath = path + "/preview"
    /// In bytes; 5,000 lines of 400.
    static let maximumFile = 2_000_000
    /// Lines of one transaction: others' writes go in between.
    private static let batch = 25
    /// Lines that a page shows of each kind; what is wrong is shown first.
    private static let maximumShown = 200

    private let app: App
    private let store: UserStore
    private let pending: UserImportStore
    private let editing: UserEditing
    private let upload: PageTemplate<UserUploadPage>
    private let preview: PageTemplate<UserImportPage>

    init(_ app: App) throws {
        self.app = app
        store = UserStore(app)
        pending = UserImportStore(ids: app.site.ids, clock: app.site.clock)
        editing = try UserEditing(app)
        upload = try app.site.page("users/import")
        preview = try app.site.page("users/import_preview")
    }

    @Sendable func new(_ member: Member) throws -> WebResponse { try show(member) }

    @Sendable func create(_ member: Member) throws -> WebResponse {
        let t = member.t
        func refuse(_ word: String, _ values: [String: String] = [:]) throws -> WebResponse {
            var errors = FieldErrors()
            errors.add(UserTable.fieldName, t("users.import.\(word)", values))
            return try show(member, errors)
        }
        let form = member.visit.upload
        if form.oversizedFiles.contains(where: { $0.fieldName == UserTable.fieldName }) {
            return try refuse("too_large", ["size": member.numbers.bytes(Self.maximumFile)])
        }
        guard let file = form.file(UserTable.fieldName) else { return try refuse("needed") }
        guard let data = FileManager.default.contents(atPath: file.path), let text = CSVInput.text(of: Array(data)) else {
            return try refuse("not_text")
        }
        do {
            let records = try CSVInput.records(text, upTo: UserImport.maximumLines + 1)
            _ = try UserColumns(records.first, app.site.locales)
            guard records.count > 1 else { return try refuse("empty") }
        } catch let problem as CSVProblem {
            switch problem {
            case .notText: return try refuse("not_text")
            case .unclosedQuote(let line): return try refuse("unclosed_quote", ["line": member.numbers.text(line)])
            case .tooManyRecords: return try refuse("too_many", ["limit": member.numbers.text(UserImport.maximumLines)])
            }
        } catch let problem as UserColumns.Problem {
            let labels = Dictionary(UserColumns.labels(t), uniquingKeysWith: { first, _ in first })
            switch problem {
            case .empty: return try refuse("empty")
            case .missing(let names):
                return try refuse("missing_column", ["columns": names.map { labels[$0] ?? $0 }.joined(separator: ", ")])
            case .twice(let name): return try refuse("column_twice", ["column": labels[name] ?? name])
            }
        }
        let name = TypedText.prefix(TypedText.line(file.fileName), maximumBytes: 200)
        try member.site.database.write {
            try pending.insert(text, named: name, by: member.session.user, in: member.account.id, on: $0)
        }
        return .redirect(to: Self.previewPath)
    }

    @Sendable func show(_ member: Member) throws -> WebResponse { try show(member, FieldErrors()) }

    private func show(_ member: Member, _ errors: FieldErrors) throws -> WebResponse {
        let t = member.t
        let controls = UserTable.form.controls(FormData(), stored: nil, errors: errors, Situation(t, ()))
        var form = FormView(controls, errors: errors, action: Self.path, save: t("users.import.review"), t)
        form.wayOut = .init(t("users.cancel"), to: UserController.path)
        let page = UserUploadPage(
            form: form,
            columns: UserColumns.labels(t).map { UserUploadPage.Column(label: $0.label, text: t("users.import.column.\($0.name)")) },
            exportURL: UserExport.path)
        let head = PageHead(
            t("users.import.title"), lead: t("users.import.lead"), section: t("users.section"), up: [UserStep.list(t)])
        return try member.page(upload, page, head, hasErrors: !errors.isEmpty)
    }

    // MARK: What it would do

    @Sendable func review(_ member: Member) throws -> WebResponse {
        guard let table = try member.read({ try pending.pending(of: member.session.user, in: member.account.id, on: $0) }) else {
            return gone(member)
        }
        return try review(table, member)
    }

    private func review(
        _ table: UserImportStore.Pending, _ member: Member, failures: [(UserImportLine, String)] = [], notice: String = "",
        isStopped: Bool = false, isStale: Bool = false
    ) throws -> WebResponse {
        let plan = try UserImport(table.text, member, store, editing)
        let page = UserImportPage(
            plan, id: table.id.description, failures: failures, notice: notice, canSend: app.mailer.canSend, shown: Self.maximumShown,
            member)
        let t = member.t
        let isBegun = isStopped || !failures.isEmpty
        let head = PageHead(
            t("users.import.preview.title"), lead: isBegun ? "" : t("users.import.preview.lead", ["file": table.fileName]),
            section: t("users.section"),
            up: [UserStep.list(t), (t("users.import.title"), Self.path)])
        return try member.page(
            preview, page, head,
            status: isStopped ? .serviceUnavailable : isStale ? .conflict : failures.isEmpty ? nil : .unprocessableContent)
    }

    private func gone(_ member: Member) -> WebResponse {
        member.redirect(to: Self.path, .info, saying: member.t("users.import.gone"))
    }

    // MARK: Doing it

    @Sendable func apply(_ member: Member) throws -> WebResponse {
        let t = member.t
        guard let table = try member.read({ try pending.pending(of: member.session.user, in: member.account.id, on: $0) }) else {
            return gone(member)
        }
        guard member.form["import"] == table.id.description else {
            return try review(table, member, notice: t("users.import.other_file"))
        }
        let plan = try UserImport(table.text, member, store, editing)
        guard !plan.isTooMany else { return try review(table, member) }
        if let seen = member.form["seen"], plan.isOlder(seen) {
            return try review(table, member, notice: t("users.import.changed"), isStale: true)
        }
        let isInviting = member.form["invite"] == "yes"
        var done = (created: 0, changed: 0)
        var failures: [(UserImportLine, String)] = []
        let due = plan.lines.filter(\.isDue)
        for start in stride(from: 0, to: due.count, by: Self.batch) {
            let lines = Array(due[start..<min(start + Self.batch, due.count)])
            do {
                try save(lines, isInviting, member)
                count(lines, in: &done)
            } catch {
                // One of them; the others are right nevertheless.
                for line in lines {
                    do {
                        try save([line], isInviting, member)
                        count([line], in: &done)
                    } catch {
                        guard let text = words(for: error, member) else { return try stop(by: error, after: done, table, member) }
                        failures.append((line, text))
                    }
                }
            }
        }
        if !failures.isEmpty {
            // Pressed twice, it was done by the other.
            let now = try UserImport(table.text, member, store, editing)
            let same = Set(now.lines.filter(\.isSame).map(\.number))
            count(failures.map(\.0).filter { same.contains($0.number) }, in: &done)
            failures.removeAll { same.contains($0.0.number) }
        }
        let numbers = ["created": member.numbers.text(done.created), "changed": member.numbers.text(done.changed)]
        guard failures.isEmpty else { return try review(table, member, failures: failures, notice: t("users.import.partly", numbers)) }
        try member.site.database.write { try pending.delete(of: member.session.user, on: $0) }
        return member.redirect(to: UserController.path, saying: t("users.import.done", numbers))
    }

    /// Such as by a full disk. What was done stays done: that is said, with how much it is.
    private func stop(
        by error: any Error, after done: (created: Int, changed: Int), _ table: UserImportStore.Pending, _ member: Member
    ) throws -> WebResponse {
        guard done.created + done.changed > 0 else { throw error }
        member.site.logger.error("An import stopped in the middle: \(error)", metadata: ["request": "\(member.visit.requestID)"])
        let numbers = ["created": member.numbers.text(done.created), "changed": member.numbers.text(done.changed)]
        return try review(table, member, notice: member.t("users.import.stopped", numbers), isStopped: true)
    }

    private func count(_ lines: [UserImportLine], in done: inout (created: Int, changed: Int)) {
        for line in lines {
            switch line.outcome {
            case .create: done.created += 1
            case .change: done.changed += 1
            case .same, .refused: break
            }
        }
    }

    /// In one transaction, each with its row in the change log, as by the form.
    private func save(_ lines: [UserImportLine], _ isInviting: Bool, _ member: Member) throws {
        try member.site.database.write { connection in
            for line in lines {
                switch line.outcome {
                case .create(let entry, let changes):
                    try editing.create(entry, isInvited: isInviting, by: member, on: connection)
                    try member.record("user.create", of: entry.email, form: UserEntry.form.name, changes: changes, on: connection)
                case .change(let old, let new, let changes, _):
                    try editing.change(old, to: new, by: member, on: connection)
                    try member.record("user.update", of: new.email, form: UserEntry.form.name, changes: changes, on: connection)
                case .same, .refused: break
                }
            }
        }
    }

    /// Nil for what is no fault of the line.
    private func words(for error: any Error, _ member: Member) -> String? {
        switch error {
        case Refusal.limitReached(let usage): usage.reachedText(member.visit)
        case Refusal.stale, Refusal.notFound, is Abort: member.t("users.import.stale")
        case let problem as FieldProblem: UserEntry.form.message(problem, member.t)
        default: nil
        }
    }
}

extension UserImportLine {
    fileprivate var isSame: Bool { if case .same = outcome { true } else { false } }

    fileprivate var isDue: Bool {
        switch outcome {
        case .create, .change: true
        case .same, .refused: false
        }
    }
}
