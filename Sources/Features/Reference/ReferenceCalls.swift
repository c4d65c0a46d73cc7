// The machines' calls of a kind of reference data. What may be sent, and what is wrong with it, is what the form says: a call and the
// operator's page have one rule.

import Database
import HTTP
import HTTPTypes
import JSON
import Spelling
import Time
import Web

struct ReferenceCalls<Item: ReferenceItem> {
    private static var maximumPage: Int { 500 }
    private static var standardPage: Int { 100 }

    let app: App

    private var t: Translation { app.site.locales[.english] }

    /// A page, and the way to the next.
    @Sendable func index(_ call: MachineCall) throws -> WebResponse {
        var faults = FieldFaults()
        let limit = call.request.query["limit"].map { Int($0) ?? 0 } ?? Self.standardPage
        if !(1...Self.maximumPage).contains(limit) {
            faults.add("limit", "Give limit as a number from 1 to \(Self.maximumPage), or leave it out.")
        }
        let after = call.request.query["after"]
        let id = after.flatMap { ID<Item>($0) }
        if after != nil, id == nil { faults.add("after", "Give after as the id of the last one that you have, or leave it out.") }
        try faults.refuse()
        let (items, context) = try call.read { connection in
            (
                try ReferenceStore.items(of: call.account, after: id, limit: limit + 1, on: connection),
                try ReferenceContext(for: Item.self, of: call.account, on: connection)
            )
        }
        let page = items.prefix(limit)
        var next: JSONValue = .null
        if items.count > limit, let last = page.last {
            next = .string("\(address(call))?after=\(last.id)&limit=\(limit)")
        }
        return .json(["items": .array(page.map { json($0, context) }), "next": next])
    }

    @Sendable func show(_ call: MachineCall) throws -> WebResponse {
        let (item, context) = try call.read { connection in
            (try found(call, on: connection), try ReferenceContext(for: Item.self, of: call.account, on: connection))
        }
        return .json(json(item, context))
    }

    /// Makes it or changes all of it: 201 or 200. The same again changes nothing.
    @Sendable func update(_ call: MachineCall) throws -> WebResponse {
        let body = try call.jsonObject()
        let reference = call.parameters["reference"] ?? ""
        do {
            let (item, context, isNew) = try call.site.database.write { connection in
                try connection.lock(call.account)
                let context = try ReferenceContext(for: Item.self, of: call.account, on: connection)
                let stored: Item? = try ReferenceStore.item(named: reference, of: call.account, on: connection)
                let item = try read(body, reference, over: stored ?? Item(id: call.site.ids.next()), context)
                try save(item, over: stored, context, call, on: connection)
                return (try found(call, on: connection), context, stored == nil)
            }
            var response = WebResponse.json(json(item, context), status: isNew ? .created : .ok)
            if isNew { response.fields[.location] = address(call, percentEncoded(reference)) }
            return response
        } catch Refusal.limitReached(let usage) {
            throw Problem(
                status: .conflict, type: "limit-reached", title: "Limit reached",
                detail: "The account has all that it may have: \(usage.maximum). Delete one, or have the operator set another limit.",
                extensions: ["limit": .string(usage.name), "maximum": JSONValue(usage.maximum)])
        } catch let problem as FieldProblem {
            var faults = FieldFaults()
            faults.add(problem.field, Item.form.message(problem, t))
            throw faults.problem
        }
    }

    /// 204, 404, or 409 with what uses it.
    @Sendable func delete(_ call: MachineCall) throws -> WebResponse {
        do {
            try call.site.database.write { connection in
                try connection.lock(call.account)
                let item = try found(call, on: connection)
                let count = try ReferenceStore.delete(item.id, of: call.account, app.uses, on: connection)
                try Deletion(
                    account: call.account, user: nil, userName: call.key.description, entity: Item.kind.entity, detail: item.name,
                    planned: count, items: count, bytes: 0
                ).record(call.site, on: connection)
                try record("delete", of: "\(Item.kind.entity.rawValue) \(item.name)", [], call, on: connection)
            }
        } catch Refusal.inUse(let uses) {
            throw Problem(
                status: .conflict, type: "in-use", title: "In use",
                detail:
                    "It is in use, and was not deleted. End what uses it first; “uses” names it, \(Uses.maximumShown) of each kind at most.",
                extensions: [
                    "count": JSONValue(uses.count),
                    "uses": .array(uses.shown.map { ["kind": .string($0.kind), "name": .string($0.name), "page": .string($0.path)] }),
                ])
        }
        return .empty(.noContent)
    }

