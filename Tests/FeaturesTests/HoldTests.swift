// Legal holds: whatever is under one is not purged, from the moment somebody is told so, and until the last that it is under is released.

import Database
import Features
import Foundation
import HTTP
import HTTPTypes
import JSON
import Synchronization
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Legal holds")
struct HoldTests {
    private struct PowerCut: Error {}

    private let test: TestApp
    private let alice: Browser

    init() throws {
        test = try TestApp()
        alice = try test.browser(test.alice)
    }

    private func item(_ id: ID<MediaFile>) -> String { MediaItemsController.path(of: id) }

    private func hold(_ id: ID<MediaFile>, _ reason: String = "The court has asked", by browser: Browser? = nil) -> Browser.Page {
        let browser = browser ?? alice
        let path = item(id) + "/hold"
        return browser.post(path, browser.get(path).hiddenInputs + [("reason", reason)])
    }

    private func holdAll(_ query: String = "", _ reason: String = "The court has asked") -> Browser.Page {
        let form = alice.get(HoldController.newPath + query).hiddenInputs
        return alice.post(HoldController.newPath, form + [("reason", reason)])
    }

    private func release(_ hold: ID<MediaHold>, _ reason: String = "It is settled") -> Browser.Page {
        let path = HoldController.releasePath(of: hold)
        return alice.post(path, alice.get(path).hiddenInputs + [("reason", reason)])
    }

    private func holds(_ account: ID<Account>? = nil) throws -> [HoldRecord] {
        let account = account ?? test.acme
        return try test.site.database.read { connection in
            try connection.rows(
                "SELECT \(HoldRecord.record.columns) FROM media_holds WHERE account_id = \(account) ORDER BY id", HoldRecord.record.decode)
        }
    }

    private func isHeld(_ id: ID<MediaFile>) throws -> Bool? {
        try test.site.database.read { try $0.value("SELECT is_held FROM media_files WHERE id = \(id)") }
    }

    private func held() throws -> Int {
        try test.site.database.read { try $0.value("SELECT COUNT(*) FROM media_files WHERE is_held = 1") } ?? 0
    }

    private func audits() throws -> [String] {
        try test.site.database.read { connection in
            try connection.rows("SELECT action FROM audit WHERE action LIKE 'media.%' ORDER BY id") { try $0.next() }
        }
    }

    private func purge() throws -> Int { try RetentionPurge(test.app).run(test.acme, by: .system).items }

    /// Held exactly where a hold in force is on it.
    private func areConsistent() throws -> Bool {
        let wrong: Int? = try test.site.database.read {
            try $0.value(
                """
                SELECT COUNT(*) FROM media_files m WHERE m.is_held <> (
                    SELECT CASE WHEN COUNT(*) > 0 THEN 1 ELSE 0 END FROM media_hold_items i
                    JOIN media_holds h ON h.id = i.hold_id WHERE i.media_id = m.id AND h.state IN ('placing', 'placed'))
                """)
        }
        return wrong == 0
    }

    // MARK: One item

    @Test("An item under two holds is purged only after both are released; its page keeps who, when and why of each")
    func two() throws {
        try test.setPolicy(days: 30)
        let stored = try test.addMedia(days: 40)
        #expect(hold(stored.id).location == item(stored.id) && hold(stored.id, "A complaint").status == 303)
        #expect(try isHeld(stored.id) == true && purge() == 0)
        let placed = try holds()
        #expect(placed.map(\.reason) == ["The court has asked", "A complaint"] && placed.allSatisfy { $0.userName == "Alice Martin" })
        let question = alice.get(HoldController.releasePath(of: placed[0].id)).text
        #expect(question.contains("0 items will be free") && question.contains("Still under another hold"))
        #expect(release(placed[0].id).location == HoldController.path)
        #expect(try isHeld(stored.id) == true && purge() == 0)
        let last = alice.get(HoldController.releasePath(of: placed[1].id)).text
        #expect(last.contains("1 item will be free") && last.contains("What is due will be deleted at the next purge"))
        #expect(release(placed[1].id, "Withdrawn").status == 303)
        #expect(try isHeld(stored.id) == false && areConsistent())
        let page = alice.get(item(stored.id)).text
        for word in ["The court has asked", "A complaint", "It is settled", "Withdrawn", "Alice Martin", "Released", "Not under hold"] {
            #expect(page.contains(word), "\(word)")
        }
        #expect(try audits() == ["media.hold", "media.hold", "media.release", "media.release"])
        let changes = alice.get("/changes").text
        #expect(changes.contains("Media put under legal hold") && changes.contains("A complaint"))
        #expect(try purge() == 1)
        let left: Int? = try test.site.database.read { try $0.value("SELECT COUNT(*) FROM media_hold_items") }
        #expect(left == 0 && alice.get(item(stored.id)).status == 404)
    }

