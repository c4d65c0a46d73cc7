// The one way in which a page edits one thing: load, read, check, compare the version, save, say so. Two who save at once are
// shown both values; a change is audited with before and after; what is refused is shown with all that was typed.

package import Database
package import HTTP
import JSON
import Spelling

/// - Parameter Visitor: whose thing it is: a `Member`'s account, a `Person`'s own.
package struct SettingsEditor<Visitor: SignedIn, Value: Sendable, Context: Sendable>: Sendable {
    package typealias Load = @Sendable (Visitor, any Connection) throws -> Value
    package typealias LoadContext = @Sendable (Visitor, Value, any Connection) throws -> Context
    package typealias Save = @Sendable (_ new: Value, _ old: Value, Visitor, any Connection) throws -> Void
    package typealias Show = @Sendable (FormView, Value, Context, Visitor) throws -> WebResponse

    package let form: Form<Value, Context>
    private let pattern: String
    private let action: StaticString
    private let version: @Sendable (Value) -> String
    private let making: Making<Value, Visitor>?
    private let vault: Vault
    private let subject: @Sendable (Value) -> String
    private let account: @Sendable (Value, Visitor) -> ID<Account>?
    private let parts: FormParts
    private let load: Load
    private let context: LoadContext
    private let save: Save
    private let buttons: @Sendable (Translation) -> [FormView.Button]
    private let show: Show
    private let factsTemplate: PageTemplate<FactsView>

    /// - Parameters:
    ///   - pattern: where the form is and is sent to, with the visit's parameters in it.
    ///   - action: what the audit calls a change.
    ///   - version: of what is stored; a form made from another version is stale. Something new has none.
    ///   - making: of what the form makes; nil when it changes what there is.
    ///   - subject: of the audit's row.
    ///   - account: in whose log that row stands; the visitor's when it is not said.
    ///   - save: throws `Refusal.stale` when the stored version is another, `.limitReached` when there is no room for one more,
    ///     `FieldProblem` for what only the database knows.
    ///   - buttons: further ones, such as a preview.
    ///   - page: shows the form; a page of nothing but the form when nil. Its words are `….title`, `….lead`, `….save`, `….saved`.
    package init(
        _ form: Form<Value, Context>, at pattern: String, action: StaticString,
        version: @escaping @Sendable (Value) -> String = { _ in "" }, making: Making<Value, Visitor>? = nil,
        subject: @escaping @Sendable (Value) -> String = { _ in "" },
        account: @escaping @Sendable (Value, Visitor) -> ID<Account>? = { $1.session.account?.id }, _ site: Site, load: @escaping Load,
        context: @escaping LoadContext, save: @escaping Save,
        buttons: @escaping @Sendable (Translation) -> [FormView.Button] = { _ in [] }, page: Show? = nil
    ) throws {
        self.form = form
        self.pattern = pattern
        self.action = action
        self.version = version
        self.making = making
        vault = site.vault
        self.subject = subject
        self.account = account
        self.load = load
        self.context = context
        self.save = save
        self.buttons = buttons
        parts = try form.parts(site)
        factsTemplate = try site.page("shared/facts_page")
        if let page {
            show = page
        } else {
            let template = try site.page("shared/form_page", FormPage.self)
            show = { view, _, _, member in
                let head = PageHead(member.t(form.name + ".title"), lead: member.t.find(form.name + ".lead") ?? "")
                return try member.page(template, FormPage(view), head, hasErrors: view.isRefused)
            }
        }
    }

    /// What somebody sent, read and held against what is stored.
    package struct Submission {
        package let member: Visitor
        package let typed: FormData
        package let stored: Value
        package var context: Context
        /// Meaningful where `errors` is empty.
        package var value: Value
        package var errors: FieldErrors
        /// What a browser does not send a second time, such as a file, and the words that ask for it again should the page come back.
        package var lostOnReturn: (field: String, text: String)?

        /// What has become of the same form, sent before.
        package fileprivate(set) var made = Made.not
        /// The id that it came with was given to somebody else, or by nobody.
        fileprivate var isForeign = false

        /// Made for those for whom it would be saved; a form that does not say for whom is taken at its version's word.
        fileprivate var isOwn: Bool { !isForeign && typed[FormMark.owner].map { $0 == member.owner } ?? true }

        fileprivate var errorsOnReturn: FieldErrors {
            var errors = errors
            if let lostOnReturn { errors.add(lostOnReturn.field, lostOnReturn.text) }
            return errors
        }
    }

    // MARK: Pages

    @Sendable package func edit(_ member: Visitor) throws -> WebResponse {
        let (stored, context) = try current(member)
        return try present(form.typed(stored), stored, context, member, version: version(stored))
    }

    /// What sends the form again as it would save `value`, from a page that asks first.
    package func hidden(_ value: Value, _ member: Visitor) -> [HiddenField] {
        form.typed(value).fields.map { HiddenField(name: $0.name, value: $0.value) } + [
            HiddenField(name: FormMark.version, value: version(value)), HiddenField(name: FormMark.owner, value: member.owner),
        ]
    }

    @Sendable package func update(_ member: Visitor) throws -> WebResponse { try save(try submission(member)) }

    package func submission(_ member: Visitor) throws -> Submission {
        let (new, context) = try current(member)
        var stored = new
        let mark = making == nil ? nil : member.form[FormMark.making]
        let isForeign = try mark.map { try !adopt($0, by: member, in: &stored) } ?? false
        let (value, errors) = form.read(member.form, over: stored, Situation(member.t, context))
        var submission = Submission(member: member, typed: member.form, stored: stored, context: context, value: value, errors: errors)
        submission.isForeign = isForeign
        submission.made = try made(submission)
        return submission
    }

    // MARK: Something new

    /// Sealed, so that nobody chooses an id, and for one person in one account, so that it means nothing to another.
    private func mark(_ value: Value, _ member: Visitor) throws -> HiddenField? {
        guard let making else { return nil }
        let sealed = try vault.seal(making.id(value), at: place(of: member))
        return HiddenField(name: FormMark.making, value: Hexadecimal.text(of: sealed))
    }

    /// Gives the new thing the id that its page had. False when that was not given to this visitor, for this form.
    private func adopt(_ mark: String, by member: Visitor, in value: inout Value) throws -> Bool {
        guard let sealed = Hexadecimal.bytes(of: mark), let id = try? vault.open(sealed, at: place(of: member)) else { return false }
        return making?.adopt(&value, id) ?? false
    }

    private func place(of member: Visitor) -> Vault.Place {
        Vault.Place(page: "making", for: "\(form.name)|\(member.owner)|\(member.session.user)")
    }

    private func made(_ submission: Submission) throws -> Made {
        guard let making, submission.typed[FormMark.making] != nil, !submission.isForeign else { return .not }
        return try submission.member.read { try making.made(submission.value, submission.member, $0) }
    }

    /// Saves, unless something is wrong, or is another's. What changes nothing is not written: it would stand in the change log, and make
    /// the form that somebody else has open stale, for nothing.
    ///
    /// - Parameters:
    ///   - ask: called when all is right and nothing stands against saving: a page that asks first, or nil to save.
    ///   - place: where it leads, if not to where the form is.
    ///   - within: what else happens in the transaction.
    ///   - after: what follows once it is durable, and the sentence that says so; `….saved` when nil.
    package func save(
        _ submission: Submission, to place: String? = nil, ask: () throws -> WebResponse? = { nil },
        within: (any Connection) throws -> Void = { _ in }, after: () throws -> String? = { nil }
    ) throws -> WebResponse {
        let member = submission.member
        switch submission.made {
        case .not: break
        case .asAsked: return member.redirect(to: place ?? path(member.visit), saying: try after() ?? member.t(form.name + ".saved"))
        case .otherwise: return member.redirect(to: place ?? path(member.visit), .info, saying: member.t("shared.made_already"))
        }
        guard submission.errors.isEmpty else { return try show(submission) }
        func done() throws -> WebResponse {
            member.redirect(to: place ?? path(member.visit), saying: try after() ?? member.t(form.name + ".saved"))
        }
        let isCurrent = submission.isOwn && submission.typed[FormMark.version] ?? "" == version(submission.stored)
        guard isCurrent else { return try isStored(submission) ? done() : showStale(submission) }
        if let question = try ask() { return question }
        let changes = form.changes(from: submission.stored, to: submission.value, Situation(member.t, submission.context))
        if changes.isEmpty, !version(submission.stored).isEmpty { return try done() }
        do {
            let account = self.account(submission.value, member)
            try member.change(action, of: subject(submission.value), in: account, form: form.name, changes: changes) { connection in
                try save(submission.value, submission.stored, member, connection)
                try within(connection)
            }
        } catch Refusal.stale {
            return try isStored(submission) ? done() : showStale(submission)
        } catch {
            // Of two that were sent at once, the other was first.
            var submission = submission
            submission.made = try made(submission)
            if submission.made != .not { return try save(submission, to: place, after: after) }
            switch error {
            case Refusal.limitReached(let usage): submission.errors.add("notice", usage.reachedText(member.visit))
            case let problem as FieldProblem:
                submission.errors.add(problem.field, form.message(problem, member.t))
            default: throw error
            }
            return try show(submission)
        }
        return try done()
    }

    /// All of it is stored already: somebody pressed the button twice.
    private func isStored(_ submission: Submission) throws -> Bool {
        guard submission.lostOnReturn == nil else { return false }
        let (stored, context) = try current(submission.member)
        return form.changes(from: stored, to: submission.value, Situation(submission.member.t, context)).isEmpty
    }

    /// The page as it was sent, with what is wrong.
    package func show(_ submission: Submission) throws -> WebResponse {
        try present(
            submission.typed, submission.stored, submission.context, submission.member, errors: submission.errorsOnReturn,
            version: submission.typed[FormMark.version] ?? "", owner: submission.typed[FormMark.owner], isShownAgain: true)
    }

    /// Somebody saved in the meantime: both values are shown, and saving again is then a decision.
    private func showStale(_ submission: Submission) throws -> WebResponse {
        let (stored, context) = try current(submission.member)
        let situation = Situation(submission.member.t, context)
        // Read again over what is stored now: what was not in the form is no difference.
        let value = form.read(submission.typed, over: stored, situation).value
        let differences = form.differences(from: stored, to: value, situation)
        return try present(
            submission.typed, stored, context, submission.member, errors: submission.errorsOnReturn,
            conflict: ConflictView(submission.member.t, isElsewhere: !submission.isOwn, differences.map { ($0.label, $0.new, $0.old) }),
            version: version(stored), isShownAgain: true)
    }

    private func present(
        _ typed: FormData, _ stored: Value, _ context: Context, _ member: Visitor, errors: FieldErrors = FieldErrors(),
        conflict: ConflictView? = nil, version: String, owner: String? = nil, isShownAgain: Bool = false
    ) throws -> WebResponse {
        let t = member.t
        let controls = form.controls(
            typed, stored: stored, errors: errors, isShownAgain: isShownAgain, Situation(t, context), parts: parts)
        var view = FormView(
            controls, errors: errors, conflict: conflict, action: path(member.visit), version: version, save: t(form.name + ".save"), t)
        view.buttons = buttons(t)
        view.changes = member.visit.changesOfTab ?? ""
        // Of something new there is no version, but whose it is to become.
        if !self.version(stored).isEmpty || making != nil {
            view.hidden = [HiddenField(name: FormMark.owner, value: owner ?? member.owner)]
        }
        if let mark = try mark(stored, member) { view.hidden.append(mark) }
        return try show(view, stored, context, member)
    }

    private func path(_ visit: Visit) -> String {
        guard pattern.has("{") else { return pattern }
        return pattern.parts(between: "/").map { segment in
            guard let name = segment.rest(after: "{")?.cut(at: "}")?.before else { return String(segment) }
            return percentEncoded(visit.parameters[String(name)] ?? "")
        }.joined(separator: "/")
    }

    private func current(_ member: Visitor) throws -> (Value, Context) {
        try member.read { connection in
            let value = try load(member, connection)
            return (value, try context(member, value, connection))
        }
    }
}

