// The logo as a picture of its own, for people of its account only.

import HTTP
import HTTPTypes
import Web

struct LogoController {
    static func path(of file: String) -> String { "/logo/\(file)" }

    private let files: LogoFiles

    init(_ app: App) {
        files = LogoFiles(site: app.site)
    }

    @Sendable func show(_ person: Person) throws -> WebResponse {
        guard let account = person.session.account, let file = person.visit.parameters["file"], account.logoURL == Self.path(of: file),
            let logo = files.contents(of: file)
        else { throw Abort(.notFound) }
        return WebResponse(
            fields: [
                .contentType: logo.contentType,
                // Should a browser ever take it for a page: one that can do nothing.
                .contentSecurityPolicy: "sandbox; default-src 'none'",
                .xContentTypeOptions: "nosniff",
                // Another logo has another name.
                .cacheControl: "private, max-age=31536000, immutable",
            ], body: .bytes(logo.bytes))
    }
}
