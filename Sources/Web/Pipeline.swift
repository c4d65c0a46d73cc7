// A request's way from the web server to a handler and back. Each rule that nobody may forget stands here, once:
// request id, route, session, cross-site guard, right, what has to be done first, errors, security headers.

import Database
package import HTTP
import HTTPTypes
import JSON
import Logging
import Spelling
import Time

/// A form that was sent when its session had ended, or while something else has to be done first.
package struct Interruption {
    package let visit: Visit
    /// What the route takes. Nil: nothing of it may be kept.
    package let form: FormDeclaration?
    /// Where it came from, as far as the address tells: where to begin again when nothing can be kept.
    package let page: String
}

package final class Pipeline: Sendable {
    package let routes: [Route]
    package let menu: Menu
    let router: Router<Route>
    let site: Site
    private let errorPages: ErrorPages
    let largeBodies: LargeBodies
    private let interruption: @Sendable (Interruption) throws -> WebResponse

    /// - Parameter interruption: answers a form that cannot be taken now, so that what was typed is not lost. Nothing was checked of it
    ///   but that no other site sent it.
    package init(
        site: Site, routes: [Route], menu: Menu, workers: Int, interruption: @escaping @Sendable (Interruption) throws -> WebResponse
    ) throws {
        self.site = site
        self.interruption = interruption
        self.routes = routes
        self.menu = menu
        var router = Router<Route>()
        for route in routes { router.add(route.method, route.pattern, route) }
        self.router = router
        errorPages = try ErrorPages(site)
        largeBodies = LargeBodies(workers: workers)
    }

    /// Answers any request, whatever it is; never throws.
    package func respond(to request: Request) -> WebResponse {
        let requestID = RequestID.next()
        let request = site.address.original(of: request)
        var response: WebResponse
        if !site.address.isMeant(by: request) {
            response = misdirectedResponse(to: request, requestID)
        } else if request.path.begins(with: "/api/") {
            response = machineResponse(to: request, requestID)
        } else {
            response = pageResponse(to: request, requestID)
        }
        response.fields[RequestID.field] = requestID
        SecurityHeaders.add(to: &response)
        if request.method == .head { response.body = .bytes([]) }
        return response
    }

    /// Nothing is looked up for a name that is not ours.
    private func misdirectedResponse(to request: Request, _ requestID: String) -> WebResponse {
        guard request.path.begins(with: "/api/") else {
            return errorPages.response(.misdirectedRequest, visit(request, PathParameters(), requestID, session: nil))
        }
        return .problem(
            Problem(
                status: .misdirectedRequest, type: "unknown-host", title: "Unknown host",
                detail: "The API does not answer under the host name of this request. Use the address of the console, or have the operator "
                    + "add the name to HOOKSWITCH_HOSTS."))
    }

    // MARK: Pages

    private func pageResponse(to request: Request, _ requestID: String) -> WebResponse {
        let match = router.match(request.method, request.path)
        var parameters = PathParameters()
        if case .found(_, let found) = match { parameters = found }
        var visit: Visit
        do {
            visit = self.visit(request, parameters, requestID, session: try session(of: request, requestID))
        } catch {
            return errorPage(for: error, self.visit(request, parameters, requestID, session: nil))
        }
        do {
            switch match {
            case .found(let route, _):
                return try answer(route, &visit)
            case .methodNotAllowed(let methods):
                var response = errorPages.response(.methodNotAllowed, visit)
                response.fields[.allow] = methods.map(\.rawValue).joined(separator: ", ")
                return response
            case .notFound:
                return errorPages.response(.notFound, visit)
            }
        } catch {
            return errorPage(for: error, visit)
        }
    }

    private func errorPage(for error: any Error, _ visit: Visit) -> WebResponse {
        let request: Logger.Metadata = ["request": "\(visit.requestID)"]
        switch error {
        case let abort as Abort: return errorPages.response(abort.status, visit)
        case is AccountSuspended: return errorPages.response(.forbidden, visit, reason: "suspended")
        case Refusal.notFound: return errorPages.response(.notFound, visit)
        case is Refusal: return errorPages.response(.conflict, visit)
        case BodyError.tooLarge, BodyError.inflatesTooFar: return errorPages.response(.contentTooLarge, visit)
        case BodyError.malformedEncoding, BodyError.truncated: return errorPages.response(.badRequest, visit)
        case BodyError.unknownEncoding:
            var response = errorPages.response(.unsupportedMediaType, visit)
            response.fields[.acceptEncoding] = RequestBody.takenEncodings
            return response
        case BodyError.tooSlow: return errorPages.response(.requestTimeout, visit)
        case is FormError, is MultipartError: return errorPages.response(.badRequest, visit)
        case DatabaseError.full:
            site.logger.critical("The disk is full: nothing was saved", metadata: request)
            return errorPages.response(.noRoom, visit)
        case let failure as UploadFailure where failure.isFull:
            site.logger.critical("The disk is full: an upload was not kept", metadata: request)
            return errorPages.response(.noRoom, visit)
        default:
            // The path alone: queries may hold what people searched for.
            let metadata = request.merging(["path": "\(visit.request.path)"]) { $1 }
            if let trouble = (error as? DatabaseError).flatMap({ PassingTrouble($0) }) {
                site.logger.warning("\(error)", metadata: metadata)
                var response = errorPages.response(.serviceUnavailable, visit, reason: trouble.rawValue)
                response.fields[.retryAfter] = trouble.retryAfter.map { String($0) }
                return response
            }
            site.logger.error("\(error)", metadata: metadata)
            return errorPages.response(.internalServerError, visit)
        }
    }

    private func session(of request: Request, _ requestID: String) throws -> Session? {
        guard let cookie = request.cookies[SessionCookie.name(isSecure: request.isSecure)],
            let session = try site.database.read(for: .brief, { try site.sessions.find(token: cookie, on: $0) })
        else { return nil }
        try touch(session, requestID)
        return session
    }

    /// While nothing can be written, pages can be read.
    private func touch(_ session: Session, _ requestID: String) throws {
        guard site.sessions.isTouchDue(session) else { return }
        do {
            try site.database.write { try site.sessions.touch(session, on: $0) }
        } catch DatabaseError.full {
            site.logger.critical("The disk is full: a session's time was not kept", metadata: ["request": "\(requestID)"])
        } catch DatabaseError.locked {
            site.logger.warning("\(DatabaseError.locked): a session's time was not kept", metadata: ["request": "\(requestID)"])
        }
    }

    private func answer(_ route: Route, _ visit: inout Visit) throws -> WebResponse {
        let request = visit.request
        // Who may not even know the page gets no work done: rights before the body is read.
        let handler: (Visit) throws -> WebResponse
        var isInterrupted = false
        switch try admit(visit.session, to: route, request) {
        case .refused(let response): return response
        case .interrupted:
            isInterrupted = true
            handler = { try self.interruption(Interruption(visit: $0, form: route.form, page: self.page(above: request.path))) }
        case .admitted(let admitted): handler = admitted
        }
        visit.upload = try form(of: route, request)
        if request.method != .get, request.method != .head {
            // A session that has ended took its token with it, one in which staff have left an account has another. What is answered then
            // changes nothing, so the browser's word will do.
            let isAccepted =
                isInterrupted && visit.session?.account == nil
                ? !CrossSiteGuard.isForeign(request, at: site.address)
                : CrossSiteGuard.permits(request, form: visit.form, secret: csrfSecret(request), at: site.address)
            guard isAccepted else { return try formOfBefore(route, visit) }
        }
        var response: WebResponse
        do {
            response = try handler(visit)
        } catch {
            guard Self.saysNotThere(error), request.method == .post, route.parameterCount > 0, visit.session != nil else { throw error }
            // Alike for what has gone, for what is another account's and for what never was.
            let above = page(above: request.path, parameters: route.parameterCount - 1)
            return errorPages.response(.notFound, visit, reason: "gone", above: above)
        }
        let visitor = SessionCookie.visitorName(isSecure: request.isSecure)
        if visit.session == nil, request.cookies[visitor] == nil, !response.sets(cookie: visitor) {
            response.setCookie(SessionCookie.visitor(visit.csrfSecret, isSecure: request.isSecure))
        }
        return response
    }

    /// Since a page of ours was shown somebody has signed in again in another tab, or opened another account: its form has no token of now.
    /// Where the browser itself says that it is ours, what was typed is shown, to be sent by who is here now; any other is refused.
    private func formOfBefore(_ route: Route, _ visit: Visit) throws -> WebResponse {
        guard visit.session != nil, route.form != nil, CrossSiteGuard.isOwn(visit.request, at: site.address) else {
            return errorPages.response(.forbidden, visit, reason: "cross_site")
        }
        var response = try interruption(Interruption(visit: visit, form: route.form, page: page(above: visit.request.path)))
        // Nothing was done of what was asked.
        if response.status == .ok { response.status = .forbidden }
        return response
    }

    private enum Admission {
        /// With what the handler is to be called with already in it.
        case admitted((Visit) throws -> WebResponse)
        /// A form that was sent when its session had ended, or while something else has to be done first.
        case interrupted
        case refused(WebResponse)
    }

    /// What somebody without the right gets instead: the way to sign in, what has to be done first, or 404 and 403.
    private func admit(_ session: Session?, to route: Route, _ request: Request) throws -> Admission {
        if case .anonymous(let handler) = route.handler { return .admitted(handler) }
        guard let session else {
            guard request.method != .post else { return .interrupted }
            var query = FormData()
            query.set("to", request.query.isEmpty ? request.path : "\(request.path)?\(request.query.encoded())")
            return .refused(.redirect(to: request.path == "/" ? "/sign-in" : "/sign-in?\(query.encoded())"))
        }
        let duty = session.duty(at: site.clock.now()).flatMap { $0 == request.path ? nil : $0 }
        // A form goes on, to be kept over what is to be done.
        if request.method != .post, let duty { return .refused(.redirect(to: duty)) }
        let handler: (Visit) throws -> WebResponse
        switch route.handler {
        case .anonymous, .machine: throw Abort(.notFound)
        case .signedIn(let answer): handler = { try answer(Person(visit: $0, session: session)) }
        case .operator(let answer):
            // To others the page does not exist.
            guard session.isOperator else { throw Abort(.notFound) }
            handler = { try answer(Person(visit: $0, session: session)) }
        case .right(let right, let answer):
            guard let account = session.account else {
                // What staff typed in an account that they have left by now is kept.
                return request.method == .post && route.form != nil ? .interrupted : .refused(.redirect(to: "/operator/accounts"))
            }
            guard session.rights.contains(right) else {
                // They have just taken it from themselves, by another role: what was done is said where they may still be.
                let isToldOfIt = request.method == .get && Flash(cookie: request.cookies[Flash.cookieName]) != nil
                guard !isToldOfIt else { return .refused(.redirect(to: "/")) }
                throw Abort(.forbidden)
            }
            handler = { try answer(Member(visit: $0, session: session, account: account)) }
        }
        return duty == nil ? .admitted(handler) : .interrupted
    }

    private static func saysNotThere(_ error: any Error) -> Bool {
        switch error {
        case Refusal.notFound: true
        case let abort as Abort: abort.status == .notFound
        default: false
        }
    }

    /// The address itself where a page is there, else the nearest above it.
    ///
    /// - Parameter maximum: how many things its address may name: one fewer than a form's, and it is not of what the form is about.
    private func page(above address: String, parameters maximum: Int = .max) -> String {
        var path = address[address.startIndex...]
        while let above = path.cut(atLast: "/")?.before, path.utf8.count > 1 {
            if case .found(let route, _) = router.match(.get, String(path)), route.parameterCount <= maximum { return String(path) }
            path = above
        }
        return "/"
    }

    private func form(of route: Route, _ request: Request) throws -> MultipartForm {
        guard request.method == .post else { return MultipartForm() }
        guard let contentType = request.contentType else { return MultipartForm() }
        if let length = request.body.length, length > route.bodyLimit { throw BodyError.tooLarge(limit: route.bodyLimit) }
        let body = try request.body.decoded(from: request.fields[.contentEncoding])
        switch contentType.essence {
        case "multipart/form-data":
            return try MultipartParser(contentType: contentType, limits: route.uploadLimits, folder: site.uploadFolder).parse(body)
        case "application/x-www-form-urlencoded":
            var form = MultipartForm()
            form.fields = try FormData(urlEncoded: try body.bytes(limit: route.bodyLimit))
            return form
        default: throw Abort(.unsupportedMediaType)
        }
    }

    func visit(_ request: Request, _ parameters: PathParameters, _ requestID: String, session: Session?) -> Visit {
        let language =
            (session?.language ?? session?.account?.language).flatMap { Language(rawValue: $0) }
            ?? Language(preferred: request.fields[.acceptLanguage] ?? "")
        return Visit(
            request: request, parameters: parameters, site: site, requestID: requestID, session: session, language: language,
            upload: MultipartForm(), menu: menu, csrfSecret: csrfSecret(request) ?? Token.random())
    }

    /// What form tokens are bound to: the session, or before there is one, a cookie of the visitor.
    private func csrfSecret(_ request: Request) -> String? {
        request.cookies[SessionCookie.name(isSecure: request.isSecure)]
            ?? request.cookies[SessionCookie.visitorName(isSecure: request.isSecure)]
    }
}

enum RequestID {
    static let field = HTTPField.Name("X-Request-Id") ?? .userAgent

    /// Eight random bytes: enough to find a request in the log.
    static func next() -> String {
        withUnsafeBytes(of: UInt64.random(in: 0...UInt64.max)) { Hexadecimal.text(of: $0) }
    }
}
