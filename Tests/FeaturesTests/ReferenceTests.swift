// Playlists, queues and tracking numbers as the operator keeps them in an account, and that what is in use stays.

import Database
import Delivery
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Reference data")
struct ReferenceTests {
    private let test: TestApp
    /// In Acme.
    private let olivia: Browser

    init() throws {
        test = try TestApp()
        olivia = try test.browser(test.olivia, account: test.acme)
    }

    /// Fills in the form at `address`, whose own values stay where none is given, and sends it.
    private func submit(_ fields: [(String, String)], at address: String, to path: String? = nil, by browser: Browser? = nil)
        -> Browser.Page
    {
        let browser = browser ?? olivia
        return browser.post(path ?? address.replacing("/edit", with: ""), browser.get(address).hiddenInputs + fields)
    }

    private func add(_ word: String, _ fields: [(String, String)]) -> Browser.Page {
        submit(fields, at: "/operator/\(word)/new", to: "/operator/\(word)")
    }

    private func deletions() throws -> [String] {
        try test.site.database.read { connection in
            try connection.rows("SELECT entity || ' ' || detail || ' ' || user_name FROM deletions ORDER BY id") {
                try $0.next(String.self)
            }
        }
    }

    // MARK: Who may

    @Test("Staff come to the pages by the menu of the account that they have opened; without one they are led to the list of accounts")
    func staff() throws {
        let menu = olivia.get("/settings/account").text
        for word in ["playlists", "queues", "tracking-numbers"] {
            #expect(menu.contains("href=\"/operator/\(word)\""))
            #expect(olivia.get("/operator/\(word)").status == 200)
            #expect(try test.browser(test.olivia).get("/operator/\(word)").location == "/operator/accounts")
        }
    }

    @Test("The people of an account have no such pages, not even its administrator, and no way to them in the menu")
    func people() throws {
        let queue = try test.add(Queue.self, "Support", to: test.acme)
        for person in [test.alice, test.bob, test.mallory] {
            let browser = try test.browser(person)
            #expect(!browser.get("/me").text.contains("/operator/"))
            for path in ["", "/new", "/\(queue)", "/\(queue)/edit", "/\(queue)/delete"] {
                #expect(browser.get("/operator/queues" + path).status == 404)
            }
            #expect(browser.post("/operator/queues/\(queue)/delete", [("csrf", browser.get("/me").csrf ?? "")]).status == 404)
        }
        #expect(try test.items(Queue.self, of: test.acme).count == 1)
    }

