// The cookies that say who a browser is. The `__Host-` prefix binds them to this host and to https; only plain http on
// loopback, which cannot have it, gets the plain name.

import HTTP

package enum SessionCookie {
    static func name(isSecure: Bool) -> String { isSecure ? "__Host-session" : "session" }
    static func visitorName(isSecure: Bool) -> String { isSecure ? "__Host-visitor" : "visitor" }
    static func deviceName(isSecure: Bool) -> String { isSecure ? "__Host-device" : "device" }

    static func visitor(_ secret: String, isSecure: Bool) -> Cookie {
        Cookie(name: visitorName(isSecure: isSecure), value: secret, isSecure: isSecure)
    }
}

extension Visit {
    /// The secret of a browser that has signed in before, if it is one.
    package var deviceToken: String? { request.cookies[SessionCookie.deviceName(isSecure: request.isSecure)] }

    /// Gives the browser a session, and remembers the browser for a year as one that its owner has used. What was kept in its pages for
    /// the visitor from before is nobody's from now on: the next one has another secret.
    package func signIn(_ response: inout WebResponse, session: String, device: String) {
        let isSecure = request.isSecure
        renew(&response, session: session)
        response.setCookie(Cookie(name: SessionCookie.visitorName(isSecure: isSecure), value: "", maxAge: .zero, isSecure: isSecure))
        remember(&response, device: device)
    }

    package func remember(_ response: inout WebResponse, device: String) {
        let isSecure = request.isSecure
        response.setCookie(
            Cookie(name: SessionCookie.deviceName(isSecure: isSecure), value: device, maxAge: .seconds(365 * 86400), isSecure: isSecure))
    }

    /// The same session under a new token.
    package func renew(_ response: inout WebResponse, session: String) {
        let isSecure = request.isSecure
        response.setCookie(Cookie(name: SessionCookie.name(isSecure: isSecure), value: session, isSecure: isSecure))
    }

    package func signOut(_ response: inout WebResponse) {
        let isSecure = request.isSecure
        response.setCookie(Cookie(name: SessionCookie.name(isSecure: isSecure), value: "", maxAge: .zero, isSecure: isSecure))
    }
}
