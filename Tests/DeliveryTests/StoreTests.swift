// Webhooks come back as they were saved, their secrets unreadable in between.

import Database
import Delivery
import Foundation
import HTTPClient
import Testing
import Time

@Suite("The store of webhooks")
struct StoreTests {
    @Test(
        "Everything comes back as it was saved",
        arguments: [
            .none, .basic(login: "ada", password: "p:w"), .bearer(token: "tok"), .apiKey(header: "X-API-Key", key: "k"),
        ] as [Credential])
    func roundTrip(_ authentication: Credential) throws {
        let world = try World()
        let saved = try world.addWebhook(to: "https://example.com/hook") {
            $0.name = "Zoë’s CRM"
            $0.isMain = true
            $0.authentication = authentication
            $0.headers = [.init(name: "X-One", value: "ü"), .init(name: "X-One", value: "two")]
            $0.events = EventSubscription(modules: ["crm"], types: ["cdr"])
            $0.restriction = .trackingNumbers(["+33187654300", "+441"])
            $0.isPaused = true
            $0.rotateSecret(at: world.clock.clock.now())
        }
        #expect(try world.configuration(saved.id) == saved)
        #expect(try world.directory.webhooks(of: world.account).webhooks == [saved])
    }

    @Test("No secret can be read in the database file")
    func sealed() throws {
        let world = try World()
        let saved = try world.addWebhook(to: "https://example.com/") {
            $0.authentication = .bearer(token: "bearer-token-in-clear")
            $0.headers = [.init(name: "X-Token", value: "header-token-in-clear")]
        }
        world.database.close()
        for file in try FileManager.default.contentsOfDirectory(atPath: world.folder) {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: world.folder + "/" + file))
            for secret in [saved.secret, "bearer-token-in-clear", "header-token-in-clear"] {
                #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(file)")
            }
        }
    }

    @Test("A change against a stale version is refused; another account's webhook is not there")
    func stale() throws {
        let world = try World()
        let first = try world.addWebhook(to: "https://example.com/")
        var mine = first
        mine.name = "mine"
        var theirs = first
        theirs.name = "theirs"
        let now = world.clock.clock.now()
        #expect(try world.database.write { try world.store.update(mine, at: now, on: $0) })
        #expect(try !world.database.write { try world.store.update(theirs, at: now, on: $0) })
        #expect(try world.configuration(first.id).name == "mine")
        let stranger: ID<Account> = world.ids.next()
        #expect(try world.database.read { try world.store.webhook(first.id, of: stranger, on: $0) } == nil)
        #expect(try !world.database.write { try world.store.delete(first.id, of: stranger, at: now, on: $0) })
    }

    @Test("An account has one main webhook, whoever makes a second at the same time")
    func oneMain() throws {
        let world = try World()
        try world.addWebhook(to: "https://one.example/") { $0.isMain = true }
        #expect {
            try world.addWebhook(to: "https://two.example/") { $0.isMain = true }
        } throws: { error in
            if case .duplicate = error as? DatabaseError { true } else { false }
        }
        try world.addWebhook(to: "https://three.example/")
    }
}
