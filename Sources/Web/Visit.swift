// A request on its way through a page: who asks, in what language, and the means to answer.

package import Database
package import HTTP
package import HTTPTypes
import Spelling
package import Templating
package import Time

/// Anybody's visit, signed in or not.
package struct Visit {
    package let request: Request
    package let parameters: PathParameters
    package let site: Site
    package let requestID: String
    package let session: Session?
    package let language: Language
    package let t: Translation
    /// What was sent with a POST; empty for GET, and until the pipeline has found that the visitor may send it.
    package var form: FormData { upload.fields }
    /// Files, and those that were over the limit, of a multipart form.
    package internal(set) var upload: MultipartForm
    /// What is said besides on the page that comes of this visit, be it this one or the one that it leads to.
    package var note: Flash?
    let menu: Menu
    let csrfSecret: String

    init(
        request: Request, parameters: PathParameters, site: Site, requestID: String, session: Session?, language: Language,
        upload: MultipartForm, menu: Menu, csrfSecret: String
    ) {
        self.request = request
        self.parameters = parameters
        self.site = site
        self.requestID = requestID
        self.session = session
        self.language = language
        t = site.locales[language]
        self.upload = upload
        times = Times(
            zone: site.zone(session?.timeZone ?? session?.account?.timeZone ?? "UTC"), translation: site.locales[language],
            now: site.clock.now())
        self.menu = menu
        self.csrfSecret = csrfSecret
    }

    /// In the visitor's zone: the user's own, else the account's.
    package let times: Times

    package var query: FormData { request.query }
    package var now: Timestamp { site.clock.now() }
    package var zone: Zone { times.zone }
    package var numbers: Numbers { Numbers(language: language) }

    /// The first tab of Client account settings that the visitor may see.
    package var firstTabPath: String? {
        guard let session, session.account != nil else { return nil }
        return menu.firstPath(rights: session.rights)
    }

    /// The path of the tab, not a sub-tab, that this page belongs to; empty: to none.
    package var area: String { menu.area(of: request.path) }

    /// Where the changes made on this tab are listed; nil: nowhere, or not for this visitor, or this is no tab's own page.
    package var changesOfTab: String? {
        guard let session, session.account != nil, let log = menu.changeLog(of: request.path, rights: session.rights) else { return nil }
        var query = FormData()
        query.set("tab", area)
        return "\(log.path)?\(query.encoded())"
    }

    /// Reads all that a page shows at once: what one page says is of one moment.
    package func read<Value>(_ body: (any Connection) throws -> Value) throws -> Value {
        try site.database.read(for: .page(session?.account?.id), unless: request.isAbandoned, body)
    }

    /// An id in the path. Throws 404 for anything that is no id of this kind.
    package func id<Entity: Identified>(_ name: String = "id", as type: Entity.Type = Entity.self) throws -> ID<Entity> {
        guard let text = parameters[name], let id = ID<Entity>(text) else { throw Abort(.notFound) }
        return id
    }

    /// A page in the frame.
    ///
    /// - Parameter hasErrors: the title starts with "Error: " and the status is 422.
    package func page<Page: TemplateData>(
        _ template: PageTemplate<Page>, _ page: Page, _ head: PageHead, hasErrors: Bool = false, status: HTTPResponse.Status? = nil
    ) throws -> WebResponse {
        var frame = Frame()
        frame.language = language.rawValue
        frame.theme = session?.theme ?? "system"
        frame.heading = head.heading
        frame.lead = head.lead
        frame.title = (hasErrors ? t("shared.error_prefix") : "") + head.title + " – Hookswitch"
        let wayUp = WayUp(head.up, of: self)
        frame.up = wayUp.steps
        frame.csrf = CrossSiteGuard.token(for: csrfSecret)
        let isConsole = session?.isOperator == true && session?.account == nil
        frame.section = head.section ?? t(isConsole ? "operator.section" : "frame.settings")
        frame.version = site.version
        frame.flash = note ?? Flash(cookie: request.cookies[Flash.cookieName])
        if let session {
            frame.userName = session.userName
            frame.userInitials = Self.initials(of: session.userName)
            frame.accountName = session.account?.name ?? t("frame.no_account")
            frame.isOperator = session.isOperator
            if let account = session.account {
                frame.isVisiting = session.isOperator
                frame.isVisitingSuspended = session.isOperator && !account.state.isOpen
                let rights = session.isOperator ? session.rights.union([.operatorInAccount]) : session.rights
                frame.tabs = menu.views(rights: rights, waiting: account.waiting, path: request.path, t)
                frame.hasSettings = !frame.tabs.isEmpty
                frame.logoURL = account.logoURL
            }
            if session.isOperator, session.account == nil || menu.tab(of: request.path)?.right == .operatorConsole {
                frame.tabs = menu.views(rights: [.operatorConsole], waiting: session.waiting, path: request.path, t)
            }
            frame.attention = frame.tabs.first { !$0.count.isEmpty }.map {
                Frame.AttentionView(label: $0.label, href: $0.href, count: $0.count)
            }
        }
        let bytes = try template.render(page, in: frame, language: language)
        var response = WebResponse.html(bytes, status: status ?? (hasErrors ? .unprocessableContent : .ok))
        if frame.flash != nil { response.setCookie(Flash.expired(isSecure: request.isSecure)) }
        if let cookie = wayUp.cookie { response.setCookie(cookie) }
        return response
    }

    /// See other (303), with a sentence for the next page that says what was done.
    ///
    /// - Parameter link: leads to what the sentence speaks of.
    package func redirect(
        to path: String, _ kind: Flash.Kind = .good, saying text: String = "", link: Flash.Link? = nil
    ) -> WebResponse {
        var response = WebResponse.redirect(to: path)
        let kind = text.isEmpty ? note?.kind ?? kind : kind
        let text = [text, note?.text ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
        let link = link ?? note?.link
        if !text.isEmpty { response.setCookie(Flash.cookie(kind, text, link, isSecure: request.isSecure)) }
        return response
    }

    private static func initials(of name: String) -> String {
        let words = name.words()
        // A letter alone: what stands upon it may be higher than the page.
        let letters = [words.first, words.count > 1 ? words.last : nil].compactMap { $0?.unicodeScalars.first }
        return String(String.UnicodeScalarView(letters)).uppercased()
    }
}

/// A machine's call with a key of the account in its path: only the pipeline makes one.
package struct MachineCall {
    package let request: Request
    package let parameters: PathParameters
    package let site: Site
    package let requestID: String
    package let account: ID<Account>
    package let key: ID<APIKey>
    package let bodyLimit: Int

    /// All that an answer says, of one moment.
    package func read<Value>(_ body: (any Connection) throws -> Value) throws -> Value {
        try site.database.read(for: .brief, unless: request.isAbandoned, body)
    }
}
