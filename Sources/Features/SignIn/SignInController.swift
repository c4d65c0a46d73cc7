// Not written yet.

import HTTP
import Web

extension Feature {
    static func signIn(_ controller: SignInController) -> Feature { Feature("sign in", routes: []) }
}

struct SignInController {
    init(_ app: App) throws {}

    @Sendable func interruption(_ visit: Visit) throws -> WebResponse { .redirect(to: "/sign-in") }
}