    @Test("What a purge has marked is refused, and the page says that it is too late")
    func tooLate() throws {
        try test.setPolicy(days: 30)
        let stored = try test.addMedia(days: 40)
        let form = alice.get(item(stored.id) + "/hold").hiddenInputs
        #expect(throws: PowerCut.self) {
            _ = try RetentionPurge(test.app) { if $0 == .marked { throw PowerCut() } }.run(test.acme, by: .system)
        }
        let late = alice.post(item(stored.id) + "/hold", form + [("reason", "x")])
        #expect(late.status == 303 && late.location == item(stored.id))
        let page = alice.get(item(stored.id)).text
        #expect(page.contains("a purge that has begun is deleting it") && page.contains("A purge is deleting this item"))
        #expect(try holds().isEmpty && isHeld(stored.id) == false && audits() == [])
        #expect(!alice.get(MediaItemsController.path).text.contains(stored.id.description))
        let key = try test.key(of: test.acme)
        let call = test.call(.patch, "/api/v1/accounts/acme/media/\(stored.id)", key: key, body: Array("{\"hold\":true}".utf8))
        #expect(call.status == 409 && call.text.contains("being-purged"))
    }

    @Test("A reason is needed, and is kept as it was typed", arguments: [" \u{A0}\u{200B}\n ", String(repeating: "é", count: 501)])
    func wrongReason(_ reason: String) throws {
        let stored = try test.addMedia(days: 1)
        let page = hold(stored.id, reason)
        #expect(page.status == 422 && page.text.contains("href=\"#reason\""))
        #expect(holdAll("", reason).status == 422)
        #expect(try holds().isEmpty && held() == 0)
    }

    @Test("A reason with marks, with HTML and in Arabic is text, on every page that shows it")
    func strangeReason() throws {
        let stored = try test.addMedia(days: 1)
        let reason = "e\u{301} <b>\"x\"</b> \u{202E}\u{627}\u{644}"
        #expect(hold(stored.id, reason).status == 303)
        #expect(try holds().map(\.reason) == [reason])
        for path in [item(stored.id), HoldController.path, HoldController.releasePath(of: try holds()[0].id), "/changes"] {
            let page = alice.get(path).text
            #expect(page.contains("&lt;b&gt;") && !page.contains("<b>\"") && !page.contains("<b>&"), "\(path)")
        }
    }

    @Test("The same form sent twice, also at the same instant, places one hold and releases one")
    func twice() throws {
        let stored = try test.addMedia(days: 1)
        let path = item(stored.id) + "/hold"
        let post = Post(path, alice.get(path).hiddenInputs + [("reason", "x")])
        #expect(test.sendAtOnce([post, post], as: alice).map(\.status) == [303, 303])
        #expect(alice.post(path, post.form).status == 303)
        let id = try #require(try holds().first?.id)
        #expect(try holds().count == 1 && audits() == ["media.hold"])
        let end = Post(HoldController.releasePath(of: id), [("reason", "y")])
        #expect(test.sendAtOnce([end, end], as: alice).map(\.status) == [303, 303])
        #expect(release(id).location == HoldController.path)
        #expect(alice.get(HoldController.path).text.contains("released already, by Alice Martin"))
        #expect(try audits() == ["media.hold", "media.release"] && held() == 0)
    }

    // MARK: By filter

    @Test("All that match come under one hold, and no more: the page counts them first, and what arrives later is not under it")
    func filter() throws {
        try test.setPolicy(days: 30)
        for index in 0..<1203 { try test.addMedia(days: 31 + index % 7) }
        let other = try test.addMedia(.voiceMailbox, days: 31)
        let page = alice.get(HoldController.newPath + "?kind=recordings&page=3").text
        #expect(page.contains("1,203 items will come under hold") && page.contains("Kind: Recordings"))
        #expect(page.contains("What arrives later is not under it"))
        #expect(holdAll("?kind=recordings").location == HoldController.path)
        #expect(alice.get(HoldController.path).text.contains("1,203 items"))
        let later = try test.addMedia(days: 50)
        #expect(try held() == 1203 && isHeld(other.id) == false && isHeld(later.id) == false && areConsistent())
        let hold = try #require(try holds().first)
        #expect(hold.state == .placed && hold.items == 1203 && hold.origin == .filter && hold.scope == "Kind: Recordings")
        #expect(try purge() == 1)
        // A second one on some of them, of which the first's release frees the others.
        #expect(holdAll("?from=2000-01-01&to=2100-01-01&kind=recordings&held=yes").status == 303)
        #expect(try holds()[1].items == 1203)
        #expect(release(hold.id).status == 303)
        #expect(try held() == 1203 && holds()[0].freed == 0 && areConsistent())
        #expect(release(try holds()[1].id).status == 303)
        #expect(try held() == 0 && holds()[1].freed == 1203 && holds().allSatisfy { $0.state == .released })
        #expect(try purge() == 1203)
    }

    @Test("What arrives while somebody reads the page that asks is under the hold, and what arrives after it is placed is not")
    func whileRead() throws {
        let first = try test.addMedia(days: 2)
        let form = alice.get(HoldController.newPath).hiddenInputs
        let meanwhile = try test.addMedia(days: 1)
        #expect(alice.post(HoldController.newPath, form + [("reason", "x")]).location == HoldController.path)
        let later = try test.addMedia(days: 1)
        #expect(try isHeld(first.id) == true && isHeld(meanwhile.id) == true && isHeld(later.id) == false)
        #expect(try holds().map(\.items) == [2] && areConsistent())
    }

    @Test("A hold's text means what it meant when the hold was placed, whatever external ids come or go while it is being placed")
    func text() throws {
        for _ in 0..<HoldStore.batch + 1 { try test.addMedia(days: 40) }
        let external = try test.addMedia(days: 41)
        let acme = test.acme
        try test.site.database.write { connection in
            try connection.execute("UPDATE media_files SET search_text = 'case 42' WHERE account_id = \(acme) AND id <> \(external.id)")
        }
        let hold = HoldRecord(id: test.site.ids.next(), origin: .filter, reason: "x", createdAt: test.clock.clock.now())
        let last: ID<MediaFile> = test.site.ids.next()
        try test.site.database.write { connection in
            var hold = hold
            hold.filter = try MediaFilter.stored(
                FormData([("q", "case 42")]), zone: "UTC", before: last, in: acme, self.test.site, on: connection)
            try HoldStore.begin(hold, MediaFilter(ofHold: hold.filter, self.test.site), in: acme, on: connection)
        }
        #expect(throws: PowerCut.self) { try HoldWork(site: test.site) { throw PowerCut() }.finish(acme) }
        try test.site.database.write { connection in
            try connection.execute("UPDATE media_files SET external_id = 'case 42' WHERE id = \(external.id) AND account_id = \(acme)")
        }
        try HoldWork(site: test.site).resumeAll()
        #expect(try held() == HoldStore.batch + 1 && isHeld(external.id) == false && areConsistent())
    }

    @Test("While a hold is being placed no purge marks anything, whatever kills it; the next start finishes it, and a purge does so first")
    func killed() throws {
        try test.setPolicy(days: 30)
        for _ in 0..<1101 { try test.addMedia(days: 40) }
        let last: ID<MediaFile> = test.site.ids.next()
        let record = HoldRecord(
            id: test.site.ids.next(), origin: .filter, scope: "all", filter: "zone=UTC&registered_before=\(last)", reason: "x",
            userName: "Alice Martin",
            createdAt: test.clock.clock.now())
        try test.site.database.write { connection in
            let filter = try MediaFilter(ofHold: record.filter, self.test.site)
            try HoldStore.begin(record, filter, in: self.test.acme, on: connection)
        }
        let later = try test.addMedia(days: 45)
        for _ in 0..<2 {
            let cut = HoldWork(site: test.site) { throw PowerCut() }
            #expect(throws: PowerCut.self) { try cut.finish(test.acme) }
        }
        #expect(try held() == 1000 && holds()[0].state == .placing && areConsistent())
        #expect(alice.get(HoldController.path).text.contains("1,000 items so far"))
        #expect(alice.get(HoldController.releasePath(of: record.id)).location == HoldController.path)
        // The rest is safe although nothing marks it yet.
        let store = PurgeStore(site: test.site)
        let run = PurgeStore.Run(
            id: test.site.ids.next(), account: test.acme, kind: .recordings, days: 30,
            cutoff: test.clock.clock.now() - .seconds(30 * 86400),
            detail: "", user: nil, userName: "System")
        try test.site.database.write { _ = try store.begin(run, planned: 1, held: 0, on: $0) }
        #expect(try test.site.database.write { try store.mark(run, on: $0) }.isEmpty)
        // It had begun, so that the next one finishes it.
        #expect(try purge() == 0 && test.media().rows.count == 1101)
        #expect(try held() == 1101 && holds()[0].items == 1101 && holds()[0].state == .placed && isHeld(later.id) == nil)
        // And a release is finished in the same way.
        try test.site.database.write {
            try HoldStore.beginRelease(
                record.id, for: "y", by: "Alice Martin", at: self.test.clock.clock.now(), in: self.test.acme, on: $0)
        }
        #expect(throws: PowerCut.self) { try HoldWork(site: test.site) { throw PowerCut() }.finish(test.acme) }
        #expect(try held() == 601)
        try HoldWork(site: test.site).resumeAll()
        #expect(try held() == 0 && holds()[0].freed == 1101 && holds()[0].state == .released)
        #expect(try purge() == 1101)
    }

    @Test("A hold placed while a purge runs keeps all that the purge has not marked, and says how many were too late")
    func meanwhile() throws {
        try test.setPolicy(days: 30)
        for _ in 0..<1101 { try test.addMedia(days: 40) }
        let isFirst = Mutex(true)
        let place = Sender(alice)
        let purge = RetentionPurge(test.app) { step in
            guard step == .marked,
                isFirst.withLock({ first in
                    defer { first = false }; return first
                })
            else { return }
            #expect(place.send() == 303)
        }
        let figures = try purge.run(test.acme, by: .system)
        #expect(figures.items == 100)
        let hold = try #require(try holds().first)
        #expect(hold.late == 100 && hold.items == 1001 && hold.state == .placed)
        #expect(try test.media().rows.count == 1001 && test.media().files.count == 1001 && areConsistent())
        #expect(alice.get(HoldController.path).text.contains("100 items that match were being deleted by a purge already"))
        #expect(try self.purge() == 0)
    }

    @Test("A purge waits for a hold that is being placed beside it, and then takes what that is not on; its history says what was kept")
    func beside() throws {
        try test.setPolicy(days: 30)
        for _ in 0..<50 { try test.addMedia(days: 40) }
        let acme = test.acme
        try test.site.database.write {
            _ = try $0.execute("UPDATE media_files SET search_text = 'case 42' WHERE account_id = \(acme)")
        }
        for _ in 0..<200 { try test.addMedia(days: 50) }
        let isFirst = Mutex(true)
        let test = test
        let purge = RetentionPurge(test.app) { step in
            guard step == .marked,
                isFirst.withLock({ first in
                    defer { first = false }; return first
                })
            else { return }
            try test.site.database.write { connection in
                var hold = HoldRecord(id: test.site.ids.next(), origin: .filter, reason: "x", createdAt: test.clock.clock.now())
                hold.filter = try MediaFilter.stored(
                    FormData([("q", "case 42")]), zone: "UTC", before: test.site.ids.next(), in: acme, test.site, on: connection)
                try HoldStore.begin(hold, MediaFilter(ofHold: hold.filter, test.site), in: acme, on: connection)
            }
        }
        #expect(try purge.run(acme, by: .system).items == 200)
        #expect(try held() == 50 && holds()[0].state == .placed && test.media().rows.count == 50 && areConsistent())
        let history = alice.get("/settings/retention/runs").text
        #expect(history.contains("50 items were put under legal hold meanwhile, and kept.") && !history.contains("made longer"))
    }

    @Test("Holds and purges of several threads at once leave nothing purged that a hold was promised for")
    func atOnce() throws {
        try test.setPolicy(days: 30)
        for _ in 0..<2000 { try test.addMedia(days: 40) }
        let posts = (0..<3).map { index in
            Post(HoldController.newPath, alice.get(HoldController.newPath).hiddenInputs + [("reason", "\(index)")])
        }
        let test = test
        let purged = Mutex(0)
        let thread = Thread { _ = try? purged.withLock { $0 = try RetentionPurge(test.app).run(test.acme, by: .system).items } }
        thread.start()
        #expect(test.sendAtOnce(posts, as: alice).allSatisfy { $0.status == 303 })
        try HoldWork(site: test.site).resumeAll()
        while !thread.isFinished { Thread.sleep(forTimeInterval: 0.005) }
        let rows = try test.media().rows.count
        let holds = try holds()
        #expect(holds.count == 3 && holds.allSatisfy { $0.state == .placed && $0.items == rows })
        #expect(try held() == rows && rows + purged.withLock { $0 } == 2000 && areConsistent())
        #expect(try purge() == 0)
    }

    @Test("A form without its filter holds nothing; a filter that matches nothing is refused with a sentence")
    func nothing() throws {
        let stored = try test.addMedia(days: 1)
        #expect(alice.post(HoldController.newPath, [("reason", "x")]).location == MediaItemsController.path)
        #expect(alice.get(MediaItemsController.path).text.contains("the form did not say what"))
        let none = holdAll("?kind=ivr_recorder")
        #expect(none.status == 422 && none.text.contains("There is nothing to put under hold"))
        #expect(try holds().isEmpty && isHeld(stored.id) == false)
    }

    // MARK: Machines

    @Test("A machine's hold has its key's name and a reason; its release ends no hold of a person's, and a person's none of its")
    func machines() throws {
        let key = try test.key(of: test.acme)
        let stored = try test.addMedia(days: 1)
        func patch(_ body: String) throws -> Bool? {
            let call = test.call(.patch, "/api/v1/accounts/acme/media/\(stored.id)", key: key, body: Array(body.utf8))
            #expect(call.status == 200, "\(call.text)")
            return try JSONValue(parsing: Array(call.text.utf8)).object?["hold"]?.bool
        }
        #expect(try patch("{\"hold\":true,\"hold_reason\":\"Case 7\"}") == true && patch("{\"hold\":true}") == true)
        #expect(try holds().map(\.reason) == ["Case 7"] && holds()[0].origin == .machine && holds()[0].user == nil)
        #expect(hold(stored.id).status == 303)
        #expect(try patch("{\"hold\":false}") == true)
        #expect(try holds().map(\.state) == [.released, .placed])
        #expect(try release(holds()[1].id).status == 303)
        #expect(try isHeld(stored.id) == false && areConsistent())
        #expect(try patch("{\"hold\":true}") == true)
        #expect(hold(stored.id).status == 303)
        #expect(try release(holds()[3].id).status == 303)
        #expect(try isHeld(stored.id) == true && patch("{\"hold\":false}") == false)
        #expect(try audits().count == 8)
        for body in ["{\"hold\":true,\"hold_reason\":\" \"}", "{\"hold\":true,\"hold_reason\":5}"] {
            let call = test.call(.patch, "/api/v1/accounts/acme/media/\(stored.id)", key: key, body: Array(body.utf8))
            #expect(call.status == 422 && call.text.contains("hold_reason"))
        }
        let list = alice.get(HoldController.path + "?state=all&by=machines").text
        #expect(list.contains("Case 7") && !list.contains("The court has asked"))
    }

    // MARK: Rights

    @Test("Who may only see places and releases nothing, and another account sees and releases nothing")
    func rights() throws {
        let stored = try test.addMedia(days: 1)
        #expect(hold(stored.id).status == 303)
        let path = HoldController.releasePath(of: try holds()[0].id)
        try test.site.database.write { connection in
            try connection.execute(
                """
                UPDATE roles SET rights = \(Set<Right>([.viewRetention]).stored)
                WHERE id = (SELECT role_id FROM users WHERE id = \(self.test.bob.id))
                """)
        }
        let bob = try test.browser(test.bob)
        #expect(bob.get(item(stored.id)).text.contains("The court has asked") && bob.get(HoldController.path).status == 200)
        for page in [MediaItemsController.path, item(stored.id), HoldController.path] {
            #expect(!bob.get(page).text.contains("/release\"") && !bob.get(page).text.contains("/hold\""))
        }
        for address in [path, item(stored.id) + "/hold", HoldController.newPath] {
            #expect(bob.get(address).status == 403 && bob.post(address, [("reason", "x"), ("filter", "")]).status == 403)
        }
        let mallory = try test.browser(test.mallory)
        #expect(mallory.get(path).status == 404 && mallory.post(path, [("reason", "x")]).status == 404)
        #expect(mallory.post(item(stored.id) + "/hold", [("reason", "x")]).status == 404)
        #expect(!mallory.get(HoldController.path + "?state=all").text.contains("The court has asked"))
        #expect(alice.get(HoldController.path + "/hld_nonsense/release").status == 404)
        #expect(try holds().map(\.state) == [.placed])
    }
}

/// The form is fetched before; the purge's own thread sends it.
private final class Sender: @unchecked Sendable {
    private let browser: Browser
    private let form: [(String, String)]

    init(_ browser: Browser) {
        self.browser = browser
        form = browser.get(HoldController.newPath).hiddenInputs
    }

    func send() -> Int { browser.post(HoldController.newPath, form + [("reason", "The court has asked")]).status }
}
