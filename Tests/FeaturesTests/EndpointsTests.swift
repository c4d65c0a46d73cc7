// The list of webhooks, and adding, editing and deleting one.

import Database
import Delivery
import HTTPClient
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Webhooks list")
struct EndpointsTests {
    @Test("A webhook is added with its events, authentication and headers, and its secrets are on no page")
    func adding() throws {
        let pages = try WebhookPages()
        let address = try pages.add([
            ("events", "module:crm"), ("events", "contact:created"), ("events", "cdr"), ("events", "no such event"),
            ("authentication", "api_key"), ("key_header", "X-Api-Key"), ("key", "typed-key"),
            ("headers", "X-Team: support\r\n\r\nX-Token: hidden-token"),
        ])
        let webhook = try pages.stored(address)
        #expect(webhook.events == EventSubscription(modules: ["crm"], types: ["cdr"]))
        #expect(webhook.authentication == .apiKey(header: "X-Api-Key", key: "typed-key"))
        #expect(webhook.headers == [.init(name: "X-Team", value: "support"), .init(name: "X-Token", value: "hidden-token")])
        #expect(webhook.secret.hasPrefix("whsec_"))
        for path in [address, address + "/edit", WebhookPages.list, address + "/delete", address + "/secret"] {
            let page = pages.alice.get(path)
            #expect(page.status == 200)
            #expect(!page.text.contains("typed-key"))
            #expect(!page.text.contains("hidden-token"))
        }
        #expect(pages.alice.get(address).text.contains("All “CRM” events"))
        #expect(try pages.audited("webhook.create") == 1)
    }

    @Test("Dots left in the headers, and a blank secret, keep what is stored")
    func keptSecrets() throws {
        let pages = try WebhookPages()
        let address = try pages.add([("authentication", "bearer"), ("token", "token-1"), ("headers", "X-Token: hidden")])
        #expect(pages.alice.get(address + "/edit").text.contains("X-Token: ••••••"))
        let saved = pages.alice.post(
            address,
            WebhookPages.form([("name", "Renamed"), ("authentication", "bearer"), ("headers", "X-Token: ••••••\r\nX-New: 1")], version: 1))
        #expect(saved.status == 303)
        let webhook = try pages.stored(address)
        #expect(webhook.name == "Renamed")
        #expect(webhook.authentication == .bearer(token: "token-1"))
        #expect(webhook.headers == [.init(name: "X-Token", value: "hidden"), .init(name: "X-New", value: "1")])
        let other = pages.alice.post(address, WebhookPages.form([("authentication", "api_key"), ("key_header", "X-Key")], version: 2))
        #expect(other.status == 422)
        #expect(other.text.contains("Enter the key"))
    }

    @Test("What differs by its bytes alone, as é from e with an accent, is a change and is stored: a secret, a header's value, a name")
    func composition() throws {
        let pages = try WebhookPages()
        let (one, other) = ("caf\u{E9}", "cafe\u{301}")
        func fields(_ name: String, _ token: String, _ header: String) -> [(String, String)] {
            [("name", name), ("authentication", "bearer"), ("token", token), ("headers", "X-Token: \(header)")]
        }
        let address = try pages.add(fields(one, one, one))
        for (index, form) in [fields(one, other, "••••••"), fields(one, "", other), fields(other, "", "••••••")].enumerated() {
            #expect(pages.alice.post(address, WebhookPages.form(form, version: index + 1)).status == 303)
            let stored = try pages.stored(address)
            #expect(stored.version == index + 2)
            guard case .bearer(let token) = stored.authentication, let header = stored.headers.first?.value else {
                Issue.record("no token, or no header")
                return
            }
            let wanted = [index == 2 ? other : one, other, index == 0 ? one : other]
            #expect([stored.name, token, header].map { Array($0.utf8) } == wanted.map { Array($0.utf8) })
        }
    }

