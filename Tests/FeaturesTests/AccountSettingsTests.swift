// Account settings as people meet them: who may, what is saved, what is refused, and that nothing typed is lost.

import Database
import Features
import Foundation
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Time
import Web

@testable import Features

@Suite("Account settings")
struct AccountSettingsTests {
    private static let path = "/settings/account"

    private let test: TestApp
    private let alice: Browser

    init() throws {
        test = try TestApp()
        alice = try test.browser(test.alice)
    }

    /// A valid form, with other values where given.
    private func form(_ changes: [String: String] = [:], version: Int = 1) -> [(String, String)] {
        let base = [
            "country": "FR", "account_language": "en", "time_zone": "Europe/Paris", "playlist": "", "password_days": "90",
            "second_factor": "nobody", "head_of_line": "",
            "trunk_region": "", "version": String(version),
        ]
        return base.merging(changes) { $1 }.map { ($0.key, $0.value) }
    }

    private var stored: AccountSettings {
        get throws { try test.site.database.read { try AccountStore.settings(of: test.acme, on: $0) } }
    }

    private func logoFiles() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: test.folder + "/logos") }

    private func uploads() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: test.folder + "/uploads") }

    private func playlist(_ name: String, of account: ID<Account>) throws -> ID<Playlist> {
        try test.add(Playlist.self, name, to: account)
    }

    private func deletions() throws -> [String] {
        try test.site.database.read { connection in
            try connection.rows("SELECT entity || ' ' || detail || ' ' || user_name FROM deletions ORDER BY id") {
                try $0.next(String.self)
            }
        }
    }

    // MARK: Who may

    @Test("An administrator sees their account's settings; a user without the right and a visitor do not, and a stranger sees their own")
    func access() throws {
        let page = alice.get(Self.path)
        #expect(page.status == 200)
        #expect(page.text.contains("Europe/Paris (+01:00), set here"))
        #expect(page.text.contains("Which number is shown"))
        #expect(try test.browser(test.bob).get(Self.path).status == 403)
        #expect(try test.browser(test.bob).post(Self.path, form()).status == 403)
        #expect(try test.browser(test.bob).get(Self.path + "/head-of-line").status == 403)
        #expect(try test.browser().get(Self.path).location?.hasPrefix("/sign-in") == true)
        _ = alice.post(Self.path, form(["country": "BE"]))
        let mallory = try test.browser(test.mallory)
        #expect(mallory.get(Self.path).text.contains("<option value=\"FR\" selected>"))
        _ = mallory.post(Self.path, form(["country": "US"]))
        #expect(try stored.country == "BE")
    }

    // MARK: Saving

    @Test("All settings are saved, spellings of the number as E.164, and take effect on the next page, in the new language and zone")
    func saving() throws {
        let playlist = try playlist("Waiting", of: test.acme)
        let saved = alice.post(
            Self.path,
            form([
                "country": "FR", "account_language": "fr", "time_zone": "America/New_York", "playlist": playlist.description,
                "password_expiration": "yes", "password_days": "45", "supervision": "yes", "head_of_line": "01 42 68 53 00",
                "original_number": "yes", "national_trunk": "yes", "trunk_region": "+33",
            ]))
        #expect(saved.status == 303)
        #expect(
            try stored
                == AccountSettings(
                    country: "FR", language: "fr", timeZone: "America/New_York", playlist: playlist, logo: nil, passwordDays: 45,
                    hasSupervision: true, headOfLine: "+33142685300", presentsOriginalNumber: true, trunkRegion: "+33", version: 2))
        let page = alice.get(Self.path)
        #expect(page.text.contains("<html lang=\"fr\""))
        #expect(page.text.contains("Paramètres du compte"))
        #expect(page.text.contains("Les paramètres du compte ont été enregistrés."))
        #expect(page.text.contains("America/New_York (-05:00)"))
        #expect(page.text.contains("value=\"+33 1 42 68 53 00\""))
        #expect(page.text.contains("<option value=\"+33\" selected>+33 France</option>"))
        // Saving what the page shows changes nothing.
        _ = alice.post(
            Self.path,
            form(
                [
                    "account_language": "fr", "time_zone": "America/New_York", "playlist": playlist.description,
                    "password_expiration": "yes",
                    "password_days": "45", "supervision": "yes", "head_of_line": "+33 1 42 68 53 00", "original_number": "yes",
                    "national_trunk": "yes", "trunk_region": "+33",
                ], version: 2))
        #expect(try stored.version == 2)
        #expect(try stored.headOfLine == "+33142685300")
        let audits: [String?] = try test.site.database.read {
            try $0.rows("SELECT changes FROM audit WHERE action = 'account.update' ORDER BY id") { try $0.next() }
        }
        #expect(audits.count == 1)
        #expect(audits.first??.contains(#"{"field":"head_of_line","before":"","after":"+33142685300"}"#) == true)
    }

    @Test("What My Account chooses stays, and the page says so")
    func overriding() throws {
        try test.site.database.write {
            _ = try $0.execute("UPDATE users SET time_zone = 'Asia/Tokyo', language = 'en' WHERE id = \(test.alice.id)")
        }
        _ = alice.post(Self.path, form(["account_language": "fr"]))
        let page = alice.get(Self.path)
        #expect(page.text.contains("Asia/Tokyo (+09:00), set in My Account"))
        #expect(page.text.contains("Account settings have been saved."))
        #expect(page.text.contains("chosen in My Account"))
    }

    @Test("Each wrong value is named in the summary and beside its field, and all that was typed stays")
    func badInput() throws {
        let foreign = try playlist("Foreign", of: test.globex)
        let cases: [(String, [String: String], String)] = [
            ("country", ["country": "XX"], "Choose a country from the list"),
            ("account_language", ["account_language": "de"], "Choose English or French"),
            ("time_zone", ["time_zone": "Mars/Olympus"], "Choose a time zone from the list"),
            ("playlist", ["playlist": foreign.description], "Choose a playlist from the list, or “None”"),
            ("playlist", ["playlist": "pl_x"], "Choose a playlist from the list, or “None”"),
            ("head_of_line", ["head_of_line": "hello"], "Enter a telephone number in digits"),
            ("head_of_line", ["head_of_line": "3900"], "3900 is a short code, which works within one country only"),
            ("head_of_line", ["head_of_line": "0142685300", "country": "US"], "Begin the number with + and the country"),
            ("head_of_line", ["head_of_line": "+999123456789"], "Check the code after the +"),
            ("head_of_line", ["head_of_line": "+331"], "Check the number: it has too many or too few digits"),
            ("trunk_region", ["national_trunk": "yes"], "Choose the region code of the national trunk"),
            ("trunk_region", ["national_trunk": "yes", "trunk_region": "+999"], "Choose the region code of the national trunk"),
            ("password_days", ["password_expiration": "yes", "password_days": "29"], "Enter a number of days from 30 to 365"),
            ("password_days", ["password_expiration": "yes", "password_days": "366"], "Enter a number of days from 30 to 365"),
            ("password_days", ["password_expiration": "yes", "password_days": "many"], "Enter a number of days from 30 to 365"),
        ]
        for (field, changes, message) in cases {
            let page = alice.post(Self.path, form(changes.merging(["supervision": "yes"]) { $1 }))
            #expect(page.status == 422, "\(changes)")
            #expect(page.text.contains("<title>Error: Account settings – Hookswitch</title>"))
            #expect(page.text.contains("<a href=\"#\(field)\">\(message)"), "\(changes)")
            #expect(page.text.contains("id=\"\(field)-error\""), "\(changes)")
            #expect(page.text.contains("name=\"supervision\" value=\"yes\" checked"))
            if field != "playlist" { #expect(page.text.contains("\"\(changes[field] ?? "")\""), "\(changes)") }
        }
        #expect(try stored.version == 1)
    }

    @Test("A form that is older than what is saved shows both values, and saves when it is sent again")
    func conflict() throws {
        let other = try test.browser(test.alice)
        _ = other.post(Self.path, form(["country": "BE", "head_of_line": "+32 2 555 12 12"]))
        let page = alice.post(Self.path, form(["country": "CH", "logo_remove": "yes"]))
        #expect(page.status == 422)
        #expect(page.text.contains("Somebody else saved this in the meantime"))
        #expect(page.text.contains("Switzerland"))
        #expect(page.text.contains("Belgium"))
        #expect(page.text.contains("name=\"version\" value=\"2\""))
        #expect(try stored.country == "BE")
        let audits: Int? = try test.site.database.read { try $0.value("SELECT COUNT(*) FROM audit WHERE action = 'account.update'") }
        #expect(audits == 1)
        #expect(alice.post(Self.path, form(["country": "CH"], version: 2)).status == 303)
        #expect(try stored.country == "CH")
    }

    @Test("Before passwords are made to expire, the page says how many people it would make change theirs")
    func oldPasswords() throws {
        let old = test.site.clock.now() - .seconds(100 * 86400)
        #expect(!alice.get(Self.path).text.contains("would have to change"))
        try test.site.database.write {
            _ = try $0.execute("UPDATE users SET password_changed_at = \(old) WHERE id IN (\(test.bob.id), \(test.mallory.id))")
        }
        #expect(alice.get(Self.path).text.contains("1 user has a password older than 90 days"))
    }

    // MARK: Logo

    private func send(_ name: String, _ bytes: [UInt8], _ changes: [String: String] = [:], version: Int = 1) -> Browser.Page {
        alice.post(Self.path, form(changes, version: version), file: ("logo", name, bytes))
    }

    @Test("A logo is stored without its metadata, shows in the header, and is served to people of its account only")
    func logo() throws {
        #expect(send("L’été Télécom (1).PNG", SampleImages.pngWithEverything).status == 303)
        let logo = try #require(try stored.logo)
        #expect(logo.name == "L'été Télécom (1).PNG")
        let page = alice.get(Self.path)
        #expect(page.text.contains("<img class=\"own\" src=\"/logo/\(logo.file)\""))
        #expect(page.text.contains("Télécom (1).PNG"))
        for person in [test.alice, test.bob] {
            let image = try test.browser(person).get("/logo/\(logo.file)")
            #expect(image.status == 200)
            #expect(image.bytes == (try LogoImage(remaking: SampleImages.pngWithEverything)).bytes)
            #expect(image.fields[.contentType] == "image/png")
            #expect(image.fields[.contentSecurityPolicy] == "sandbox; default-src 'none'")
            #expect(image.fields[.xContentTypeOptions] == "nosniff")
            #expect(image.fields[.cacheControl]?.hasPrefix("private, max-age=") == true)
        }
        #expect(try test.browser(test.mallory).get("/logo/\(logo.file)").status == 404)
        #expect(try test.browser(test.olivia).get("/logo/\(logo.file)").status == 404)
        #expect(try test.browser().get("/logo/\(logo.file)").location?.hasPrefix("/sign-in") == true)
        for name in ["..%2Fmaster.key", "logo_x.png", "..%2Flogos%2F\(logo.file)"] { #expect(alice.get("/logo/\(name)").status == 404) }
        #expect(try uploads().isEmpty)
    }

    @Test("Replacing and removing a logo takes the old file away after the commit and stands in the Deletion history")
    func replacing() throws {
        _ = send("one.png", SampleImages.png())
        let first = try #require(try stored.logo)
        _ = send("two.gif", SampleImages.gif(), version: 2)
        let second = try #require(try stored.logo)
        #expect(first.file != second.file)
        #expect(try logoFiles() == [second.file])
        #expect(try deletions() == ["logo one.png Alice Martin"])
        #expect(alice.get("/logo/\(first.file)").status == 404)
        #expect(alice.get("/logo/\(second.file)").fields[.contentType] == "image/png")
        #expect(alice.post(Self.path, form(["logo_remove": "yes"], version: 3)).status == 303)
        #expect(try stored.logo == nil)
        #expect(try logoFiles() == [])
        #expect(try deletions() == ["logo one.png Alice Martin", "logo two.gif Alice Martin"])
        #expect(!alice.get(Self.path).text.contains("class=\"own\""))
        // Removing what is not there is no deletion.
        #expect(alice.post(Self.path, form(["logo_remove": "yes"], version: 4)).status == 303)
        #expect(try deletions().count == 2)
    }

    @Test("Each bad file ends as a clear message, with all else that was typed, and leaves nothing behind")
    func badLogos() throws {
        let png = SampleImages.png()
        let cases: [(String, [UInt8], String)] = [
            ("big.png", png + [UInt8](repeating: 0, count: 2_000_000), "Choose a logo smaller than 2 MB"),
            ("logo.png", Array("<svg onload=alert(1)>".utf8), "not PNG, JPEG or GIF"),
            ("logo.png", [], "not PNG, JPEG or GIF"),
            ("logo.jpg", png, "its content is PNG"),
            ("logo.svg", png, "whose name ends in .png, .jpeg, .jpg or .gif"),
            ("logo", png, "whose name ends in .png, .jpeg, .jpg or .gif"),
            (".png", png, "whose name ends in .png, .jpeg, .jpg or .gif"),
            ("lo<go>.png", png, "Rename the file"),
            ("lo;go.png", png, "Rename the file"),
            ("\u{202E}gnp.png", png, "Rename the file"),
            ("logo.png", SampleImages.png(width: 30_000, height: 30_000), "30,000 × 30,000 pixels, and the limit is 4,096 on each side"),
            ("logo.png", Array(png.dropLast(20)), "damaged, incomplete"),
        ]
        for (name, bytes, message) in cases {
            let page = send(name, bytes, ["head_of_line": "01 42 68 53 00"])
            #expect(page.status == 422, "\(name) \(message)")
            #expect(page.text.contains("<a href=\"#logo\">"))
            #expect(page.text.contains(message), "\(name) \(message)")
            #expect(page.text.contains("value=\"01 42 68 53 00\""))
        }
        #expect(try logoFiles() == [])
        #expect(try uploads() == [])
        #expect(try stored.version == 1)
    }

    @Test("A file just under 2 MB is taken, of 2 MB it is not")
    func size() throws {
        let rest = LogoUpload.limit - SampleImages.png().count
        let padded = SampleImages.png() + [UInt8](repeating: 0, count: rest)
        #expect(send("logo.png", padded + [0]).status == 422)
        #expect(send("logo.png", padded).status == 303)
    }

    @Test("When other fields are wrong, or somebody else saved, the page asks for the file again and keeps the tick of removing")
    func chooseAgain() throws {
        let page = send("logo.png", SampleImages.png(), ["country": "XX"])
        #expect(page.status == 422)
        #expect(page.text.contains("<a href=\"#country\">"))
        #expect(page.text.contains("Choose the logo file again"))
        let stale = send("logo.png", SampleImages.png(), version: 0)
        #expect(stale.status == 422)
        #expect(stale.text.contains("Choose the logo file again"))
        #expect(try logoFiles() == [])
        _ = send("logo.png", SampleImages.png())
        let kept = alice.post(Self.path, form(["logo_remove": "yes", "country": "XX"], version: 2))
        #expect(kept.text.contains("name=\"logo_remove\" value=\"yes\" checked"))
        #expect(try stored.logo != nil)
    }

    @Test("The daily look takes old files without a row, and rows without a file, and leaves what is in use or under way")
    func sweep() throws {
        _ = send("logo.png", SampleImages.png())
        let used = try #require(try stored.logo)
        let ids = test.site.ids
        let (orphan, fresh) = ("\(ids.next(LogoRow.self)).png", "\(ids.next(LogoRow.self)).png")
        let now = Date(timeIntervalSince1970: TimeInterval(test.site.clock.now().seconds))
        let old = now.addingTimeInterval(-7200)
        for (path, date) in [
            ("logos/\(used.file)", old), ("logos/\(orphan)", old), ("logos/\(fresh)", now), ("uploads/upload-old", old),
            ("uploads/upload-new", now),
        ] {
            let full = "\(test.folder)/\(path)"
            if !FileManager.default.fileExists(atPath: full) { _ = FileManager.default.createFile(atPath: full, contents: Data()) }
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: full)
        }
        try LogoSweep(site: test.site).run()
        #expect(Set(try logoFiles()) == [used.file, fresh])
        #expect(try uploads() == ["upload-new"])
        #expect(try stored.logo == used)
        try FileManager.default.removeItem(atPath: "\(test.folder)/logos/\(used.file)")
        try LogoSweep(site: test.site).run()
        #expect(try stored.logo == nil)
        #expect(try deletions() == ["logo logo.png System"])
    }

    // MARK: Head of line and playlists

    @Test("Trying the head of line says which number shows and why, for queues and users of the account only")
    func trying() throws {
        let support = try test.add(Queue.self, "Support", to: test.acme) { $0.headOfLine = "+33142685301" }
        let foreign = try test.add(Queue.self, "Foreign", to: test.globex)
        try test.site.database.write { connection in
            try connection.execute("UPDATE users SET head_of_line = '+33142685302' WHERE id = \(test.bob.id)")
        }
        let path = Self.path + "/head-of-line"
        #expect(alice.get(path).text.contains("No number is shown, because neither the queue, the user nor the account has one."))
        _ = alice.post(Self.path, form(["head_of_line": "+33142685303"]))
        #expect(alice.get(path).text.contains("the head of line of the account Acme Télécom"))
        #expect(alice.get("\(path)?user=\(test.alice.id)&queue=").text.contains("the head of line of the account"))
        let user = alice.get("\(path)?user=\(test.bob.id)")
        #expect(user.text.contains("This is Bob Durand’s own number"))
        #expect(user.text.contains("+33 1 42 68 53 02"))
        let queue = alice.get("\(path)?user=\(test.bob.id)&queue=\(support)")
        #expect(queue.text.contains("This is the number of the queue Support"))
        #expect(queue.text.contains("<option value=\"\(test.bob.id)\" selected>Bob Durand</option>"))
        for query in ["user=\(test.mallory.id)", "queue=\(foreign)", "queue=\(test.bob.id)", "user=x"] {
            #expect(alice.get("\(path)?\(query)").status == 404, "\(query)")
        }
        #expect(!alice.get(path).text.contains("Foreign"))
    }

    @Test("A user is found by name and address, however they are spelled")
    func findingUsers() throws {
        let people = PeopleStore(site: test.site)
        let user = NewUser(email: "e.lefevre@acme.example", name: "Élodie Lefèvre", password: TestApp.password, role: .user)
        try test.site.database.write { _ = try people.create(user, passwordHash: "-", in: test.acme, on: $0) }
        for search in ["elodie", "%C3%89LODIE%20LEF", "lef%C3%A8vre", "E.LEFEVRE%40"] {
            let page = alice.get(Self.path + "/head-of-line?find=\(search)").text
            #expect(page.contains(">Élodie Lefèvre</option>") && !page.contains(">Bob Durand</option>"), "\(search)")
        }
    }

    @Test("A playlist that goes while the form is open is asked for anew")
    func playlistGone() throws {
        let playlist = try playlist("Going", of: test.acme)
        try test.site.database.write { _ = try ReferenceStore.delete(playlist, of: test.acme, test.app.uses, on: $0) }
        #expect(alice.post(Self.path, form(["playlist": playlist.description])).status == 422)
    }
}