// Both of its routes at once: what the form declares is kept, should the session end before it is sent.

extension SettingsEditor where Visitor == Member {
    /// - Parameters:
    ///   - limit: in bytes, of a form with files.
    ///   - update: in place of the editor's own.
    package func routes(
        _ access: MemberAccess, filesUpTo limit: Int? = nil, update: (@Sendable (Member) throws -> WebResponse)? = nil
    ) -> [Route] {
        routes(.get(pattern, access, edit), .post(pattern, access, update ?? self.update), limit)
    }

    /// Of settings that some may see who may not change them: those get what is stored, in words.
    package func routes(
        view: Right, manage: Right, filesUpTo limit: Int? = nil, update: (@Sendable (Member) throws -> WebResponse)? = nil
    ) -> [Route] {
        let get = Route.get(pattern, .needs(view)) { try $0.may(manage) ? edit($0) : facts($0) }
        return routes(get, .post(pattern, .needs(manage), update ?? self.update), limit)
    }

    private func facts(_ member: Member) throws -> WebResponse {
        let (stored, context) = try current(member)
        let head = PageHead(member.t(form.name + ".title"), lead: member.t.find(form.name + ".lead") ?? "")
        return try member.page(factsTemplate, FactsView(form.facts(stored, Situation(member.t, context))), head)
    }
}