    @Test(
        "Every spelling of a target that is not https, has user info or leads to a refused address comes back with its message",
        arguments: [
            ("http://example.com/hook", "starts with https://"), ("ftp://example.com/hook", "starts with https://"),
            ("//example.com/hook", "starts with https://"), ("example.com/hook", "starts with https://"), ("", "starts with https://"),
            ("https://user@example.com/", "login and password from the URL"),
            ("https://user:word@example.com/", "login and password from the URL"),
            ("https://@example.com/", "login and password from the URL"), ("https://127.0.0.1/", "public address"),
            ("https://127.1/", "public address"),
            ("https://0x7f.1/", "public address"), ("https://0177.0.0.1/", "public address"), ("https://2130706433/", "public address"),
            ("https://127.0.0.1./", "public address"), ("https://１２７.0.0.1/", "public address"), ("https://localhost/", "public address"),
            ("https://api.localhost/", "public address"), ("https://LOCALHOST./", "public address"), ("https://[::1]/", "public address"),
            ("https://[::ffff:127.0.0.1]/", "public address"), ("https://[::ffff:7f00:1]/", "public address"),
            ("https://0.0.0.0/", "public address"),
            ("https://169.254.169.254/latest/meta-data/", "public address"), ("https://0xa9fea9fe/", "public address"),
            ("https://2852039166/", "public address"), ("https://[::ffff:a9fe:a9fe]/", "public address"),
            ("https://[fd00:ec2::254]/", "public address"),
            ("https://10.0.0.8/", "public address"), ("https://192.168.1.1/", "public address"), ("https://[fe80::1]/", "public address"),
            ("https://example.com:22/", "port 443"), ("https://example.com\\@127.0.0.1/", "Enter a URL, such as"),
            ("https://exa mple.com/", "Enter a URL, such as"),
        ])
    func badTarget(target: String, message: String) throws {
        let pages = try WebhookPages(policy: AddressPolicy())
        let page = pages.alice.post(WebhookPages.list, WebhookPages.form([("target", target)]) + [("target", target)])
        #expect(page.status == 422)
        #expect(page.text.contains(message))
        #expect(page.text.contains("href=\"#target\""))
        let settings = pages.alice.post(WebhookPages.settings, [("url", target), ("authentication", "none"), ("version", "0.0")])
        if !target.isEmpty {
            #expect(settings.status == 422)
            #expect(settings.text.contains(message))
        }
        #expect(try pages.all(of: pages.test.acme).isEmpty)
    }

