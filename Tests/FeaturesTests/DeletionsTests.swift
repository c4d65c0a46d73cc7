// Deletion history: who may see it, and what it shows.

import Database
import TestSupport
import Testing
import Web

@Suite("Deletion history")
struct DeletionsTests {
    @Test("An administrator sees the deletions of his account, nobody else's, and a user without the right sees none")
    func visibility() throws {
        let test = try TestApp()
        for (account, detail) in [(test.acme, "Acme's file"), (test.globex, "Globex's file")] {
            try test.site.database.write { connection in
                try Deletion(
                    account: account, user: nil, userName: "System", entity: .recordings, detail: detail, planned: 3, items: 3,
                    bytes: 1_500_000
                ).record(test.site, on: connection)
            }
        }
        let page = try test.browser(test.alice).get("/settings/deletions")
        #expect(page.status == 200)
        #expect(page.text.contains("Acme&#39;s file"))
        #expect(!page.text.contains("Globex&#39;s file"))
        #expect(page.text.contains("22 Nov 2026, 14:05:09 +01:00"))
        #expect(try test.browser(test.bob).get("/settings/deletions").status == 403)
        #expect(try test.browser().get("/settings/deletions").location?.hasPrefix("/sign-in") == true)
    }

    @Test("A cell of the export that looks like a formula is neutralised")
    func export() throws {
        let test = try TestApp()
        try test.site.database.write { connection in
            try Deletion(
                account: test.acme, user: test.alice.id, userName: "=cmd|' /C calc'!A0", entity: .webhook, detail: "x", planned: 1,
                items: 1, bytes: 0
            ).record(test.site, on: connection)
        }
        let csv = try test.browser(test.alice).get("/settings/deletions.csv")
        #expect(csv.text.contains("'=cmd|"))
    }
}
