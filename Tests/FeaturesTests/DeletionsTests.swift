// Deletion history: who may see it, and what it shows.

import Database
import Features
import TestSupport
import Testing
import Web

@Suite("Deletion history")
struct DeletionsTests {
    @Test("An administrator sees the deletions of their account, nobody else's, and a user without the right sees none")
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

    @Test("The export has times with their offset and sizes, separated as the reader's language does, and nothing that runs")
    func export() throws {
        let test = try TestApp()
        try test.site.database.write { connection in
            try Deletion(
                account: test.acme, user: test.alice.id, userName: "=cmd|' /C calc'!A0", entity: .webhook, detail: "x", planned: 1,
                items: 1, bytes: 1_500_000
            ).record(test.site, on: connection)
        }
        let csv = try test.browser(test.alice).get("/settings/deletions.csv")
        #expect(csv.text.hasPrefix("\u{FEFF}Deletion date,User,Entity,Details,Items,Size (bytes)\r\n"))
        #expect(csv.text.contains("\r\n2026-11-22T14:05:09+01:00,'=cmd|' /C calc'!A0,Webhook,x,1,1500000\r\n"))
        let raw = try test.browser(test.alice).get("/settings/deletions.csv?raw=1")
        #expect(raw.text.contains("+01:00,=cmd|"))
        try test.site.database.write { _ = try $0.execute("UPDATE users SET language = 'fr' WHERE id = \(test.alice.id)") }
        let french = try test.browser(test.alice).get("/settings/deletions.csv")
        #expect(french.text.contains("\r\n2026-11-22T14:05:09+01:00;'=cmd|' /C calc'!A0;Webhook;x;1;1500000\r\n"))
    }
}
