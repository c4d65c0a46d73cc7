// No page of another site can make a browser change something here: each form carries a token bound to the browser's
// session, and the browser's own word on where the request comes from is heard. Called once, for every POST.

import Crypto
import HTTP
import HTTPTypes
import Spelling

enum CrossSiteGuard {
    static let fieldName = "csrf"

    /// The token for a page's forms, made from the cookie's secret: no need to store it, and it does not reveal the cookie.
    /// Masked anew for each page, because pages travel compressed beside text that others may choose (BREACH).
    static func token(for secret: String) -> String {
        let code = code(for: secret)
        let mask = Token.randomBytes(code.count)
        return Hexadecimal.text(of: mask + zip(mask, code).map { $0 ^ $1 })
    }

    /// The browser itself says that a page of another site sent this. A page of ours may have been told to name no origin, by an
    /// extension of the browser for instance; it sends `null` then, and what the browser says of the sites counts.
    static func isForeign(_ request: Request, at address: SiteAddress) -> Bool {
        let site = request.fields[fetchSite]
        if let site, site != "same-origin", site != "none" { return true }
        guard let origin = request.fields[.origin] else { return false }
        return origin == "null" ? site != "same-origin" : !address.isOrigin(origin, of: request)
    }

    /// The browser itself says that one of our pages sent this: for a form whose session, and so whose token, is no more.
    /// Without a named origin that is not enough.
    static func isOwn(_ request: Request, at address: SiteAddress) -> Bool {
        let origin = request.fields[.origin]
        return !isForeign(request, at: address) && origin != "null" && (origin != nil || request.fields[fetchSite] == "same-origin")
    }

    static func permits(_ request: Request, form: FormData, secret: String?, at address: SiteAddress) -> Bool {
        guard !isForeign(request, at: address), let secret, let given = form[fieldName].flatMap({ Hexadecimal.bytes(of: $0) }) else {
            return false
        }
        let code = code(for: secret)
        guard given.count == code.count * 2 else { return false }
        let unmasked = zip(given.prefix(code.count), given.suffix(code.count)).map { $0 ^ $1 }
        return Token.isEqual(unmasked, code)
    }

    private static func code(for secret: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array("csrf".utf8), using: SymmetricKey(data: Array(secret.utf8))))
    }

    private static let fetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .origin
}