    @Test("What is another account's is not there in this one, whatever is done to it")
    func otherAccount() throws {
        let foreign = try test.add(Playlist.self, "Theirs", to: test.globex)
        let page = olivia.get("/operator/playlists")
        #expect(!page.text.contains("Theirs"))
        let path = "/operator/playlists/\(foreign)"
        let hidden = page.hiddenInputs
        for address in [path, path + "/edit", path + "/delete"] { #expect(olivia.get(address).status == 404) }
        #expect(olivia.post(path, hidden + [("name", "Ours"), ("version", "1")]).status == 404)
        #expect(olivia.post(path + "/delete", hidden).status == 404)
        #expect(add("queues", [("name", "Q"), ("playlist", foreign.description)]).status == 422)
        #expect(try test.items(Playlist.self, of: test.globex).map(\.name) == ["Theirs"])
    }

    // MARK: Making and changing

    @Test("Each kind is made, shown, changed and deleted, each with its row in the change log, in the account's own words")
    func whole() throws {
        let made = add("playlists", [("name", " Jazz\u{200B} "), ("reference", "media-7")])
        let playlist = try #require(try test.items(Playlist.self, of: test.acme).first)
        #expect(made.location == playlist.path && playlist.name == "Jazz" && playlist.reference == "media-7")
        #expect(
            add("queues", [("name", "Support"), ("head_of_line", "01 42 68 53 00"), ("playlist", playlist.id.description)]).status == 303)
        let queue = try #require(try test.items(Queue.self, of: test.acme).first)
        #expect(queue.headOfLine == "+33142685300" && queue.playlist == playlist.id && queue.reference == queue.id.description)
        #expect(add("tracking-numbers", [("name", "Sales"), ("number", "01 87 65 43 00")]).status == 303)
        let number = try #require(try test.items(TrackingNumber.self, of: test.acme).first)
        #expect(number.number == "+33187654300")

        let list = olivia.get("/operator/queues").text
        #expect(list.contains("Support") && list.contains("+33 1 42 68 53 00") && list.contains("Jazz") && list.contains("1 queue of 200"))
        let fields = [("name", "Helpdesk"), ("reference", "acd.1"), ("head_of_line", ""), ("playlist", "")]
        #expect(submit(fields, at: queue.path + "/edit").location == queue.path)
        let changed = try #require(try test.items(Queue.self, of: test.acme).first)
        #expect(changed.name == "Helpdesk" && changed.reference == "acd.1" && changed.headOfLine == nil && changed.playlist == nil)
        #expect(olivia.get(queue.path).text.contains("As the account"))

        for item in [playlist.path, queue.path, number.path] {
            #expect(olivia.get(item).text.contains("Nothing uses it."))
            let page = olivia.get(item + "/delete")
            #expect(page.status == 200 && olivia.post(item + "/delete", page.hiddenInputs).status == 303)
            #expect(olivia.get(item).status == 404 && olivia.post(item + "/delete", page.hiddenInputs).status == 404)
        }
        #expect(try deletions() == ["playlist Jazz Olivia Stone", "queue Helpdesk Olivia Stone", "tracking_number Sales Olivia Stone"])
        #expect(
            try test.audit() == [
                "playlist.create", "queue.create", "tracking_number.create", "queue.update", "delete", "delete", "delete",
            ])
    }

    /// The kind, the field that is wrong, and what is typed.
    private struct Wrong: Sendable {
        let word: String
        let field: String
        let typed: KeyValuePairs<String, String>

        init(_ word: String, _ field: String, _ typed: KeyValuePairs<String, String>) {
            (self.word, self.field, self.typed) = (word, field, typed)
        }
    }

    private static let wrong: [Wrong] = [
        Wrong("playlists", "name", ["name": ""]),
        Wrong("playlists", "name", ["name": "\u{200E}\u{2800}"]),
        Wrong("playlists", "name", ["name": String(repeating: "x", count: 10_000)]),
        Wrong("playlists", "reference", ["name": "A", "reference": "with space"]),
        Wrong("playlists", "reference", ["name": "A", "reference": "é"]),
        Wrong("playlists", "reference", ["name": "A", "reference": ".."]),
        Wrong("playlists", "reference", ["name": "A", "reference": String(repeating: "r", count: 101)]),
        Wrong("playlists", "name", ["name": "Taken"]),
        Wrong("playlists", "reference", ["name": "A", "reference": "taken"]),
        Wrong("queues", "head_of_line", ["name": "A", "head_of_line": "12ab"]),
        Wrong("queues", "playlist", ["name": "A", "playlist": "pl_x"]),
        Wrong("tracking-numbers", "number", ["name": "A", "number": ""]),
        Wrong("tracking-numbers", "number", ["name": "A", "number": "3900"]),
        Wrong("tracking-numbers", "number", ["name": "A", "number": "+33 1 87 65 43 00"]),
    ]

    @Test("What is wrong is said at its field, and all that was typed comes back", arguments: wrong.indices)
    func refused(index: Int) throws {
        let wrong = Self.wrong[index]
        try test.add(Playlist.self, "Taken", reference: "taken", to: test.acme)
        try test.addNumber("+33187654300", "Taken", to: test.acme)
        let page = add(wrong.word, wrong.typed.map { ($0.key, $0.value) })
        #expect(page.status == 422 && page.text.contains("href=\"#\(wrong.field)\""), "\(page.status)")
        for (_, value) in wrong.typed where !value.isEmpty && !value.hasPrefix("\u{200E}") { #expect(page.text.contains("\"\(value)\"")) }
        #expect(try test.audit() == [])
    }

    @Test("Names with emoji and letters from right to left are kept, without the signs that turn what stands beside them")
    func names() throws {
        #expect(add("queues", [("name", "\u{202E}תמיכה 👩🏽‍💻\u{200F}")]).status == 303)
        #expect(add("queues", [("name", "<script>alert(1)</script>")]).status == 303)
        #expect(try test.items(Queue.self, of: test.acme).map(\.name) == ["תמיכה 👩🏽‍💻", "<script>alert(1)</script>"])
        #expect(!olivia.get("/operator/queues").text.contains("<script>alert"))
    }

    @Test("A form sent twice makes one; of two who save the second sees both values")
    func twice() throws {
        let hidden = olivia.get("/operator/playlists/new").hiddenInputs
        let fields = hidden + [("name", "Once")]
        #expect(olivia.post("/operator/playlists", fields).status == 303)
        let playlist = try #require(try test.items(Playlist.self, of: test.acme).first)
        #expect(olivia.post("/operator/playlists", fields).location == playlist.path)
        #expect(try test.items(Playlist.self, of: test.acme).count == 1)
        let mine = olivia.get(playlist.path + "/edit").hiddenInputs
        #expect(submit([("name", "Theirs"), ("reference", "r")], at: playlist.path + "/edit").status == 303)
        let stale = olivia.post(playlist.path, mine + [("name", "Mine"), ("reference", "r")])
        #expect(stale.status == 422 && stale.text.contains("Theirs") && stale.text.contains("Mine"))
        #expect(try test.items(Playlist.self, of: test.acme).map(\.name) == ["Theirs"])
    }

    @Test("The account's limit is told and kept")
    func limit() throws {
        try test.site.database.write { try Limit.queues.setMaximum(1, of: test.acme, on: $0) }
        #expect(add("queues", [("name", "One")]).status == 303)
        let page = add("queues", [("name", "Two")])
        #expect(page.status == 422 && page.text.contains("The limit “Queues” has been reached"))
        #expect(try test.items(Queue.self, of: test.acme).count == 1)
    }

    @Test("A list is searched by name, reference and number, however they are spelled, and goes on page by page")
    func lists() throws {
        for index in 0..<55 {
            try test.add(TrackingNumber.self, "Élan \(index)", reference: "ref-\(index)", to: test.acme) {
                $0.number = "+331876543\(index + 10)"
            }
        }
        let first = olivia.get("/operator/tracking-numbers").text
        #expect(first.contains(">Élan 53<") && !first.contains(">Élan 54<"))
        let next = try #require(first.firstMatch(of: /href="(\/operator\/tracking-numbers\?after=[^"]+)"/))
        let second = olivia.get(String(next.output.1)).text
        #expect(second.contains(">Élan 54<") && !second.contains(">Élan 53<"))
        for (search, found) in [("elan+7", "Élan 7"), ("REF-12", "Élan 12"), ("43+30", "Élan 20"), ("3318765433", "Élan 25")] {
            #expect(olivia.get("/operator/tracking-numbers?q=\(search)").text.contains(">\(found)<"), "\(search)")
        }
        #expect(olivia.get("/operator/tracking-numbers?q=nowhere").text.contains("Nothing found"))
    }

    @Test("A list is in the order of names, whatever their accents and capitals, and its pages lead both ways")
    func byName() throws {
        var ids: [String: ID<Queue>] = [:]
        for name in ["zoé", "Émile", "eve", "Ernest"] { ids[name] = try test.add(Queue.self, name, to: test.acme) }
        let list = olivia.get("/operator/queues").text
        let places = try ["Émile", "Ernest", "eve", "zoé"].map { try #require(list.firstRange(of: ">\($0)<")).lowerBound }
        #expect(places == places.sorted())
        let ernest = try #require(ids["Ernest"])
        let before = olivia.get("/operator/queues?before=\(ernest)").text
        #expect(before.contains(">Émile<") && !before.contains(">Ernest<") && !before.contains(">eve<"))
        let after = olivia.get("/operator/queues?after=\(ernest)").text
        #expect(after.contains(">eve<") && after.contains(">zoé<") && !after.contains(">Ernest<"))
        #expect(after.contains("rel=\"prev\"") && after.contains("Previous</a>"))
        // Where one of another account would stand is nobody's to find out.
        let foreign = try test.add(Queue.self, "zzz", to: test.globex)
        #expect(olivia.get("/operator/queues?after=\(foreign)").text.contains(">Émile<"))
    }

    // MARK: What is in use

    /// The page that refuses to delete, and that it is all that happens.
    private func expectRefused(_ path: String, naming name: String, at link: String) throws {
        for page in [olivia.get(path + "/delete"), olivia.post(path + "/delete", olivia.get(path).hiddenInputs)] {
            #expect(page.text.contains("cannot be deleted") && page.text.contains("<a href=\"\(link)\">\(name)</a>"), "\(page.status)")
            #expect(!page.text.contains("action=\"\(path)/delete\""))
        }
        #expect(olivia.post(path + "/delete", olivia.get(path).hiddenInputs).status == 409)
        #expect(olivia.get(path).text.contains("<a href=\"\(link)\">\(name)</a>"))
        #expect(try deletions() == [] && !test.audit().contains("delete"))
    }

    private func expectDeleted(_ path: String) {
        #expect(olivia.post(path + "/delete", olivia.get(path + "/delete").hiddenInputs).status == 303)
    }

    @Test("A playlist that the account's settings play cannot be deleted, and the page leads to them")
    func playlistOfSettings() throws {
        let playlist = try test.add(Playlist.self, "Jazz", to: test.acme)
        try test.site.database.write { _ = try $0.execute("UPDATE accounts SET playlist_id = \(playlist) WHERE id = \(test.acme)") }
        try expectRefused("/operator/playlists/\(playlist)", naming: "Account settings", at: "/settings/account")
        try test.site.database.write { _ = try $0.execute("UPDATE accounts SET playlist_id = NULL WHERE id = \(test.acme)") }
        expectDeleted("/operator/playlists/\(playlist)")
    }

    @Test("A playlist that a queue plays cannot be deleted, and the page leads to the queue")
    func playlistOfQueue() throws {
        let playlist = try test.add(Playlist.self, "Jazz", to: test.acme)
        let queue = try test.add(Queue.self, "Support", to: test.acme) { $0.playlist = playlist }
        try expectRefused("/operator/playlists/\(playlist)", naming: "Support", at: "/operator/queues/\(queue)")
        #expect(submit([("name", "Support"), ("reference", "q"), ("playlist", "")], at: "/operator/queues/\(queue)/edit").status == 303)
        expectDeleted("/operator/playlists/\(playlist)")
    }

    @Test("A number that a webhook is restricted to cannot be deleted nor become another, and the page leads to the webhook")
    func numberOfWebhook() throws {
        let number = try test.addNumber("+33187654300", "Sales", to: test.acme)
        let free = try test.addNumber("+33187654301", "Free", to: test.acme)
        let alice = try test.browser(test.alice)
        let address = try #require(
            alice.post(
                WebhookPages.list,
                WebhookPages.form([("name", "CRM"), ("events", "cdr"), ("restriction", "tracking_number"), ("numbers", "+33187654300")])
            ).location)
        let path = "/operator/tracking-numbers/\(number)"
        try expectRefused(path, naming: "CRM", at: address)
        let moved = submit([("name", "Sales"), ("reference", "r"), ("number", "+33187654309")], at: path + "/edit")
        #expect(moved.status == 422 && moved.text.contains("href=\"#number\""))
        #expect(submit([("name", "Sales 2"), ("reference", "r"), ("number", "01 87 65 43 00")], at: path + "/edit").status == 303)
        #expect(alice.get(address).text.contains("Sales 2"))
        let other = "/operator/tracking-numbers/\(free)"
        #expect(submit([("name", "Free"), ("reference", "f"), ("number", "+33187654302")], at: other + "/edit").status == 303)
        expectDeleted(other)
        #expect(alice.post(address, WebhookPages.form([("name", "CRM")], version: 1)).status == 303)
        expectDeleted(path)
    }

    @Test("Another account's webhook keeps no number here, though it is restricted to the same")
    func otherWebhook() throws {
        let number = try test.addNumber("+33187654300", "Sales", to: test.acme)
        try test.addNumber("+33187654300", "Sales", to: test.globex)
        let mallory = try test.browser(test.mallory)
        let made = mallory.post(
            WebhookPages.list,
            WebhookPages.form([("events", "cdr"), ("restriction", "tracking_number"), ("numbers", "+33187654300")]))
        #expect(made.status == 303)
        expectDeleted("/operator/tracking-numbers/\(number)")
    }

    @Test("Whoever puts something to use while it is deleted comes first or is told: the form that was open names what has gone")
    func atOnce() throws {
        let number = try test.addNumber("+33187654300", "Sales", to: test.acme)
        let alice = try test.browser(test.alice)
        let form = WebhookPages.form([("events", "cdr"), ("restriction", "tracking_number"), ("numbers", "+33187654300")])
        // Read and checked before the deletion, written after it.
        let store = EndpointStore(test.app)
        var webhook = store.new(named: "CRM", of: test.acme)
        webhook.url = "http://127.0.0.1:9/"
        webhook.restriction = .trackingNumbers(["+33187654300"])
        expectDeleted("/operator/tracking-numbers/\(number)")
        let late = webhook
        #expect(throws: FieldProblem.self) { try test.site.database.write { try store.insert(late, on: $0) } }
        #expect(alice.post(WebhookPages.list, form).status == 422)
        let queue = try test.add(Queue.self, "Support", to: test.acme)
        expectDeleted("/operator/queues/\(queue)")
        #expect(throws: FieldProblem.self) {
            try test.site.database.write { try QueueMemberStore.set([queue], of: test.bob.id, in: test.acme, on: $0) }
        }
    }

    @Test("Of very many uses the first are named, and how many more there are")
    func manyUses() throws {
        let playlist = try test.add(Playlist.self, "Jazz", to: test.acme)
        for index in 10..<35 { try test.add(Queue.self, "Queue \(index)", to: test.acme) { $0.playlist = playlist } }
        let page = olivia.get("/operator/playlists/\(playlist)/delete").text
        #expect(page.contains(">Queue 29<") && !page.contains(">Queue 30<") && page.contains("and 5 more"))
    }
}
