// A machine's way: its key, its account, its scope, and every error as a problem of RFC 9457.

import Database
package import HTTP
import HTTPTypes
import JSON
import Logging
import Spelling

extension Pipeline {
    func machineResponse(to request: Request, _ requestID: String) -> WebResponse {
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
        } catch var problem as Problem {
            problem.extensions["request_id"] = .string(requestID)
            return .problem(problem)
        } catch Refusal.notFound {
            return .problem(.notFound)
        } catch BodyError.tooLarge(let limit) {
            return .problem(
                Problem(
                    status: .contentTooLarge, type: "too-large", title: "Too large",
                    detail: "The body has more than \(limit) bytes. Send less at once."))
        } catch BodyError.tooSlow {
            return .problem(
                Problem(
                    status: .requestTimeout, type: "too-slow-body", title: "Too slow",
                    detail: "The body came too slowly: 64 kB a second is the least. Nothing of it was kept.",
                    extensions: ["request_id": .string(requestID)]))
        } catch BodyError.truncated {
            return .problem(
                Problem(
                    status: .badRequest, type: "incomplete-body", title: "Incomplete body",
                    detail: "The body ended before the length that was announced. Nothing of it was kept.",
                    extensions: ["request_id": .string(requestID)]))
        } catch BodyError.inflatesTooFar {
            return .problem(
                Problem(
                    status: .contentTooLarge, type: "inflates-too-far", title: "Inflates too far",
                    detail: "The compressed body would become hundreds of times as large. Send it without compression."))
        } catch BodyError.malformedEncoding {
            return .problem(
                Problem(
                    status: .badRequest, type: "broken-gzip", title: "Broken gzip",
                    detail: "The body is not the whole gzip file that its Content-Encoding says. Nothing was accepted."))
        } catch BodyError.unknownEncoding {
            var response = WebResponse.problem(
                Problem(
                    status: .unsupportedMediaType, type: "unsupported-encoding", title: "Unsupported encoding",
                    detail: "Send the body without a Content-Encoding, or in gzip, once."))
            response.fields[.acceptEncoding] = RequestBody.takenEncodings
            return response
        } catch let error as DatabaseError where error == .full {
            site.logger.critical("The disk is full: nothing was accepted", metadata: ["request": "\(requestID)"])
            return .problem(
                Problem(
                    status: .noRoom, type: "insufficient-storage", title: "No room",
                    detail: "The disk is full: nothing of this request was kept. Send it again later."))
        } catch {
            let metadata: Logger.Metadata = ["request": "\(requestID)", "path": "\(request.path)"]
            if let trouble = (error as? DatabaseError).flatMap({ PassingTrouble($0) }) {
                site.logger.warning("\(error)", metadata: metadata)
                return .problem(trouble.problem(requestID))
            }
            site.logger.error("\(error)", metadata: metadata)
            return .problem(
                Problem(
                    status: .internalServerError, type: "internal", title: "Internal error",
                    detail: "The fault is ours. Send it again later; if it persists, tell us the request id \(requestID)."))
        }
    }

    private func machineAnswer(
        _ route: Route, _ parameters: PathParameters, _ request: Request, _ requestID: String
    ) throws -> WebResponse {
        let scope: Scope
        let handler: @Sendable (MachineCall) throws -> WebResponse
        switch route.handler {
        case .machine(let needed, let answer): (scope, handler) = (needed, answer)
        case .anonymous(let answer): return try answer(visit(request, parameters, requestID, session: nil))
        case .signedIn, .right, .operator: throw Problem.notFound
        }
        let authorization = request.fields[.authorization] ?? ""
        guard let (scheme, secret) = authorization.cut(at: " "), String(scheme).asciiLowercased == "bearer",
            let key = try site.database.read(for: .brief, { try site.keys.find(secret: TypedText.line(String(secret)), on: $0) })
        else {
            // Only a name that there is: what stands in the path is anybody's text.
            let account = try parameters["slug"].flatMap { slug in
                try site.database.read(for: .brief) { try site.keys.account(slug: slug, on: $0) }
            }
            let subject = account == nil ? "" : parameters["slug"] ?? ""
            site.refused.record(.init(.key, of: subject, in: account, from: request.remoteAddress), requestID: requestID)
            throw Problem(
                status: .unauthorized, type: "unauthorized", title: "Unauthorized",
                detail: "Send a valid key as “Authorization: Bearer hsk_…”. Keys are made by an administrator or operator.")
        }
        site.keyUses.record(key.id)
        // Another account's address is answered as one that does not exist.
        guard parameters["slug"] == key.slug else { throw Problem.notFound }
        guard key.scopes.contains(scope) else {
            throw Problem(
                status: .forbidden, type: "missing-scope", title: "Missing scope",
                detail: "This key lacks the scope \(scope.rawValue). Make a key that has it.")
        }
        guard key.state.takesWhatIsHandedOver else { throw Problem.notFound }
        guard key.state.isOpen || route.isOpenWhileSuspended else { throw Problem.accountSuspended }
        if let length = request.body.length, length > route.bodyLimit { throw BodyError.tooLarge(limit: route.bodyLimit) }
        return try largeBodies.withPlace(for: request.body, of: key.account) {
            var request = request
            request.body = try request.body.decoded(from: request.fields[.contentEncoding])
            return try handler(
                MachineCall(
                    request: request, parameters: parameters, site: site, requestID: requestID, account: key.account, key: key.id,
                    bodyLimit: route.bodyLimit))
        }
    }
}

extension Problem {
    package static let notFound = Problem(
        status: .notFound, type: "not-found", title: "Not found", detail: "There is nothing at this address for this key.")

    fileprivate static let accountSuspended = Problem(
        status: .forbidden, type: "account-suspended", title: "Account suspended",
        detail:
            "The operator has suspended this account. Events and media files are still taken: its deliveries are held, and go on when the "
            + "account does. Nothing else is answered until then.")
}
