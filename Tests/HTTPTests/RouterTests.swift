// The rules by which a path finds its route.

import HTTP
import HTTPTypes
import Testing

@Suite("Router")
struct RouterTests {
    private let router: Router<String> = {
        var router = Router<String>()
        router.add(.get, "/", "home")
        router.add(.get, "/endpoints/{id}", "show")
        router.add(.post, "/endpoints/{id}", "update")
        router.add(.get, "/endpoints/new", "new")
        router.add(.get, "/endpoints/{endpoint}/edit", "edit")
        router.add(.post, "/endpoints/new/test", "test")
        router.add(.get, "/users/{user}/keys/{key}", "key")
        return router
    }()

    private func text(_ method: HTTPRequest.Method, _ path: String) -> String {
        switch router.match(method, path) {
        case .found(let value, let parameters):
            value + ["id", "endpoint", "user", "key"].compactMap { name in parameters[name].map { " \(name)=\($0)" } }.joined()
        case .methodNotAllowed(let methods): methods.map(\.rawValue).joined(separator: ",")
        case .notFound: "-"
        }
    }

    @Test("A fixed word wins over a parameter, without hiding what the parameter leads to")
    func precedence() {
        #expect(text(.get, "/endpoints/new") == "new")
        #expect(text(.get, "/endpoints/wh_1") == "show id=wh_1")
        #expect(text(.get, "/endpoints/new/edit") == "edit endpoint=new")
        #expect(text(.get, "/users/1/keys/2") == "key user=1 key=2")
    }

    @Test("HEAD falls to GET, another method is answered with those that are there")
    func methods() {
        #expect(text(.head, "/endpoints/1") == "show id=1")
        #expect(text(.delete, "/endpoints/1") == "GET,POST,HEAD")
        #expect(text(.head, "/endpoints/new/test") == "POST")
    }

    @Test("Parameters are decoded, one segment each")
    func decoding() {
        #expect(text(.get, "/endpoints/a%2Fb%20c") == "show id=a/b c")
        #expect(text(.get, "/endpoints/%6Eew") == "new")
    }

    @Test(
        "Other paths are not found",
        arguments: [
            "", "x", "//", "/endpoints", "/endpoints/", "/endpoints//edit", "/endpoints/1/", "/endpoints/%FF", "/endpoints/%00",
            "/Endpoints/1",
        ])
    func notFound(path: String) {
        #expect(text(.get, path) == "-")
    }

    @Test("The root is found, and the list of routes keeps their order")
    func list() {
        #expect(text(.get, "/") == "home")
        #expect(router.routes.first?.pattern == "/" && router.routes.count == 7)
    }
}