    private func found(_ call: MachineCall, on connection: any Connection) throws -> Item {
        let item: Item? = try ReferenceStore.item(named: call.parameters["reference"] ?? "", of: call.account, on: connection)
        guard let item else { throw Problem.notFound }
        return item
    }

    private func save(
        _ item: Item, over stored: Item?, _ context: ReferenceContext, _ call: MachineCall, on connection: any Connection
    ) throws {
        let situation = Situation(t, context)
        guard let stored else {
            try ReferenceStore.insert(item, in: call.account, at: call.site.clock.now(), telling: app.alerts, on: connection)
            let changes = Item.form.changes(from: Item(id: item.id), to: item, situation)
            return try record(Item.kind.creation, of: item.name, changes, call, on: connection)
        }
        let changes = Item.form.changes(from: stored, to: item, situation)
        guard !changes.isEmpty else { return }
        try ReferenceStore.update(item, of: call.account, app.uses, on: connection)
        try record(Item.kind.change, of: item.name, changes, call, on: connection)
    }

    private func record(
        _ action: StaticString, of subject: String, _ changes: [FieldChange], _ call: MachineCall, on connection: any Connection
    ) throws {
        try AuditEntry(call, action: action, subject: subject, changes: changes).record(call.site, on: connection)
    }

    private func address(_ call: MachineCall, _ reference: String? = nil) -> String {
        "/api/v1/accounts/\(call.parameters["slug"] ?? "")/\(Item.kind.word)" + (reference.map { "/\($0)" } ?? "")
    }

    // MARK: JSON

    private func json(_ item: Item, _ context: ReferenceContext) -> JSONValue {
        var object: JSONObject = ["id": .string(item.id.description)]
        for (name, value) in Item.form.json(item).object?.members ?? [] {
            let playlist = Item.playlistFields.contains(name) ? value.string.flatMap { context.reference(ofPlaylist: $0) } : nil
            object[name] = playlist.map { .string($0) } ?? value
        }
        return .object(object)
    }

    /// What the form would be with these values typed in.
    private func read(_ body: JSONObject, _ reference: String, over item: Item, _ context: ReferenceContext) throws -> Item {
        var faults = FieldFaults()
        let names = Item.form.json(item).object?.members.map(\.name) ?? []
        var typed = FormData()
        for (name, value) in body.members {
            guard names.contains(where: { $0.isIdentical(to: name) }) else {
                faults.add(unknown: name, known: names)
                continue
            }
            switch value {
            case .null: break
            case .string(let text) where Item.playlistFields.contains(name) && !text.isEmpty:
                // What there is not is no id either, and the form says so.
                typed.append(name, context.playlist(named: text) ?? "\u{0}")
            case .string(let text): typed.append(name, text)
            default: faults.add(name, "Give \(name) as a text, or null.")
            }
        }
        if let own = typed["reference"], !own.isIdentical(to: reference) {
            faults.add("reference", "Leave reference out, or give the one in the address: it cannot be changed by a call.")
        }
        guard ReferenceName.isValid(reference) else {
            faults.add("reference", Item.form.message("reference.reference.malformed", of: "reference", t))
            throw faults.problem
        }
        typed.set("reference", reference)
        let (new, errors) = Item.form.read(typed, over: item, Situation(t, context))
        for error in errors.summary(t)?.items ?? [] { faults.add(String(error.href.rest(after: "#") ?? ""), error.text) }
        try faults.refuse()
        return new
    }
}
