// The platform's staff's queue of requests, and their answer: in one transaction with the limit itself, the account's notice, the letter to
// whoever asked, and the row in the account's change log.

import Database
import HTTP
import HTTPTypes
import JSON
import Mail
import Spelling
import Web

struct LimitQueueController {
    static let path = "/operator/requests"
    private static let pageSize = 50
    /// Of the choice of states: whatever became of them.
    private static let all = "all"

    private let app: App
    private let limits: [Limit]
    private let letters: PasswordLetters
    private let list: PageTemplate<LimitQueuePage>
    private let template: PageTemplate<LimitAnswerPage>

    static func path(of request: ID<LimitRequestRow>) -> String { "\(path)/\(request)" }

    init(_ app: App) throws {
        self.app = app
        limits = app.features.allLimits
        letters = try PasswordLetters(app)
        list = try app.site.page("limits/queue")
        template = try app.site.page("limits/answer")
    }

    // MARK: The queue

    @Sendable func index(_ person: Person) throws -> WebResponse {
        let t = person.t
        let chosen = person.query["state"] ?? ""
        let state: LimitRequest.State? = chosen == Self.all ? nil : LimitRequest.State(rawValue: chosen) ?? .submitted
        let found = try person.read {
            try LimitRequestStore.queue(state, at: PagePosition(person.query), size: Self.pageSize, on: $0)
        }
        let options = LimitRequest.State.allCases.map { ($0 == .submitted ? "" : $0.rawValue, t("limits.requests.state.\($0.rawValue)")) }
        let page = LimitQueuePage(
            state: SelectView(
                "state", t("limits.state"), selected: state.map { $0 == .submitted ? "" : $0.rawValue } ?? Self.all,
                options: options + [(Self.all, t("limit_queue.all"))]),
            isFiltered: state != .submitted,
            rows: found.elements.map { LimitRequestView($0.request, limit($0.request), of: $0.accountName, person) },
            pager: found.pager(path: Self.path, query: person.query) { $0.request.id },
            empty: found.elements.isEmpty ? EmptyView(t("limit_queue.empty.title"), t("limit_queue.empty.text")) : nil)
        return try person.page(
            list, page, PageHead(t("limit_queue.title"), lead: t("limit_queue.lead"), section: t("operator.section")))
    }

    // MARK: One of them

    @Sendable func show(_ person: Person) throws -> WebResponse {
        let queued = try found(person)
        return try show(queued, LimitAnswer.typed(for: queued.0.request), person)
    }

    @Sendable func update(_ person: Person) throws -> WebResponse {
        let (queued, context) = try found(person)
        guard let context, queued.request.state == .submitted else { return try showClosed(person) }
        let (answer, errors) = LimitAnswer.form.read(person.form, over: LimitAnswer(), Situation(person.t, context))
        guard errors.isEmpty else { return try show((queued, context), person.form, person, errors) }
        // Another number than the one beside which it was typed: both are shown, and pressed again it is a decision.
        if let shown = person.form[FormMark.version], shown != Self.version(context), answer.approval != nil {
            return try show((queued, context), person.form, person, conflict: conflict(shown, context, person))
        }
        do {
            if let approval = answer.approval {
                try approve(queued, approval, context, person)
            } else {
                try refuse(queued, answer.rejection?.reason ?? "", context, person)
            }
        } catch Refusal.stale {
            return try showClosed(person)
        }
        return done(queued, isApproved: answer.approval != nil, context, person)
    }

    private func done(
        _ queued: LimitRequestStore.Queued, isApproved: Bool, _ context: LimitRequestContext, _ person: Person
    ) -> WebResponse {
        let values = ["limit": context.limit.title(person.t), "account": queued.account.name]
        return person.redirect(
            to: Self.path, saying: person.t(isApproved ? "limit_answer.approved" : "limit_answer.refused", values))
    }

