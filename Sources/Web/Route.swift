// A route: address, who may, and what answers. There is no way to write one down without saying who may.

package import HTTP
package import HTTPTypes

package struct Route: Sendable {
    /// Who may come here. The visit that a handler gets is proof that it was checked.
    package enum Access: Sendable, Equatable {
        case anonymous
        case signedIn
        case right(Right)
        case `operator`
        case machine(Scope)
    }

    package enum Handler: Sendable {
        case visit(@Sendable (Visit) throws -> WebResponse)
        case member(@Sendable (Member) throws -> WebResponse)
        case machine(@Sendable (MachineCall) throws -> WebResponse)
    }

    package let method: HTTPRequest.Method
    package let pattern: String
    package let access: Access
    package let handler: Handler
    /// The most bytes that a request's body may have here.
    package private(set) var bodyLimit = 64 * 1024
    /// Posted names that may be kept over a sign-in when the session has ended: what the form declares, never a secret.
    package private(set) var keptNames: Set<String> = []
    package private(set) var uploadLimits = MultipartParser.Limits(fileSize: 0)

    package static func get(
        _ pattern: String, anonymous handler: @escaping @Sendable (Visit) throws -> WebResponse
    ) -> Route {
        Route(method: .get, pattern: pattern, access: .anonymous, handler: .visit(handler))
    }

    package static func post(
        _ pattern: String, anonymous handler: @escaping @Sendable (Visit) throws -> WebResponse
    ) -> Route {
        Route(method: .post, pattern: pattern, access: .anonymous, handler: .visit(handler))
    }

    package static func get(
        _ pattern: String, _ access: MemberAccess, _ handler: @escaping @Sendable (Member) throws -> WebResponse
    ) -> Route {
        Route(method: .get, pattern: pattern, access: access.access, handler: .member(handler))
    }

    package static func post(
        _ pattern: String, _ access: MemberAccess, _ handler: @escaping @Sendable (Member) throws -> WebResponse
    ) -> Route {
        Route(method: .post, pattern: pattern, access: access.access, handler: .member(handler))
    }

    /// A call of the machines' API, below `/api/v1/accounts/{slug}/`, with a key of that account.
    package static func machine(
        _ method: HTTPRequest.Method, _ pattern: String, _ scope: Scope,
        _ handler: @escaping @Sendable (MachineCall) throws -> WebResponse
    ) -> Route {
        Route(method: method, pattern: "/api/v1/accounts/{slug}" + pattern, access: .machine(scope), handler: .machine(handler))
    }

    package func limitingBody(to bytes: Int) -> Route {
        var route = self
        route.bodyLimit = bytes
        return route
    }

    /// What of its form may be written down for a later session.
    package func keeping(_ names: Set<String>) -> Route {
        var route = self
        route.keptNames = names
        return route
    }

    /// Takes multipart forms whose files have up to this many bytes. A body may be ten times as large, so that a file that is too
    /// large is told from one that is not a form, and the page comes back with all that was typed.
    package func acceptingFiles(upTo bytes: Int) -> Route {
        var route = self
        route.uploadLimits = MultipartParser.Limits(fileSize: bytes)
        route.bodyLimit = bytes * 10
        return route
    }
}

/// Access for people who are signed in.
package enum MemberAccess: Sendable {
    /// Anybody who is signed in, also without an account of their own.
    case signedIn
    /// Somebody whose role in the account has this right.
    case needs(Right)
    /// Staff of the platform.
    case `operator`

    fileprivate var access: Route.Access {
        switch self {
        case .signedIn: .signedIn
        case .needs(let right): .right(right)
        case .operator: .operator
        }
    }
}
