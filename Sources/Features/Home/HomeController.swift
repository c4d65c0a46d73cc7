// Where `/` and `/settings` lead: to the first page that the visitor may see.

import HTTP
import Web

extension Feature {
    static let home = Feature { _ in
        Running(routes: [
            .get("/", .signedIn, HomeController.show),
            .get("/settings", .signedIn, HomeController.show),
        ])
    }
}

enum HomeController {
    @Sendable static func show(_ person: Person) throws -> WebResponse {
        if let path = person.visit.firstTabPath { return .redirect(to: path) }
        return .redirect(to: person.session.isOperator ? "/operator/accounts" : "/me")
    }
}
