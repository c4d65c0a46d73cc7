// Finds the route of a path. A tree of segments, so that the cost does not grow with the number of routes
// and a fixed word always wins over a parameter, whatever the order in which routes were added.

package import HTTPTypes
import Spelling

/// The values that a pattern's `{names}` took, decoded.
package struct PathParameters: Sendable, Equatable {
    private let names: [String]
    private let values: [String]

    package init(_ pairs: KeyValuePairs<String, String> = [:]) {
        self.init(names: pairs.map(\.key), values: pairs.map(\.value))
    }

    init(names: [String], values: [String]) {
        self.names = names
        self.values = values
    }

    package subscript(name: String) -> String? {
        names.firstIndex(of: name).map { values[$0] }
    }
}

package struct Router<Value> {
    package enum Match {
        case found(Value, PathParameters)
        /// The path is known, for these methods; for the `Allow` field.
        case methodNotAllowed([HTTPRequest.Method])
        case notFound
    }

    package struct Route {
        package let method: HTTPRequest.Method
        package let pattern: String
        package let value: Value
        let names: [String]
    }

    private struct Node: Sendable {
        var words: [String: Int] = [:]
        var parameter: Int?
        var routes: [Int] = []
    }

    /// In the order added: what the route walk walks.
    package private(set) var routes: [Route] = []
    private var nodes: [Node] = [Node()]

    package init() {}

    /// Adds a route, `/settings/webhooks/endpoints/{id}/edit`. A pattern that does not start with `/`, or one that is
    /// there already for this method, is a mistake of ours and stops the start.
    package mutating func add(_ method: HTTPRequest.Method, _ pattern: String, _ value: Value) {
        precondition(pattern.begins(with: "/"), "The route \(pattern) must start with a slash.")
        var names: [String] = []
        var node = 0
        for segment in Self.segments(of: pattern) {
            if let name = segment.rest(after: "{")?.parts(between: "}"), name.count == 2, name[1].isEmpty {
                names.append(String(name[0]))
                node = nodes[node].parameter ?? addNode { $0[node].parameter = $1 }
            } else {
                let word = String(segment)
                node = nodes[node].words[word] ?? addNode { $0[node].words[word] = $1 }
            }
        }
        precondition(!nodes[node].routes.contains { routes[$0].method == method }, "The route \(method) \(pattern) is there already.")
        precondition(Set(names).count == names.count, "The route \(pattern) has a parameter twice.")
        nodes[node].routes.append(routes.count)
        routes.append(Route(method: method, pattern: pattern, value: value, names: names))
    }

    /// - Parameter path: percent-encoded, without the query; a segment that cannot be decoded matches nothing.
    package func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
        guard path.utf8.first == UInt8(ascii: "/") else { return .notFound }
        var segments: [String] = []
        for raw in Self.segments(of: path) {
            guard let segment = percentDecoded(raw) else { return .notFound }
            segments.append(segment)
        }
        var values: [String] = []
        guard let node = find(segments[...], from: 0, &values) else { return .notFound }
        let candidates = nodes[node].routes.map { routes[$0] }
        let route = candidates.first { $0.method == method } ?? (method == .head ? candidates.first { $0.method == .get } : nil)
        guard let route else { return .methodNotAllowed(Self.allowed(candidates.map(\.method))) }
        return .found(route.value, PathParameters(names: route.names, values: values))
    }

    /// Back-tracks: `/a/b/d` must not hide `/a/{x}/c` from `/a/b/c`. Paths are short and patterns ours, so the cost is bounded.
    private func find(_ segments: ArraySlice<String>, from node: Int, _ values: inout [String]) -> Int? {
        guard let segment = segments.first else { return nodes[node].routes.isEmpty ? nil : node }
        if let next = nodes[node].words[segment], let found = find(segments.dropFirst(), from: next, &values) { return found }
        guard let next = nodes[node].parameter, !segment.isEmpty else { return nil }
        values.append(segment)
        if let found = find(segments.dropFirst(), from: next, &values) { return found }
        values.removeLast()
        return nil
    }

    private mutating func addNode(_ link: (inout [Node], Int) -> Void) -> Int {
        nodes.append(Node())
        link(&nodes, nodes.count - 1)
        return nodes.count - 1
    }

    private static func segments(of path: String) -> [Substring] {
        Array(path.parts(between: "/").dropFirst())
    }

    private static func allowed(_ methods: [HTTPRequest.Method]) -> [HTTPRequest.Method] {
        methods.contains(.get) && !methods.contains(.head) ? methods + [.head] : methods
    }
}

extension Router: Sendable where Value: Sendable {}
extension Router.Route: Sendable where Value: Sendable {}
extension Router.Match: Sendable where Value: Sendable {}