    private func approve(
        _ queued: LimitRequestStore.Queued, _ approval: LimitAnswer.Approval, _ context: LimitRequestContext, _ person: Person
    ) throws {
        let account = queued.account.id
        let changes = [
            FieldChange("granted", before: String(context.usage.maximum), after: String(approval.granted)),
            FieldChange("note", before: "", after: approval.note ?? ""),
        ].filter { $0.before != $0.after }
        try person.change(
            "limit_request.approve", of: queued.request.name, in: account, form: LimitAnswer.form.name, changes: changes
        ) { connection in
            try connection.lock(account)
            try LimitRequestStore.close(
                queued.request.id, as: .approved, granting: approval.granted, saying: approval.note, by: person.session.userName,
                at: person.now, on: connection)
            // Somebody has given the account more meanwhile: an approval takes nothing away.
            guard try context.limit.maximum(of: account, on: connection) < approval.granted else { throw Refusal.stale }
            try context.limit.setMaximum(approval.granted, of: account, telling: app.alerts, on: connection)
            try tell(queued, isApproved: true, context.limit, approval.note ?? "", on: connection)
        }
    }

    private func refuse(
        _ queued: LimitRequestStore.Queued, _ reason: String, _ context: LimitRequestContext, _ person: Person
    ) throws {
        try person.change(
            "limit_request.refuse", of: queued.request.name, in: queued.account.id, form: LimitAnswer.form.name,
            changes: [FieldChange("refusal_reason", before: "", after: reason)]
        ) { connection in
            try LimitRequestStore.close(
                queued.request.id, as: .refused, granting: nil, saying: reason, by: person.session.userName, at: person.now, on: connection)
            try tell(queued, isApproved: false, context.limit, reason, on: connection)
        }
    }

    /// The account by a notice, and whoever asked by a letter of their own, whatever they may do in it.
    private func tell(
        _ queued: LimitRequestStore.Queued, isApproved: Bool, _ limit: Limit, _ answer: String, on connection: any Connection
    ) throws {
        let request = queued.request
        let number = try limit.maximum(of: queued.account.id, on: connection)
        try app.alerts.raise(
            .limitAnswered, for: queued.account.id, of: "\(limit.name) \(request.id)",
            variant: !isApproved ? "refused" : answer.isEmpty ? "approved" : "approved_with_note",
            ["wanted": JSONValue(request.wanted ?? 0), "limit": JSONValue(number), "answer": .string(answer)], butNotTo: request.user,
            on: connection)
        guard app.mailer.canSend, let reader = try letters.reader(request.user, on: connection) else { return }
        let t = app.site.locales[reader.language]
        let numbers = Numbers(language: reader.language)
        let values = [
            "account": reader.accountName, "name": reader.name, "address": app.site.address.text, "title": limit.title(t),
            "wanted": limit.text(request.wanted ?? 0, numbers), "limit": limit.text(number, numbers), "answer": answer,
        ]
        let letter = Letter(
            language: reader.language.rawValue,
            subject: t(isApproved ? "letters.limit.approved.subject" : "letters.limit.refused.subject", values),
            greeting: t("letters.greeting", values),
            paragraphs: [t(isApproved ? "letters.limit.approved.text" : "letters.limit.refused.text", values)]
                + (answer.isEmpty ? [] : [t("letters.limit.answer", values)]),
            actionLabel: t("letters.limit.action"), actionURL: app.site.address.text + LimitsController.path,
            footer: t("letters.factor_footer", values))
        try letters.post(letter, to: reader, on: connection)
    }

    /// Somebody was quicker, of the staff or of the account: what became of it, with what was typed.
    private func showClosed(_ person: Person) throws -> WebResponse {
        let queued = try found(person)
        if let context = queued.1, queued.0.request.state == .submitted {
            // The limit alone has another number now, and the form says what is wrong with its own.
            let (_, errors) = LimitAnswer.form.read(person.form, over: LimitAnswer(), Situation(person.t, context))
            return try show(queued, person.form, person, errors)
        }
        if let context = queued.1, hasAnswered(queued.0.request, context, person) {
            return done(queued.0, isApproved: queued.0.request.state == .approved, context, person)
        }
        let typed = ["note", "refusal_reason"].compactMap { person.form[$0] }.filter { !$0.isEmpty }.joined(separator: " · ")
        return try show(queued, person.form, person, unsaved: typed)
    }

