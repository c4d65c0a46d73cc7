// A route: address, who may, and what answers. There is no way to write one down without saying who may.

package import HTTP
package import HTTPTypes

package struct Route: Sendable {
    /// Who may come here.
    package enum Access: Sendable, Equatable {
        case anonymous
        case signedIn
        case right(Right)
        case `operator`
        case machine(Scope)
    }

    /// Who may come here, with what answers them: a handler gets what was proved of whoever comes, and no other pair can be written.
    package enum Handler: Sendable {
        case anonymous(@Sendable (Visit) throws -> WebResponse)
        case signedIn(@Sendable (Person) throws -> WebResponse)
        case right(Right, @Sendable (Member) throws -> WebResponse)
        case `operator`(@Sendable (Person) throws -> WebResponse)
        case machine(Scope, @Sendable (MachineCall) throws -> WebResponse)
    }

    package let method: HTTPRequest.Method
    package let pattern: String
    package let handler: Handler
    /// The largest body that a request may have here, in bytes.
    package private(set) var bodyLimit = 64 * 1024
    /// What is sent here, of which what it declares may be kept over a sign-in when the session has ended. Nil: nothing is kept.
    package private(set) var form: FormDeclaration?
    /// A machine hands over here what nobody has besides it: taken also while its account is suspended.
    package private(set) var isOpenWhileSuspended = false
    package private(set) var uploadLimits = MultipartParser.Limits(fileSize: 0)

    package var access: Access {
        switch handler {
        case .anonymous: .anonymous
        case .signedIn: .signedIn
        case .right(let right, _): .right(right)
        case .operator: .operator
        case .machine(let scope, _): .machine(scope)
        }
    }

    /// How many things its address names.
    var parameterCount: Int { pattern.utf8.count { $0 == UInt8(ascii: "{") } }

    package static func get(_ pattern: String, anonymous handler: @escaping @Sendable (Visit) throws -> WebResponse) -> Route {
        Route(method: .get, pattern: pattern, handler: .anonymous(handler))
    }

    package static func post(_ pattern: String, anonymous handler: @escaping @Sendable (Visit) throws -> WebResponse) -> Route {
        Route(method: .post, pattern: pattern, handler: .anonymous(handler))
    }

    package static func get(
        _ pattern: String, _ access: MemberAccess, _ handler: @escaping @Sendable (Member) throws -> WebResponse
    ) -> Route {
        Route(method: .get, pattern: pattern, handler: .right(access.right, handler))
    }

    package static func post(
        _ pattern: String, _ access: MemberAccess, _ handler: @escaping @Sendable (Member) throws -> WebResponse
    ) -> Route {
        Route(method: .post, pattern: pattern, handler: .right(access.right, handler))
    }

    package static func get(
        _ pattern: String, _ access: PersonAccess, _ handler: @escaping @Sendable (Person) throws -> WebResponse
    ) -> Route {
        Route(method: .get, pattern: pattern, handler: access.handler(handler))
    }

    package static func post(
        _ pattern: String, _ access: PersonAccess, _ handler: @escaping @Sendable (Person) throws -> WebResponse
    ) -> Route {
        Route(method: .post, pattern: pattern, handler: access.handler(handler))
    }

    package static func get(
        _ pattern: String, _ access: VisitingAccess, _ handler: @escaping @Sendable (Member) throws -> WebResponse
    ) -> Route {
        Route(method: .get, pattern: pattern, handler: access.handler(handler))
    }

    package static func post(
        _ pattern: String, _ access: VisitingAccess, _ handler: @escaping @Sendable (Member) throws -> WebResponse
    ) -> Route {
        Route(method: .post, pattern: pattern, handler: access.handler(handler))
    }

    /// A call of the machines' API, below `/api/v1/accounts/{slug}/`, with a key of that account.
    package static func machine(
        _ method: HTTPRequest.Method, _ pattern: String, _ scope: Scope,
        _ handler: @escaping @Sendable (MachineCall) throws -> WebResponse
    ) -> Route {
        Route(method: method, pattern: "/api/v1/accounts/{slug}" + pattern, handler: .machine(scope, handler))
    }

    package func limitingBody(to bytes: Int) -> Route {
        var route = self
        route.bodyLimit = bytes
        return route
    }

    /// See `isOpenWhileSuspended`.
    package func openWhileSuspended() -> Route {
        var route = self
        route.isOpenWhileSuspended = true
        return route
    }

    /// Says what is sent here, so that it is not lost when the session has ended; `SettingsEditor.routes` does.
    package func keeping<Value, Context>(_ form: Form<Value, Context>) -> Route { keeping(form.declaration) }

    func keeping(_ form: FormDeclaration) -> Route {
        var route = self
        route.form = form
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

/// Access for people at work in an account.
package struct MemberAccess: Sendable {
    fileprivate let right: Right

    /// Somebody whose role in the account has this right.
    package static func needs(_ right: Right) -> MemberAccess { MemberAccess(right: right) }
}

/// Access for people who are signed in, whether or not they are in an account.
package enum PersonAccess: Sendable {
    case signedIn
    /// Staff of the platform.
    case `operator`

    fileprivate func handler(_ handler: @escaping @Sendable (Person) throws -> WebResponse) -> Route.Handler {
        switch self {
        case .signedIn: .signedIn(handler)
        case .operator: .operator(handler)
        }
    }
}

/// Access for staff of the platform to what they alone do in an account, which they have opened: to its people the page does not exist.
package enum VisitingAccess: Sendable {
    case visiting

    fileprivate func handler(_ handler: @escaping @Sendable (Member) throws -> WebResponse) -> Route.Handler {
        .operator { person in
            guard let account = person.session.account else { return .redirect(to: "/operator/accounts") }
            return try handler(Member(visit: person.visit, session: person.session, account: account))
        }
    }
}
