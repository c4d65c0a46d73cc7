// The event API: the platform's services hand over events here, one or a thousand at a time, and ask what became of one.
//
// A batch with a bad item: the good ones are accepted, the bad one has its problem at its place in `items`, which has an entry
// for every event sent, in order. The status says it at a glance: 202 all accepted, 207 some, 422 none. Refusing the whole batch
// would hold good events back for a neighbour's fault; a bare 202 would hide the fault from callers who look at the status alone.

import Database
import Delivery
import HTTP
import HTTPTypes
import JSON
import Time
package import Web

extension Scope {
    package static let writeEvents = Scope("events:write", needs: [.manageWebhooks])
    package static let readEvents = Scope("events:read", needs: [.viewPayloads])
}

extension Feature {
    static let eventAPI = Feature(
        scopes: [.writeEvents, .readEvents]
    ) { app in
        let events = EventController(app)
        return Running(
            routes: [
                .machine(.post, "/events", .writeEvents, events.create).limitingBody(to: EventController.maximumCallSize)
                    .openWhileSuspended(),
                .machine(.get, "/events/{id}", .readEvents, events.show),
            ])
    }
}

struct EventController {
    /// In bytes; as in nginx.conf.
    static let maximumCallSize = 4 << 20
    private let acceptor: EventAcceptor
    private let budget = ParsingBudget(bytes: 2 * maximumCallSize)

    init(_ app: App) {
        acceptor = app.acceptor
    }

    /// Answers when what it accepted is durable.
    @Sendable func create(_ call: MachineCall) throws -> WebResponse {
        let bytes = try call.request.body.bytes(limit: call.bodyLimit)
        return try budget.withRoom(for: bytes.count) { try accept(bytes, call) }
    }

    private func accept(_ bytes: [UInt8], _ call: MachineCall) throws -> WebResponse {
        let batch = try EventBatch(bytes, call.request, now: call.site.clock.now())
        let events = batch.items.compactMap { try? $0.get() }
        let acceptances = try acceptor.accept(events, for: call.account)
        if batch.isSingle, let acceptance = acceptances.first {
            return .json(.object(Self.json(acceptance)), status: .accepted)
        }
        return Self.answer(batch, acceptances)
    }

    /// An event and what became of its deliveries; not its data, which the caller has.
    @Sendable func show(_ call: MachineCall) throws -> WebResponse {
        guard let id = call.parameters["id"].flatMap({ ID<Event>($0) }),
            let event = try call.read({ try EventStore.event(id, of: call.account, on: $0) })
        else { throw Problem.notFound }
        return .json(event.json)
    }

    private static func answer(_ batch: EventBatch, _ acceptances: [Acceptance]) -> WebResponse {
        var rest = acceptances[...]
        let items = batch.items.map { item -> JSONValue in
            switch item {
            case .success:
                guard let acceptance = rest.popFirst() else { return .null }
                var json = Self.json(acceptance)
                json["status"] = 202
                return .object(json)
            case .failure(let problem):
                return ["status": JSONValue(problem.status.code), "problem": problem.json]
            }
        }
        let refused = batch.items.count - acceptances.count
        guard !acceptances.isEmpty else {
            return .problem(
                Problem(
                    status: .unprocessableContent, type: "no-event-accepted", title: "No event accepted",
                    detail: "None of the \(refused) events was accepted; each item has its problem.", extensions: ["items": .array(items)]))
        }
        return .json(
            ["accepted": JSONValue(acceptances.count), "refused": JSONValue(refused), "items": .array(items)],
            status: refused == 0 ? .accepted : .someAccepted)
    }

    private static func json(_ acceptance: Acceptance) -> JSONObject {
        [
            "id": .string(acceptance.id.description), "duplicate": .bool(acceptance.isDuplicate),
            "deliveries": JSONValue(acceptance.deliveries),
        ]
    }
}

extension HTTPResponse.Status {
    /// 207 (RFC 4918): each item of the body has a status of its own.
    static let someAccepted = HTTPResponse.Status(code: 207, reasonPhrase: "Multi-Status")
}
