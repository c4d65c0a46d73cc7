// What every answer tells the browser not to do (reliability.md, Pages).

import HTTP
import HTTPTypes

enum SecurityHeaders {
    static func add(to response: inout WebResponse) {
        for (name, value) in all where response.fields[name] == nil { response.fields[name] = value }
    }

    private static let all: [(HTTPField.Name, String)] =
        [
            (
                .contentSecurityPolicy,
                """
                default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; \
                form-action 'self'; base-uri 'none'; frame-ancestors 'none'
                """
            ),
            (.xContentTypeOptions, "nosniff"),
            (.cacheControl, "no-store"),
        ]
        + [
            ("Referrer-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ].compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }
}
