// A request's way from the web server to a handler and back. Each rule that nobody may forget stands here, once:
// request id, route, session, cross-site guard, right, expired password, errors, security headers.

import Database
package import HTTP
import HTTPTypes
import Logging
import Time

package final class Pipeline: Sendable {
    package let routes: [Route]
    package let tabs: [Tab]
    private let router: Router<Route>
    private let site: Site
    private let errorPages: ErrorPages
    private let interruption: @Sendable (Visit) throws -> WebResponse
    /// The longest body any route takes: what the FastCGI side may be asked to read or drain.
    package let largestBody: Int

    /// - Parameter interruption: answers a form that was sent when its session had ended, or the password has to be changed first,
    ///   so that what was typed is not lost. Nothing was checked of it but that no other site sent it.
    package init(site: Site, features: [Feature], interruption: @escaping @Sendable (Visit) throws -> WebResponse) throws {
        self.site = site
        self.interruption = interruption
        routes = features.flatMap(\.routes)
        tabs = features.flatMap(\.tabs)
        var router = Router<Route>()
        for route in routes { router.add(route.method, route.pattern, route) }
        self.router = router
        errorPages = try ErrorPages(site)
        largestBody = routes.map(\.bodyLimit).max() ?? 0
    }

    /// Answers any request, whatever it is; never throws.
    package func respond(to request: Request) -> WebResponse {
        let requestID = RequestID.next()
        var response: WebResponse
        if request.path.hasPrefix("/api/") {
            response = machineResponse(to: request, requestID)
        } else {
            response = pageResponse(to: request, requestID)
        }
        response.fields[RequestID.field] = requestID
        SecurityHeaders.add(to: &response)
        if request.method == .head { response.body = .bytes([]) }
        return response
    }

    // MARK: Pages

    private func pageResponse(to request: Request, _ requestID: String) -> WebResponse {
        var shown = anonymousVisit(request, requestID)
        do {
            let cookie = request.cookies[SessionCookie.name(isSecure: request.isSecure)]
            let session = try cookie.flatMap { try site.sessions.find(token: $0) }
            if let session { try touch(session, requestID) }
            shown = visit(request, PathParameters(), requestID, session: session, form: MultipartForm())
            switch router.match(request.method, request.path) {
            case .found(let route, let parameters):
                return try answer(route, parameters, request, requestID, session)
            case .methodNotAllowed(let methods):
                var response = errorPages.response(.methodNotAllowed, shown)
                response.fields[.allow] = methods.map(\.rawValue).joined(separator: ", ")
                return response
            case .notFound:
                throw Abort(.notFound)
            }
        } catch let abort as Abort {
            return errorPages.response(abort.status, shown)
        } catch BodyError.tooLarge {
            return errorPages.response(.contentTooLarge, shown)
        } catch is FormError {
            return errorPages.response(.badRequest, shown)
        } catch is MultipartError {
            return errorPages.response(.badRequest, shown)
        } catch let error as DatabaseError where error == .full {
            site.logger.critical("The disk is full: nothing was saved", metadata: ["request": "\(requestID)"])
            return errorPages.response(.noRoom, shown)
        } catch let error as UploadFailure where error.isFull {
            site.logger.critical("The disk is full: an upload was not kept", metadata: ["request": "\(requestID)"])
            return errorPages.response(.noRoom, shown)
        } catch {
            // The path alone: queries may hold what people searched for.
            site.logger.error("\(error)", metadata: ["request": "\(requestID)", "path": "\(request.path)"])
            return errorPages.response(.internalServerError, shown)
        }
    }

    /// While the disk is full, pages can be read.
    private func touch(_ session: Session, _ requestID: String) throws {
        do {
            try site.sessions.touchIfNeeded(session)
        } catch DatabaseError.full {
            site.logger.critical("The disk is full: a session's time was not kept", metadata: ["request": "\(requestID)"])
        }
    }

    private func answer(
        _ route: Route, _ parameters: PathParameters, _ request: Request, _ requestID: String, _ session: Session?
    ) throws -> WebResponse {
        // Who may not even know the page gets no work done: rights before the body is read.
        if let refusal = try refusal(of: route, request, session) { return refusal }
        let form = try form(of: route, request)
        let visit = visit(request, parameters, requestID, session: session, form: form)
        let isInterrupted = route.access != .anonymous && session.map { mustChangePassword($0, request) } ?? true
        if request.method != .get, request.method != .head {
            // A session that has ended took its token with it. What is answered then changes nothing, so the browser's word will do.
            let isAccepted =
                session == nil && isInterrupted
                ? !CrossSiteGuard.isForeign(request)
                : CrossSiteGuard.permits(request, form: form.fields, secret: csrfSecret(request))
            guard isAccepted else { return errorPages.response(.forbidden, visit, reason: "cross_site") }
        }
        var response: WebResponse
        if isInterrupted {
            response = try interruption(visit)
        } else {
            response =
                switch route.handler {
                case .visit(let handler): try handler(visit)
                case .member(let handler): try handler(try member(visit))
                case .machine: throw Abort(.notFound)
                }
        }
        if session == nil, request.cookies[SessionCookie.visitorName(isSecure: request.isSecure)] == nil {
            response.setCookie(SessionCookie.visitor(visit.csrfSecret, isSecure: request.isSecure))
        }
        return response
    }

    /// What somebody without the right gets instead: the way to sign in, the forced change of an expired password, or 404 and 403.
    private func refusal(of route: Route, _ request: Request, _ session: Session?) throws -> WebResponse? {
        if route.access == .anonymous { return nil }
        guard let session else {
            guard request.method != .post else { return nil }
            var query = FormData()
            query.set("to", request.query.isEmpty ? request.path : "\(request.path)?\(request.query.encoded())")
            return .redirect(to: request.path == "/" ? "/sign-in" : "/sign-in?\(query.encoded())")
        }
        // A form goes on, to be kept over the change of the password.
        if request.method != .post, mustChangePassword(session, request) { return .redirect(to: "/password") }
        switch route.access {
        case .anonymous, .signedIn: return nil
        case .right(let right):
            if session.account == nil { return .redirect(to: "/operator/accounts") }
            guard session.rights.contains(right) else { throw Abort(.forbidden) }
            return nil
        case .operator:
            // To others the page does not exist.
            guard session.isOperator else { throw Abort(.notFound) }
            return nil
        case .machine: throw Abort(.notFound)
        }
    }

    private func mustChangePassword(_ session: Session, _ request: Request) -> Bool {
        request.path != "/password" && session.passwordHasExpired(at: site.clock.now())
    }

    private func form(of route: Route, _ request: Request) throws -> MultipartForm {
        guard request.method == .post else { return MultipartForm() }
        guard let contentType = request.contentType else { return MultipartForm() }
        if let length = request.body.length, length > route.bodyLimit { throw BodyError.tooLarge(limit: route.bodyLimit) }
        switch contentType.essence {
        case "multipart/form-data":
            return try MultipartParser(contentType: contentType, limits: route.uploadLimits, folder: site.uploadFolder).parse(request.body)
        case "application/x-www-form-urlencoded":
            var form = MultipartForm()
            form.fields = try FormData(urlEncoded: try request.body.bytes(limit: route.bodyLimit))
            return form
        default: throw Abort(.unsupportedMediaType)
        }
    }

    private func member(_ visit: Visit) throws -> Member {
        guard let session = visit.session else { throw Abort(.forbidden) }
        return Member(visit: visit, session: session)
    }

    private func anonymousVisit(_ request: Request, _ requestID: String) -> Visit {
        visit(request, PathParameters(), requestID, session: nil, form: MultipartForm())
    }

    private func visit(
        _ request: Request, _ parameters: PathParameters, _ requestID: String, session: Session?, form: MultipartForm
    ) -> Visit {
        let language =
            (session?.language ?? session?.account?.language).flatMap { Language(rawValue: $0) }
            ?? Language(preferred: request.fields[.acceptLanguage] ?? "")
        return Visit(
            request: request, parameters: parameters, site: site, requestID: requestID, session: session, language: language,
            upload: form, tabs: tabs, csrfSecret: csrfSecret(request) ?? Token.random())
    }

    /// What form tokens are bound to: the session, or before there is one, a cookie of the visitor.
    private func csrfSecret(_ request: Request) -> String? {
        request.cookies[SessionCookie.name(isSecure: request.isSecure)]
            ?? request.cookies[SessionCookie.visitorName(isSecure: request.isSecure)]
    }

    // MARK: Machines

    private func machineResponse(to request: Request, _ requestID: String) -> WebResponse {
        do {
            switch router.match(request.method, request.path) {
            case .found(let route, let parameters): return try machineAnswer(route, parameters, request, requestID)
            case .methodNotAllowed(let methods):
                var response = WebResponse.problem(
                    Problem(
                        status: .methodNotAllowed, type: "method-not-allowed", title: "Method not allowed", detail: "See the Allow field."))
                response.fields[.allow] = methods.map(\.rawValue).joined(separator: ", ")
                return response
            case .notFound: throw Problem.notFound
            }
        } catch let problem as Problem {
            return .problem(problem)
        } catch BodyError.tooLarge(let limit) {
            return .problem(
                Problem(
                    status: .contentTooLarge, type: "too-large", title: "Too large",
                    detail: "The body has more than \(limit) bytes. Send less at once."))
        } catch let error as DatabaseError where error == .full {
            site.logger.critical("The disk is full: nothing was accepted", metadata: ["request": "\(requestID)"])
            return .problem(
                Problem(
                    status: .noRoom, type: "insufficient-storage", title: "No room",
                    detail: "The disk is full: nothing of this request was kept. Send it again later."))
        } catch {
            site.logger.error("\(error)", metadata: ["request": "\(requestID)", "path": "\(request.path)"])
            return .problem(
                Problem(
                    status: .internalServerError, type: "internal", title: "Internal error",
                    detail: "The fault is ours. Send it again later; if it persists, tell us the request id \(requestID)."))
        }
    }

    private func machineAnswer(
        _ route: Route, _ parameters: PathParameters, _ request: Request, _ requestID: String
    ) throws -> WebResponse {
        guard case .machine(let scope) = route.access, case .machine(let handler) = route.handler else {
            guard case .visit(let handler) = route.handler, route.access == .anonymous else { throw Problem.notFound }
            return try handler(visit(request, parameters, requestID, session: nil, form: MultipartForm()))
        }
        let authorization = request.fields[.authorization] ?? ""
        guard authorization.lowercased().hasPrefix("bearer "), let key = try site.keys.find(secret: String(authorization.dropFirst(7)))
        else {
            throw Problem(
                status: .unauthorized, type: "unauthorized", title: "Unauthorized",
                detail: "Send a valid key as “Authorization: Bearer hsk_…”. Keys are made by an administrator or operator.")
        }
        // Another account's address is answered as one that does not exist.
        guard parameters["slug"] == key.slug else { throw Problem.notFound }
        guard key.scopes.contains(scope) else {
            throw Problem(
                status: .forbidden, type: "missing-scope", title: "Missing scope",
                detail: "This key lacks the scope \(scope.rawValue). Make a key that has it.")
        }
        if let length = request.body.length, length > route.bodyLimit { throw BodyError.tooLarge(limit: route.bodyLimit) }
        return try handler(
            MachineCall(request: request, parameters: parameters, site: site, account: key.account, key: key.id, bodyLimit: route.bodyLimit)
        )
    }
}

extension Problem {
    package static let notFound = Problem(
        status: .notFound, type: "not-found", title: "Not found", detail: "There is nothing at this address for this key.")
}

enum RequestID {
    static let field = HTTPField.Name("X-Request-Id") ?? .userAgent

    /// Eight random bytes: enough to find a request in the log.
    static func next() -> String {
        let number = UInt64.random(in: 0...UInt64.max)
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }
}
