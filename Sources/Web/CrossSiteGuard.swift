// No page of another site can make a browser change something here: each form carries a token bound to the browser's
// session, and the browser's own word on where the request comes from is heard. Called once, for every POST.

import Crypto
import HTTP
import HTTPTypes

enum CrossSiteGuard {
    static let fieldName = "csrf"

    /// The token for forms, made from the cookie's secret: no need to store it, and it does not reveal the cookie.
    static func token(for secret: String) -> String {
        HMAC<SHA256>.authenticationCode(for: Array("csrf".utf8), using: SymmetricKey(data: Array(secret.utf8))).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }

    static func permits(_ request: Request, form: FormData, secret: String?) -> Bool {
        if let site = request.fields[fetchSite], site != "same-origin", site != "none" { return false }
        let scheme = request.isSecure ? "https" : "http"
        if let origin = request.fields[.origin], origin != "\(scheme)://\(request.host)" { return false }
        guard let secret, let given = form[fieldName] else { return false }
        return constantTimeEqual(Array(given.utf8), Array(token(for: secret).utf8))
    }

    private static func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static let fetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .origin
}
