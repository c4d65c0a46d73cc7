// Who is in which queue: said on the person's page, and with what it means for the queue and the numbers that are shown.

import Database
import HTTPTypes
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Queue members")
struct QueueMemberTests {
    private let test: TestApp
    private let alice: Browser
    private let olivia: Browser

    init() throws {
        test = try TestApp()
        alice = try test.browser(test.alice)
        olivia = try test.browser(test.olivia, account: test.acme)
    }

    private var bob: String { "/users/\(test.bob.id)" }

    private func save(_ queues: [String], by browser: Browser? = nil) throws -> Browser.Page {
        let page = (browser ?? alice).get(bob + "/edit")
        let role = try #require(page.text.firstMatch(of: /<option value="(role_[^"]+|[a-z]+_[^"]+)" selected>User/)).output.1
        let fields = [("name", "Bob Durand"), ("email", test.bob.email), ("role", String(role))]
        return (browser ?? alice).post(bob, page.hiddenInputs + fields + queues.map { ("queues", $0) })
    }

    private var members: [ID<Queue>] {
        get throws {
            try test.site.database.read { try QueueMemberStore.queues(of: test.bob.id, in: test.acme, on: $0) }
        }
    }

    @Test("An administrator ticks a person's queues; the person's page and the queue's show it, and the change log has both values")
    func membership() throws {
        let (sales, support) = (try test.add(Queue.self, "Sales", to: test.acme), try test.add(Queue.self, "Support", to: test.acme))
        #expect(try save([sales.description, support.description]).status == 303)
        #expect(try members == [sales, support])
        let page = alice.get(bob).text
        #expect(page.contains("<li>Sales</li>") && page.contains("<li>Support</li>"))
        #expect(olivia.get("/operator/queues/\(sales)").text.contains("<a href=\"\(bob)\">Bob Durand</a>"))
        #expect(alice.get(bob + "/edit").text.contains("value=\"\(sales)\" checked"))
        #expect(try save([support.description]).status == 303)
        #expect(try members == [support])
        #expect(!olivia.get("/operator/queues/\(sales)").text.contains("Bob Durand"))
        let changes = try test.site.database.read { try $0.value("SELECT changes FROM audit ORDER BY id DESC LIMIT 1", as: String.self) }
        #expect(changes?.contains("queues") == true)
    }

    @Test("A table that names a queue that there is not says so, and takes nobody out of theirs; a name may have a semicolon in it")
    func imported() throws {
        let sales = try test.add(Queue.self, "Sales; Paris", to: test.acme)
        let support = try test.add(Queue.self, "Support", to: test.acme)
        #expect(try save([sales.description, support.description]).status == 303)
        func preview(_ queues: String) -> String {
            let table = "name,email,queues\nBob Durand,\(test.bob.email),\"\(queues)\"\n"
            let sent = alice.post("/users/import", [], file: (name: "table", fileName: "people.csv", bytes: Array(table.utf8)))
            #expect(sent.location == "/users/import/preview")
            return alice.get("/users/import/preview").text
        }
        #expect(preview("Sales; Paris; Support").contains("To change: 0. As they are: 1. With errors, left out: 0."))
        #expect(preview("support").contains("To change: 1. As they are: 0. With errors, left out: 0."))
        let refused = preview("Sales; Paris; Suport; ")
        #expect(refused.contains("With errors, left out: 1.") && refused.contains("No queue of the account is called"))
        #expect(preview(String(repeating: "x;", count: 900_000)).contains("With errors, left out: 1."))
        let north = try test.add(Queue.self, "North; East; South; West", to: test.acme)
        #expect(try save([north.description]).status == 303)
        #expect(preview("North; East; South; West").contains("To change: 0. As they are: 1. With errors, left out: 0."))
    }

    @Test("A new person begins in the queues that were ticked, and a form without queues to choose from does not ask")
    func newcomer() throws {
        #expect(!alice.get("/users/new").text.contains("id=\"queues\""))
        let queue = try test.add(Queue.self, "Support", to: test.acme)
        let page = alice.get("/users/new")
        let role = try #require(page.text.firstMatch(of: /<option value="([a-z]+_[^"]+)" selected>User/)).output.1
        let fields = [("name", "Ana"), ("email", "ana@acme.example"), ("role", String(role)), ("queues", queue.description)]
        let made = alice.post("/users", page.hiddenInputs + fields)
        #expect(made.status == 303)
        // Sent twice it made one, as it was asked for.
        #expect(alice.post("/users", page.hiddenInputs + fields).location == made.location)
        #expect(olivia.get("/operator/queues/\(queue)").text.contains(">Ana<"))
    }

    @Test("Nobody is put into another account's queue, nor into one that has gone")
    func foreign() throws {
        let foreign = try test.add(Queue.self, "Theirs", to: test.globex)
        #expect(!alice.get(bob + "/edit").text.contains("Theirs"))
        _ = try save([foreign.description, "que_x"])
        #expect(try members == [])
        #expect(try test.browser(test.mallory).get(bob).status == 404)
    }

    @Test("A table with a queue that there is not says so and takes nobody out of theirs; a line says what becomes of each field")
    func table() throws {
        let sales = try test.add(Queue.self, "Sales", to: test.acme)
        #expect(try save([sales.description]).status == 303)
        func preview(_ queues: String) -> String {
            let table = "name,email,queues\nBob Durand,\(test.bob.email),\(queues)\n"
            _ = alice.post("/users/import", [], file: (name: "table", fileName: "people.csv", bytes: Array(table.utf8)))
            // Values stand in isolates, that no writing direction runs over.
            return alice.get("/users/import/preview").text.replacing("\u{2068}", with: "").replacing("\u{2069}", with: "")
        }
        let refused = preview("Sales; Nowhere")
        #expect(refused.contains("With errors, left out: 1.") && refused.contains("Queues: No queue of the account is called “Nowhere”."))
        let changed = preview("")
        #expect(changed.contains("To change: 1.") && changed.contains("Queues: Sales → None."))
        #expect(try members == [sales])
    }

    @Test("A queue with members cannot be deleted, and says by whom; who leaves the account leaves its queues")
    func deletion() throws {
        let queue = try test.add(Queue.self, "Support", to: test.acme)
        #expect(try save([queue.description]).status == 303)
        let path = "/operator/queues/\(queue)"
        let refused = olivia.post(path + "/delete", olivia.get(path).hiddenInputs)
        #expect(refused.status == 409 && refused.text.contains("<a href=\"\(bob)\">Bob Durand</a>"))
        #expect(alice.post(bob + "/delete", alice.get(bob + "/delete").hiddenInputs).status == 303)
        #expect(try test.site.database.read { try $0.value("SELECT COUNT(*) FROM queue_members", as: Int.self) } == 0)
        #expect(olivia.post(path + "/delete", olivia.get(path + "/delete").hiddenInputs).status == 303)
    }

    @Test("The queue's own number goes before the user's, where an administrator tries it")
    func headOfLine() throws {
        let queue = try test.add(Queue.self, "Support", to: test.acme) { $0.headOfLine = "+33142685301" }
        let plain = try test.add(Queue.self, "Plain", to: test.acme)
        try test.site.database.write { _ = try $0.execute("UPDATE users SET head_of_line = '+33142685302' WHERE id = \(test.bob.id)") }
        let path = "/settings/account/head-of-line?user=\(test.bob.id)&queue="
        #expect(alice.get(path + queue.description).text.contains("This is the number of the queue Support"))
        #expect(alice.get(path + plain.description).text.contains("This is Bob Durand’s own number"))
    }
}