    @Test("A form that is wrong keeps all that was typed and chosen, but the secret, and says so")
    func keptValues() throws {
        let pages = try WebhookPages()
        let page = pages.alice.post(
            WebhookPages.list,
            WebhookPages.form([
                ("name", "Typed name"), ("target", "https://user@example.com/typed"), ("events", "call:end"), ("events", "module:crm"),
                ("authentication", "basic"), ("login", "typed-login"), ("password", "typed-secret"),
                ("headers", "X-Typed: typed-value\r\nbroken typed-line"),
            ]))
        #expect(page.status == 422)
        for typed in ["Typed name", "https://user@example.com/typed", "typed-login", "X-Typed: "] {
            #expect(page.text.contains(typed))
        }
        #expect(page.text.contains("value=\"call:end\" aria-describedby=\"event-call:end-hint\" checked"))
        #expect(page.text.contains("value=\"module:crm\" checked"))
        for secret in ["typed-secret", "typed-value", "typed-line"] { #expect(!page.text.contains(secret)) }
        #expect(page.text.contains("Type it again") && page.text.contains("Type the values again"))
        #expect(page.text.contains("Line 2: write the header as Name: value"))
        #expect(page.text.contains("<title>Error: "))
    }

    @Test("The value of a header comes back from no refusal, a page that somebody else made stale included, and dots come back as dots")
    func typedHeaderValues() throws {
        let pages = try WebhookPages()
        let address = try pages.add([("headers", "X-Token: stored-value")])
        let headers = [("headers", "X-Token: ••••••\r\nX-New:hush-value\r\n  X-Other : hush: twice")]
        for refused in [[("name", "")], [("version", "7")]] {
            let page = pages.alice.post(address, WebhookPages.form(headers + refused, version: refused[0].0 == "version" ? nil : 1))
            #expect(page.status == 422 && page.text.contains("X-Token: ••••••\nX-New: \n  X-Other : "))
            for secret in ["hush", "twice", "stored-value"] { #expect(!page.text.contains(secret)) }
        }
        // Sent as it came back, it asks for the value instead of saving none.
        let blank = pages.alice.post(address, WebhookPages.form([("headers", "X-Token: ••••••\nX-New: ")], version: 1))
        #expect(blank.status == 422 && blank.text.contains("Line 2: type the value of “X-New”"))
        #expect(try pages.stored(address).headers == [.init(name: "X-Token", value: "stored-value")])
    }

    @Test(
        "A custom header that the request sets itself, or that could be two, is refused with its line",
        arguments: [
            ("X-Fine: 1\r\nHost: elsewhere", "Line 2"), ("Content-Length: 0", "Line 1"), ("webhook-id: forged", "Line 1"),
            ("X-Signature: forged", "Line 1"), ("Proxy-Authorization: x", "Line 1"), ("Bad Name: x", "Line 1"), (": x", "Line 1"),
            ("X-Token: ••••••", "Line 1"), ("Authorization: mine", "Line 1"), ("Content_Length: 0", "Line 1"),
            ("transfer_Encoding: chunked", "Line 1"), ("HTTP2-Settings: AAMAAABk", "Line 1"), ("webhook_signature: v1,x", "Line 1"),
        ])
    func badHeader(headers: String, message: String) throws {
        let pages = try WebhookPages()
        let page = pages.alice.post(
            WebhookPages.list, WebhookPages.form([("headers", headers), ("authentication", "bearer"), ("token", "token")]))
        #expect(page.status == 422)
        #expect(page.text.contains(message))
        #expect(page.text.contains("href=\"#headers\""))
    }

    @Test("A restriction fits its events: tracking numbers with cdr and calls, a user with the module Users")
    func restrictions() throws {
        let pages = try WebhookPages()
        try pages.test.addNumber("+33187654300", "Sales", to: pages.test.acme)
        try pages.test.addNumber("+442079460000", "Other", to: pages.test.globex)
        let number = [("restriction", "tracking_number"), ("numbers", "+33187654300")]
        let address = try pages.add([("events", "cdr"), ("events", "call"), ("events", "call:end")] + number)
        #expect(try pages.stored(address).restriction == .trackingNumbers(["+33187654300"]))
        #expect(pages.alice.get(address).text.contains("Sales"))
        for events in [["cdr", "contact:created"], ["module:interaction"], ["*"], ["recording:ready"]] {
            let page = pages.alice.post(WebhookPages.list, WebhookPages.form(events.map { ("events", $0) } + number))
            #expect(page.status == 422)
            #expect(page.text.contains("Only the events cdr, call and call:… can be restricted"))
        }
        let foreign = pages.alice.post(
            WebhookPages.list, WebhookPages.form([("restriction", "tracking_number"), ("numbers", "+442079460000")]))
        #expect(foreign.status == 422)
        #expect(!foreign.text.contains("+44 20"))

        let bob = [("restriction", "user"), ("user", pages.test.bob.id.description)]
        let users = try pages.add([("events", "user"), ("events", "USER_CREATED"), ("events", "user:activity_changed")] + bob)
        #expect(try pages.stored(users).restriction == .users([pages.test.bob.id.description, "bob@acme.example"]))
        #expect(pages.alice.post(WebhookPages.list, WebhookPages.form([("events", "cdr")] + bob)).status == 422)
        let stranger = [("restriction", "user"), ("user", pages.test.mallory.id.description), ("events", "user")]
        #expect(pages.alice.post(WebhookPages.list, WebhookPages.form(stranger)).text.contains("Choose a user from the list"))
    }

    @Test("Of an account with very many users the first are listed, with a word on it, and the one that is chosen")
    func manyUsers() throws {
        let pages = try WebhookPages()
        let people = PeopleStore(site: pages.test.site)
        let last = try pages.test.site.database.write { connection in
            for number in 100...300 {
                let user = NewUser(email: "u\(number)@acme.example", name: "User \(number)", password: TestApp.password, role: .user)
                try people.create(user, passwordHash: "-", in: pages.test.acme, on: connection)
            }
            let last = NewUser(email: "zoe@acme.example", name: "Zoé", password: TestApp.password, role: .user)
            return try people.create(last, passwordHash: "-", in: pages.test.acme, on: connection)
        }
        let blank = pages.alice.get(WebhookPages.list + "/new").text
        #expect(blank.contains("The first 200 users by name are listed."))
        #expect(blank.contains("User 297 (") && !blank.contains("User 298 (") && !blank.contains("Zoé ("))
        let address = try pages.add([("events", "user"), ("restriction", "user"), ("user", last.description)])
        #expect(try pages.stored(address).restriction == .users([last.description, "zoe@acme.example"]))
        #expect(pages.alice.get(address).text.contains("Zoé (zoe@acme.example)"))
        #expect(pages.alice.get(address + "/edit").text.contains("<option value=\"\(last)\" selected>Zoé (zoe@acme.example)</option>"))
    }

    @Test("The twenty-first webhook is refused with the limit's name, and nothing typed is lost")
    func limit() throws {
        let pages = try WebhookPages()
        for number in 1...20 { _ = try pages.add([("name", "Webhook \(number)")]) }
        let page = pages.alice.post(WebhookPages.list, WebhookPages.form([("name", "One too many")]))
        #expect(page.status == 422)
        #expect(page.text.contains("The limit “Webhooks” has been reached: an account can have 20"))
        #expect(page.text.contains("One too many"))
        let main = pages.alice.post(
            WebhookPages.settings, [("url", "http://127.0.0.1:9009/"), ("authentication", "none"), ("version", "0.0")])
        #expect(main.status == 422)
        #expect(try pages.all(of: pages.test.acme).count == 20)
        #expect(try pages.audited("webhook.create") == 20)
        let mallory = try pages.test.browser(pages.test.mallory)
        #expect(mallory.post(WebhookPages.list, WebhookPages.form()).status == 303)
    }

    @Test("A stale form overwrites nothing and shows both values")
    func conflict() throws {
        let pages = try WebhookPages()
        let address = try pages.add()
        #expect(pages.alice.post(address, WebhookPages.form([("name", "First")], version: 1)).status == 303)
        let stale = pages.alice.post(address, WebhookPages.form([("name", "Second")], version: 1))
        #expect(stale.status == 422)
        #expect(stale.text.contains("<td data-label=\"Yours\">Second</td><td data-label=\"Currently saved\">First</td>"))
        #expect(try pages.stored(address).name == "First")
        #expect(stale.text.contains("name=\"version\" value=\"2\""))
        #expect(pages.alice.post(address, WebhookPages.form([("name", "Second")], version: 2)).status == 303)
        #expect(try pages.stored(address).name == "Second")
    }

    @Test("Two administrators who save at once see both values of everything, but no secret, and the second save is a decision")
    func conflictOfEverything() throws {
        let pages = try WebhookPages()
        let address = try pages.add([("authentication", "bearer"), ("token", "token-0"), ("headers", "X-Token: hidden-0\r\nX-Old: 1")])
        let theirs = [
            ("events", "module:crm"), ("authentication", "bearer"), ("token", "token-1"), ("headers", "X-Token: hidden-1\r\nX-New: 1"),
        ]
        #expect(pages.alice.post(address, WebhookPages.form(theirs, version: 1)).status == 303)
        let mine = WebhookPages.form(
            [
                ("events", "call:end"), ("events", "cdr"), ("authentication", "basic"), ("login", "acme"), ("password", "word-2"),
                ("headers", "X-Token: hidden-2"),
            ], version: 1)
        let stale = pages.alice.post(address, mine)
        #expect(stale.status == 422)
        for (yours, stored) in [
            ("call:end, cdr", "All “CRM” events"), ("Login and password (Basic)", "Bearer token"), ("acme", "None"),
            ("X-Token (Changed)", "X-Token, X-New"),
        ] {
            #expect(stale.text.contains("<td data-label=\"Yours\">\(yours)</td><td data-label=\"Currently saved\">\(stored)</td>"))
        }
        for secret in ["token-0", "token-1", "word-2", "hidden-0", "hidden-1"] { #expect(!stale.text.contains(secret)) }
        #expect(try pages.stored(address).authentication == .bearer(token: "token-1"))
        #expect(try pages.audited("webhook.update") == 1)
        #expect(pages.alice.post(address, mine.filter { $0.0 != "version" } + [("version", "2")]).status == 303)
        #expect(try pages.stored(address).headers == [.init(name: "X-Token", value: "hidden-2")])
    }

    @Test("The change log has what was before and after; of a secret only that it was changed")
    func changeLog() throws {
        let pages = try WebhookPages()
        let address = try pages.add([("authentication", "bearer"), ("token", "token-1"), ("headers", "X-Token: hidden")])
        let change = [("name", "Renamed"), ("authentication", "bearer"), ("token", "token-2"), ("headers", "X-Token: other")]
        #expect(pages.alice.post(address, WebhookPages.form(change, version: 1)).status == 303)
        let changes = try pages.changes("webhook.update")
        #expect(changes.contains("{\"field\":\"name\",\"before\":\"CRM synchronisation\",\"after\":\"Renamed\"}"))
        for secret in ["token", "headers"] {
            #expect(changes.contains("{\"field\":\"\(secret)\",\"before\":\"\",\"after\":\"changed\",\"is_secret\":true}"))
        }
        #expect(!changes.contains("events"))
        for secret in ["token-1", "token-2", "hidden", "other"] {
            #expect(!changes.contains(secret))
            #expect(try !pages.changes("webhook.create").contains(secret))
        }
    }

    @Test("A new webhook may start switched off; later the switch is not in the form, and sending it there changes nothing")
    func switching() throws {
        let pages = try WebhookPages()
        let address = try pages.add([("enabled", "")])
        #expect(try !pages.stored(address).isEnabled)
        #expect(pages.alice.get(WebhookPages.list + "/new").text.contains("name=\"enabled\" value=\"yes\" checked"))
        #expect(!pages.alice.get(address + "/edit").text.contains("name=\"enabled\""))
        #expect(pages.alice.post(address, WebhookPages.form([("enabled", "yes")], version: 1)).status == 303)
        #expect(try !pages.stored(address).isEnabled)
    }

    @Test("The event picker opens what is chosen, counts it, and has modules in the catalogue's order; of “all” nothing is chosen singly")
    func picker() throws {
        let pages = try WebhookPages()
        let blank = pages.alice.get(WebhookPages.list + "/new").text
        #expect(!blank.contains("<details class=\"disclosure\" open"))
        let places = EventCatalogue.standard.modules.map { blank.firstRange(of: "value=\"module:\($0.slug)\"")?.lowerBound }
        #expect(places.allSatisfy { $0 != nil } && places.compactMap(\.self) == places.compactMap(\.self).sorted())
        let some = try pages.add([("events", "cdr"), ("events", "call:end"), ("events", "module:crm")])
        let page = pages.alice.get(some + "/edit").text
        #expect(page.components(separatedBy: "<details class=\"disclosure\" open").count == 3)
        #expect(
            page.contains("<span class=\"count some\"><span class=\"chosen\"><b>2</b> of </span><span class=\"every\">all </span>15</span>")
        )
        let everything = pages.alice.get(try pages.add([("events", "*"), ("events", "cdr")]) + "/edit").text
        #expect(everything.contains("value=\"*\" checked"))
        #expect(everything.components(separatedBy: " checked").count == 4 && !everything.contains("count some"))
    }

    @Test("A restriction to what has left the account stays until somebody takes it out, and says so")
    func lostNumber() throws {
        let pages = try WebhookPages()
        try pages.test.addNumber("+33187654300", "Sales", to: pages.test.acme)
        let number = [("restriction", "tracking_number"), ("numbers", "+33187654300")]
        let address = try pages.add(number)
        try pages.test.site.database.write { try $0.execute("DELETE FROM tracking_numbers WHERE account_id = \(pages.test.acme)") }
        #expect(pages.alice.get(address + "/edit").text.contains("No longer in this account"))
        #expect(pages.alice.post(address, WebhookPages.form(number + [("name", "Renamed")], version: 1)).status == 303)
        #expect(try pages.stored(address).restriction == .trackingNumbers(["+33187654300"]))
        #expect(pages.alice.post(address, WebhookPages.form(version: 2)).status == 303)
        #expect(try pages.stored(address).restriction == Restriction.none)
        #expect(pages.alice.post(address, WebhookPages.form(number, version: 3)).status == 422)
    }

    @Test("A name that nobody could see is none", arguments: ["\u{200B}\u{200E}", "\u{2800}", " \u{00A0}"])
    func invisibleName(name: String) throws {
        let pages = try WebhookPages()
        let page = pages.alice.post(WebhookPages.list, WebhookPages.form([("name", name)]))
        #expect(page.status == 422 && page.text.contains("href=\"#name\""))
    }

    @Test("What may be kept while somebody signs in again has no secret, no header, and all else; a form without headers keeps them")
    func keptOverSignIn() throws {
        let declaration = WebhookConfiguration.form.declaration
        #expect(declaration.keptNames.isSuperset(of: ["name", "target", "events", "authentication", "login", "restriction"]))
        #expect(declaration.keptNames.isDisjoint(with: ["password", "token", "key", "headers"]))
        let pages = try WebhookPages()
        let address = try pages.add([("headers", "X-Token: hidden")])
        let resumed = WebhookPages.form([("was_kept", "yes")], version: 1).filter { $0.0 != "headers" }
        let page = pages.alice.post(address, resumed)
        #expect(page.text.contains("X-Token: ••••••") && page.text.contains("Nothing has been saved yet"))
        #expect(try pages.stored(address).headers == [.init(name: "X-Token", value: "hidden")])
    }

    @Test("Deleting asks with the figures, discards what waits, and is in the Deletion history")
    func deleting() throws {
        let pages = try WebhookPages()
        try pages.enableIntegration()
        let address = try pages.add([("name", "Old CRM")])
        try pages.accept("cdr")
        try pages.accept("cdr")
        let question = pages.alice.get(address + "/delete")
        #expect(question.text.contains("Delete Old CRM?"))
        #expect(question.text.contains("2 pending deliveries will be discarded."))
        #expect(pages.alice.post(address + "/delete").location == WebhookPages.list)
        #expect(try pages.all(of: pages.test.acme).isEmpty)
        #expect(try pages.states(of: address) == [.discarded, .discarded])
        #expect(pages.alice.get("/settings/deletions").text.contains("Old CRM"))
        #expect(pages.alice.get(address).status == 404)
        #expect(pages.alice.post(address + "/delete").status == 404)
        try pages.accept("cdr")
        #expect(try pages.states(of: address).count == 2)
    }

    @Test("A stored secret is not sent to another receiver: who may write it, but not read it, has to type it again")
    func secretsOfAnotherReceiver() throws {
        let pages = try WebhookPages()
        let secret = [("authentication", "bearer"), ("headers", "X-Token: ••••••")]
        let address = try pages.add([("authentication", "bearer"), ("token", "token-1"), ("headers", "X-Token: hidden")])
        for target in ["http://127.0.0.1:9010/hook", "http://127.0.0.2:9009/hook", "https://127.0.0.1:9009/hook"] {
            let page = pages.alice.post(address, WebhookPages.form(secret + [("target", target)], version: 1))
            #expect(page.status == 422)
            #expect(page.text.contains("href=\"#token\"") && page.text.contains("href=\"#headers\""))
        }
        let samePlace = WebhookPages.form(secret + [("target", "http://127.0.0.1:9009/other")], version: 1)
        #expect(pages.alice.post(address, samePlace).status == 303)
        let typed = [
            ("authentication", "bearer"), ("token", "token-2"), ("headers", "X-Token: new"), ("target", "http://127.0.0.1:9010/"),
        ]
        #expect(pages.alice.post(address, WebhookPages.form(typed, version: 2)).status == 303)
        #expect(try pages.stored(address).authentication == .bearer(token: "token-2"))
    }

    @Test("The list is searched by name and target, and says how to begin when it is empty")
    func listing() throws {
        let pages = try WebhookPages()
        #expect(pages.alice.get(WebhookPages.list).text.contains("No webhooks yet"))
        _ = try pages.add([("name", "Alpha <b>")])
        _ = try pages.add([("name", "Beta"), ("target", "http://127.0.0.1:9009/zapier")])
        let all = pages.alice.get(WebhookPages.list)
        #expect(all.text.contains("Alpha &lt;b&gt;"))
        #expect(all.text.contains("The integration is off"))
        let found = pages.alice.get(WebhookPages.list + "?q=ZAP")
        #expect(found.text.contains("Beta"))
        #expect(!found.text.contains("Alpha"))
        #expect(pages.alice.get(WebhookPages.list + "?q=nothing").text.contains("No webhook matches this search"))
    }

    @Test("Nobody sees or changes a webhook of another account, nor without the right")
    func rights() throws {
        let pages = try WebhookPages()
        let address = try pages.add()
        let reads = ["", "/edit", "/delete", "/resume", "/secret"]
        let writes = ["", "/delete", "/pause", "/resume", "/secret", "/test"]
        let mallory = try pages.test.browser(pages.test.mallory)
        for path in reads { #expect(mallory.get(address + path).status == 404) }
        for path in writes { #expect(mallory.post(address + path, WebhookPages.form([("held", "release")], version: 1)).status == 404) }
        #expect(!mallory.get(WebhookPages.list).text.contains("CRM synchronisation"))
        let nobody = try pages.test.browser(pages.test.bob)
        for path in reads { #expect(nobody.get(address + path).status == 403) }
        let viewer = try pages.bob([.viewWebhooks])
        for path in reads.dropFirst() { #expect(viewer.get(address + path).status == 403) }
        for path in writes { #expect(viewer.post(address + path, WebhookPages.form(version: 1)).status == 403) }
        #expect(viewer.post(WebhookPages.list, WebhookPages.form()).status == 403)
        let page = viewer.get(address)
        #expect(page.status == 200)
        #expect(!page.text.contains("whsec_"))
        #expect(!page.text.contains(address + "/edit"))
        #expect(try pages.stored(address).version == 1)
        #expect(pages.alice.get(WebhookPages.list + "/wh_nonsense").status == 404)
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