extension SettingsEditor where Visitor == Person {
    package func routes(
        _ access: PersonAccess, filesUpTo limit: Int? = nil, update: (@Sendable (Person) throws -> WebResponse)? = nil
    ) -> [Route] {
        routes(.get(pattern, access, edit), .post(pattern, access, update ?? self.update), limit)
    }
}

extension SettingsEditor {
    private func routes(_ get: Route, _ post: Route, _ limit: Int?) -> [Route] {
        var declaration = form.declaration
        declaration.neededWords += ["title", "save", "saved"].map { ["\(form.name).\($0)"] } + [["change.\(action)"]]
        let post = post.keeping(declaration)
        return [get, limit.map { post.acceptingFiles(upTo: $0) } ?? post]
    }
}

/// Something that only the database knows is wrong with one field: a playlist that has gone, a name that is taken.
package struct FieldProblem: Error {
    package let field: String
    /// The message's key is `form.field.word`.
    package let word: String
    package let values: [String: String]
    /// In place of a word, where only whoever found it can say it.
    package let text: String?

    package init(_ field: String, _ word: String, _ values: [String: String] = [:], text: String? = nil) {
        (self.field, self.word, self.values, self.text) = (field, word, values, text)
    }
}

extension SettingsEditor where Visitor == Member, Context == Void {
    /// Of a whole account, by a form that needs to know nothing besides the settings.
    package init(
        _ form: Form<Value, Void>, at pattern: String, action: StaticString, version: @escaping @Sendable (Value) -> String, _ site: Site,
        load: @escaping @Sendable (ID<Account>, any Connection) throws -> Value,
        save: @escaping @Sendable (Value, ID<Account>, any Connection) throws -> Void
    ) throws {
        try self.init(
            form, at: pattern, action: action, version: version, site, load: { try load($0.account.id, $1) }, context: { _, _, _ in },
            save: { try save($0, $2.account.id, $3) })
    }
}