    /// A button that was pressed twice: it is their own answer that is there, word for word. Of one that was sent from a second tab with
    /// another reason nobody would ever read that reason.
    private func hasAnswered(_ request: LimitRequest, _ context: LimitRequestContext, _ person: Person) -> Bool {
        guard request.closedBy == person.session.userName else { return false }
        // What is wrong with it by now, such as a limit that is that high already, is so because of the first.
        let (answer, _) = LimitAnswer.form.read(person.form, over: LimitAnswer(), Situation(person.t, context))
        let text = request.answer ?? ""
        switch request.state {
        case .approved:
            return answer.approval.map { $0.granted == request.granted && ($0.note ?? "").isIdentical(to: text) } ?? false
        case .refused: return answer.rejection.map { $0.reason.isIdentical(to: text) } ?? false
        case .submitted, .withdrawn: return false
        }
    }

    // MARK: Parts of several

    private static func version(_ context: LimitRequestContext) -> String { String(context.usage.maximum) }

    /// The number that the page had and that of now.
    private func conflict(_ shown: String, _ context: LimitRequestContext, _ person: Person) -> ConflictView {
        let seen = Int(shown).map { context.limit.text($0, person.numbers) } ?? ""
        return ConflictView(
            person.t, seen: [(person.t("limit_queue.maximum"), seen, context.usage.maximumText(person.numbers))])
    }

    private func limit(_ request: LimitRequest) -> Limit? { limits.first { $0.name == request.name && $0.isAdjustable } }

    /// Throws 404. Without a context there is no such limit any more.
    private func found(_ person: Person) throws -> (LimitRequestStore.Queued, LimitRequestContext?) {
        let id: ID<LimitRequestRow> = try person.id()
        return try person.read { connection in
            let queued = try LimitRequestStore.queued(id, on: connection)
            let context = try limit(queued.request).map {
                LimitRequestContext(limit: $0, usage: try $0.usage(of: queued.account.id, on: connection))
            }
            return (queued, context)
        }
    }

    private func show(
        _ found: (LimitRequestStore.Queued, LimitRequestContext?), _ typed: FormData, _ person: Person,
        _ errors: FieldErrors = FieldErrors(), unsaved: String? = nil, conflict: ConflictView? = nil
    ) throws -> WebResponse {
        let t = person.t
        let (queued, context) = found
        let request = queued.request
        let view = LimitRequestView(request, limit(request), person)
        var facts = [
            Fact(t("limit_queue.account"), queued.account.name), Fact(t("limits.name"), view.name),
            Fact(t("limits.requests.wanted"), view.wanted), Fact(t("limit_queue.had"), view.had),
        ]
        // To give more to an account that is about to go is of no use, and its people are not let in to read it.
        if !queued.account.state.isOpen { facts.insert(Fact(t("operator.state"), queued.account.state.badge(t).label), at: 1) }
        if let usage = context?.usage {
            facts += [
                Fact(t("limit_queue.maximum"), usage.maximumText(person.numbers)), Fact(t("limits.used"), usage.usedText(person.numbers)),
            ]
        }
        facts += [
            Fact(t("limits.requests.reason"), request.reason), Fact(t("limit_queue.user"), request.userName),
            Fact(t("limits.requests.asked"), view.asked.text),
        ]
        if let closedBy = request.closedBy, let closed = view.closed {
            let answer = [view.granted, view.answer].filter { !$0.isEmpty }.joined(separator: " · ")
            if !answer.isEmpty { facts.append(Fact(t("limits.requests.answer"), answer)) }
            facts += [Fact(t("limit_queue.closed_by"), closedBy), Fact(t("limit_queue.closed_at"), closed.text)]
        }
        var form: FormView?
        if let context, request.state == .submitted {
            form = FormView(
                LimitAnswer.form.controls(
                    typed, stored: nil, errors: errors, isShownAgain: !errors.isEmpty || conflict != nil, Situation(t, context)),
                errors: errors, conflict: conflict, action: Self.path(of: request.id), version: Self.version(context),
                save: t("limit_answer.save"), t)
            form?.wayOut = .init(t("limit_answer.back"), to: Self.path)
        }
        let page = LimitAnswerPage(
            facts: facts, state: view.state, isUnsaved: unsaved != nil, unsaved: unsaved ?? "",
            limits: ClientAccountController.path(of: queued.account.slug) + "/limits", form: form)
        let head = PageHead(
            t("limit_answer.title", ["limit": view.name, "account": queued.account.name]), section: t("operator.section"),
            up: [(t("limit_queue.title"), Self.path)])
        return try person.page(template, page, head, hasErrors: !errors.isEmpty || unsaved != nil || conflict != nil)
    }
}
