// Another program at the database: what needs no lock goes on, and everybody else hears when to come back.

import Database
import HTTPTypes
import JSON
import TestSupport
import Testing
import Time
import Web

@Suite("Another process has the lock")
struct LockedDatabaseTests {
    @Test("Pages are read, a change is refused in both languages, and machines get a problem with the time to come back")
    func locked() throws {
        let test = try TestApp()
        let browser = try test.browser(test.alice)
        let key = try test.key(of: test.acme)
        #expect(browser.get("/me").status == 200)
        let french = try test.browser(test.mallory)
        _ = try test.site.database.write { try $0.execute("UPDATE accounts SET language = 'fr' WHERE id = \(test.globex)") }
        _ = try test.site.database.write { try $0.execute("PRAGMA busy_timeout = 20") }
        let other = Database(engine: try SQLiteEngine(path: test.folder + "/hookswitch.sqlite", readers: 1))
        let body = Array(#"{"event_type":"cdr","event_id":"k","data":{}}"#.utf8)
        try other.write { _ in
            test.clock.advance(by: .seconds(120))
            #expect(browser.get("/me").status == 200, "a session's time is not worth a page")
            for (browser, words) in [(browser, "Another program is using the database"), (french, "Un autre programme utilise la base")] {
                let page = browser.post("/sign-out")
                #expect(page.status == 503 && page.fields[.retryAfter] == "5" && page.text.contains(words), "\(page.text)")
            }
            let answer = test.call(.post, "/api/v1/accounts/acme/events", key: key, body: body)
            #expect(answer.status == 503 && answer.fields[.retryAfter] == "5")
            #expect(answer.fields[.contentType] == "application/problem+json")
            let problem = try JSONValue(parsing: answer.bytes)
            #expect(problem["type"]?.string == "urn:hookswitch:problem:database-locked")
        }
        #expect(test.call(.post, "/api/v1/accounts/acme/events", key: key, body: body).status == 202)
        #expect(browser.post("/sign-out").status == 303)
        other.close()
    }
}
