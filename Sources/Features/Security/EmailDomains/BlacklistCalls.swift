// The machines' calls of a domain's blacklist: handed over one or a thousand at a time, read from the first to the last, and taken back.

import Database
import HTTP
import HTTPTypes
import JSON
import Time
import Web

struct BlacklistCalls {
    /// In bytes; the web server takes as much as for events.
    static let maximumCallSize = 1 << 20
    static let maximumEntries = 1000
    private static let maximumPage = 500
    private static let standardPage = 100

    private let budget = ParsingBudget(bytes: 4 * maximumCallSize)

    /// A page, and the way to the next.
    @Sendable func index(_ call: MachineCall) throws -> WebResponse {
        var faults = FieldFaults()
        let limit = call.request.query["limit"].map { Int($0) ?? 0 } ?? Self.standardPage
        if !(1...Self.maximumPage).contains(limit) {
            faults.add("limit", "Give limit as a number from 1 to \(Self.maximumPage), or leave it out.")
        }
        let after = call.request.query["after"]
        let id = after.flatMap { ID<BlacklistEntry>($0) }
        if after != nil, id == nil { faults.add("after", "Give after as the id of the last one that you have, or leave it out.") }
        let (name, entries) = try call.read { connection in
            let (domain, name) = try found(call, on: connection)
            try faults.refuse()
            return (name, try BlacklistStore.entries(of: domain, after: id, limit: limit + 1, on: connection))
        }
        let page = entries.prefix(limit)
        var next: JSONValue = .null
        if entries.count > limit, let last = page.last {
            let path = "/api/v1/accounts/\(call.parameters["slug"] ?? "")/email-domains/\(name)/blacklist"
            next = .string("\(path)?after=\(last.id)&limit=\(limit)")
        }
        return .json(["items": .array(page.map(Self.json)), "next": next])
    }

    /// Adds one, 201, or several. What is there already is left as it is: 200, with the first one's id.
    @Sendable func create(_ call: MachineCall) throws -> WebResponse {
        _ = try call.read { try found(call, on: $0) }
        let bytes = try call.request.body.bytes(limit: call.bodyLimit)
        return try budget.withRoom(for: bytes.count) { try add(bytes, call) }
    }

    private func add(_ bytes: [UInt8], _ call: MachineCall) throws -> WebResponse {
        let batch = try JSONBatch(bytes, call.request, of: "entry", "entries")
        if !batch.isSingle { try batch.requireCount(upTo: Self.maximumEntries) }
        let name = try domainName(call)
        let now = call.site.clock.now()
        let inputs = batch.map { value, place in
            let entry = try BlacklistInput(value, at: place, of: name, as: call.site.ids.next(), now: now).entry
            return (entry: entry, place: place)
        }
        if batch.isSingle { _ = try inputs.first?.get() }
        let entries = inputs.compactMap { try? $0.get() }
        let added = try call.site.database.write { connection in
            try connection.lock(call.account)
            let (domain, _) = try found(call, on: connection)
            return try BlacklistStore.add(entries.map(\.entry), to: domain, of: call.account, on: connection)
        }
        var rest: ArraySlice<Outcome> = zip(entries, added).map { Self.result($1, at: $0.place) }[...]
        let results = inputs.map { input -> Outcome in
            switch input {
            case .success: return rest.popFirst() ?? .failure(.notFound)
            case .failure(let problem): return .failure(problem)
            }
        }
        guard batch.isSingle, let result = results.first else { return Self.answer(results) }
        let (id, isNew) = try result.get()
        return .json(["id": .string(id.description), "duplicate": .bool(!isNew)], status: isNew ? .created : .ok)
    }

    private typealias Outcome = Result<(id: ID<BlacklistEntry>, isNew: Bool), Problem>

    private static func result(_ added: BlacklistStore.Added, at place: String) -> Outcome {
        switch added {
        case .new(let id): return .success((id, true))
        case .known(let id): return .success((id, false))
        case .noSuchUser:
            var faults = FieldFaults()
            faults.place = place
            faults.add("user", "The account has no such user.")
            return .failure(faults.problem)
        }
    }

    /// At a glance as of events: 200 all, 207 some, 422 none.
    private static func answer(_ results: [Outcome]) -> WebResponse {
        var accepted = 0
        let items = results.map { result -> JSONValue in
            switch result {
            case .success((let id, let isNew)):
                accepted += 1
                return ["status": JSONValue(isNew ? 201 : 200), "id": .string(id.description), "duplicate": .bool(!isNew)]
            case .failure(let problem): return ["status": JSONValue(problem.status.code), "problem": problem.json]
            }
        }
        let refused = results.count - accepted
        guard accepted > 0 else {
            return .problem(
                Problem(
                    status: .unprocessableContent, type: "no-entry-accepted", title: "No entry accepted",
                    detail: "None of the \(refused) entries was accepted; each item has its problem.",
                    extensions: ["items": .array(items)]))
        }
        return .json(
            ["accepted": JSONValue(accepted), "refused": JSONValue(refused), "items": .array(items)],
            status: refused == 0 ? .ok : .someAccepted)
    }

    /// 204 or 404.
    @Sendable func delete(_ call: MachineCall) throws -> WebResponse {
        try call.site.database.write { connection in
            try connection.lock(call.account)
            let (domain, name) = try found(call, on: connection)
            guard let id = call.parameters["entry"].flatMap({ ID<BlacklistEntry>($0) }),
                let entry = try BlacklistStore.entry(id, of: domain, on: connection)
            else { throw Problem.notFound }
            let count = try BlacklistStore.delete(entry, of: domain, on: connection)
            let shown = DomainName(stored: name).shown
            let detail = "\(entry.email) → \(entry.address.isEmpty ? shown : entry.address)"
            try Deletion(
                account: call.account, user: nil, userName: call.key.description, entity: .blacklistEntry, detail: detail, planned: count,
                items: count, bytes: 0
            ).record(call.site, on: connection)
            try AuditEntry(call, action: "delete", subject: "\(DeletedEntity.blacklistEntry.rawValue) \(detail)")
                .record(call.site, on: connection)
        }
        return .empty(.noContent)
    }

    /// The domain in the address, as people write it or in ASCII. Throws 404 for one that the account has not.
    private func found(_ call: MachineCall, on connection: any Connection) throws -> (id: ID<EmailDomain>, name: String) {
        let name = try domainName(call)
        guard let id = try EmailDomainStore.id(named: name, of: call.account, on: connection) else { throw Problem.notFound }
        return (id, name)
    }

    private func domainName(_ call: MachineCall) throws -> String {
        guard let name = try? InternationalName.domain(call.parameters["domain"] ?? "") else { throw Problem.notFound }
        return name
    }

    private static func json(_ entry: BlacklistEntry) -> JSONValue {
        [
            "id": .string(entry.id.description), "user": entry.user.map { .string($0.description) } ?? .null, "email": .string(entry.email),
            "address": entry.address.isEmpty ? .null : .string(entry.address), "source": .string(entry.source.rawValue),
            "at": .string(entry.at.iso8601),
        ]
    }
}
