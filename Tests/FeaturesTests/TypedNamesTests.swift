// What is pasted brings with it what nobody sees: it is taken away, or told, and never stored.

import Database
import Delivery
import Features
import HTTPClient
import HTTPTypes
import JSON
import TestSupport
import Testing
import Web

@Suite("What nobody sees around what is typed")
struct TypedNamesTests {
    /// White space that does not break, a sign of no width, one of direction, a byte order mark.
    private static let around = ["\u{A0}", "\u{200B}", "\u{202A}", "\u{FEFF}", " "]

    @Test("A webhook's name, target and token are stored without it", arguments: around)
    func webhook(_ blank: String) throws {
        let pages = try WebhookPages()
        func wrapped(_ text: String) -> String { blank + text + blank + (blank == "\u{202A}" ? "\u{202C}" : "") }
        let address = try pages.add([
            ("name", wrapped("CRM")), ("target", wrapped("https://8.8.8.8/hook")), ("authentication", "bearer"), ("token", wrapped("t-1")),
            ("headers", wrapped("X-Team") + ":" + wrapped("support")),
        ])
        let webhook = try pages.stored(address)
        #expect(webhook.name.isEmpty == false && Array(webhook.name.utf8) == Array("CRM".utf8))
        #expect(webhook.url == "https://8.8.8.8/hook" && webhook.authentication == .bearer(token: "t-1"))
        #expect(webhook.headers == [.init(name: "X-Team", value: "support")])
    }

    @Test(
        "A name of nothing that can be seen is refused, and told so in both languages",
        arguments: ["\u{200B}", "\u{202E}\u{200D}", "\u{3164}", "\u{A0}\u{2060}"])
    func invisible(_ name: String) throws {
        let pages = try WebhookPages()
        for (language, words) in [("en", "nothing but invisible characters"), ("fr", "que des caractères invisibles")] {
            try pages.test.site.database.write {
                try $0.execute("UPDATE users SET language = \(language) WHERE id = \(pages.test.alice.id)")
            }
            let page = pages.alice.post(WebhookPages.list, WebhookPages.form([("name", name)]))
            #expect(page.status == 422 && page.text.contains(words))
        }
        #expect(try pages.all(of: pages.test.acme).isEmpty)
    }

    @Test("What is longer than its bytes allow is told in characters, with figures as the reader's language writes them")
    func tooLong() throws {
        let pages = try WebhookPages()
        let long = WebhookPages.form([("authentication", "basic"), ("login", "acme"), ("password", String(repeating: "x", count: 2001))])
        let reason = String(repeating: "é", count: 251)
        for (language, password, text) in [
            ("en", "up to 2,000 characters, without", "Shorten this to at most 500 characters; letters with accents"),
            (
                "fr", "de 2\u{202F}000 caractères au plus, sans",
                "Raccourcissez ce texte à 500 caractères au plus\u{202F}; les lettres accentuées"
            ),
        ] {
            try pages.test.site.database.write {
                _ = try $0.execute("UPDATE users SET language = \(language) WHERE id IN (\(pages.test.alice.id), \(pages.test.olivia.id))")
            }
            let page = pages.alice.post(WebhookPages.list, long)
            #expect(page.status == 422 && page.text.contains(password))
            let refused = try pages.test.browser(pages.test.olivia).post("/operator/accounts/acme/suspension", [("reason", reason)])
            #expect(refused.status == 422 && refused.text.contains(text) && refused.text.contains("value=\"\(reason)\""))
        }
        let fitting = try pages.test.browser(pages.test.olivia).post(
            "/operator/accounts/acme/suspension", [("reason", String(reason.dropLast()))])
        #expect(fitting.status == 303)
    }

    @Test("A name is as long as people count, and no letter of it is a page high")
    func length() throws {
        let pages = try WebhookPages()
        func post(_ name: String) -> Browser.Page { pages.alice.post(WebhookPages.list, WebhookPages.form([("name", name)])) }
        for name in [
            String(repeating: "é", count: 101), "e" + String(repeating: "\u{301}", count: 30_000), String(repeating: "e\u{301}", count: 51),
        ] {
            let page = post(name)
            #expect(page.status == 422 && page.text.contains("Shorten this to at most 100 characters"))
        }
        #expect(post(String(repeating: "字", count: 100)).status == 303)
        #expect(post("high " + String(repeating: "a\u{301}", count: 20) + String(repeating: "\u{20DD}\u{336}", count: 25)).status == 303)
        let stored = try pages.all(of: pages.test.acme).map { $0.name.unicodeScalars.count }.sorted()
        #expect(stored == [5 + 2 * 20 + 7, 100])
        #expect(pages.alice.get(WebhookPages.list).status == 200)
    }

    @Test("The command line's accounts and people are held to the same")
    func commandLine() {
        let account = NewAccount(name: "\u{202E}Acme\u{200B}", slug: "\u{FEFF}acme\u{A0}")
        #expect(Array(account.name.utf8) == Array("Acme".utf8) && Array(account.slug.utf8) == Array("acme".utf8))
        #expect(NewAccount(name: "\u{200B}", slug: "acme").problem?.field == "account_name")
        #expect(NewAccount(name: "e" + String(repeating: "\u{301}", count: 100), slug: "acme").problem?.field == "account_name")
        var korean = NewAccount(name: "Acme", slug: "acme")
        (korean.country, korean.timeZone) = ("KR", "Asia/Kolkata")
        #expect(korean.problem == nil)
        korean.country = "\u{212A}R"
        #expect(korean.problem?.field == "country")
        (korean.country, korean.timeZone) = ("KR", "Asia/\u{212A}olkata")
        #expect(korean.problem?.field == "time_zone")
        var user = NewUser(email: "\u{A0}Ada@Acme.example\u{200B}", name: "Ada\u{2029}", password: "correct horse battery", role: nil)
        #expect(user.email == "ada@acme.example" && Array(user.name.utf8) == Array("Ada".utf8) && user.problem == nil)
        user.name = "\u{200D}"
        #expect(user.problem?.field == "name")
    }

    @Test("The platform's numbers, people and keys are found with it around them")
    func machines() throws {
        let test = try TestApp()
        let key = try test.key(of: test.acme)
        #expect(test.call(.get, "/api/v1/accounts/acme/settings", key: key + "\u{200B}").status == 200)
        let media = NewMediaBody.with(user: "\u{202A}bob@acme.example\u{202C}", number: "\u{A0}+33142685300\u{200B}")
        let page = test.call(
            .post, "/api/v1/accounts/acme/media", key: key, body: media, contentType: "multipart/form-data; boundary=b")
        #expect(page.status == 201)
        let record = try JSONValue(parsing: page.bytes)
        #expect(record["user"]?.string == test.bob.id.description && record["tracking_number"]?.string?.utf8.count == 12)
    }

    private enum NewMediaBody {
        static func with(user: String, number: String) -> [UInt8] {
            let fields = [("kind", "recordings"), ("recorded_at", "2026-11-20T10:00:00Z"), ("user", user), ("tracking_number", number)]
            return fields.flatMap { Array("--b\r\nContent-Disposition: form-data; name=\"\($0.0)\"\r\n\r\n\($0.1)\r\n".utf8) }
                + Array("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\nx\r\n--b--\r\n".utf8)
        }
    }
}
