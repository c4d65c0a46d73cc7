// What a page needs to know on the border between nobody and somebody: a visit that becomes somebody's while it is answered.

import Database
import HTTP

extension Visit {
    /// This visit as it goes on in the session of `token`, which it has just been given: its pages are in that person's language,
    /// and their forms carry that session's token. Nil when there is no such session.
    package func signedIn(as token: String) throws -> Visit? {
        guard let session = try read({ try site.sessions.find(token: token, on: $0) }) else { return nil }
        let language = (session.language ?? session.account?.language).flatMap { Language(rawValue: $0) } ?? language
        return Visit(
            request: request, parameters: parameters, site: site, requestID: requestID, session: session, language: language,
            upload: upload, menu: menu, csrfSecret: token)
    }

    /// What tells this browser from others, for what is kept for it alone: a hash, from which nobody gets what its cookie holds.
    package var browserMark: [UInt8] { Token.hash("browser \(csrfSecret)") }

    /// The form comes from a page of ours, by its token or by the browser's word: what it holds may be shown again. That of another
    /// site may not, or it could have a person send what somebody else typed.
    package var isFromOwnPage: Bool {
        CrossSiteGuard.isOwn(request, at: site.address)
            || CrossSiteGuard.permits(request, form: form, secret: csrfSecret, at: site.address)
    }
}
