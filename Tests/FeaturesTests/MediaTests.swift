// The media API: what it keeps, what it refuses, and that files and rows pair up whatever happens in between.

import Database
import Features
import Foundation
import HTTPTypes
import JSON
import TestSupport
import Testing
import Time
import Web

@Suite("Media API")
struct MediaTests {
    private static let path = "/api/v1/accounts/acme/media"
    private static let sound = [UInt8](repeating: 42, count: 1000)

    private static func multipart(_ fields: [(String, String)], fileName: String? = "call.wav", bytes: [UInt8] = sound) -> [UInt8] {
        var body = fields.flatMap { Array("--b\r\nContent-Disposition: form-data; name=\"\($0.0)\"\r\n\r\n\($0.1)\r\n".utf8) }
        if let fileName {
            body += Array(
                "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(fileName)\"\r\nContent-Type: audio/wav\r\n\r\n".utf8)
            body += bytes + Array("\r\n".utf8)
        }
        return body + Array("--b--\r\n".utf8)
    }

    private static let fields = [("kind", "recordings"), ("recorded_at", "2026-11-20T10:00:00+01:00")]

    private func send(_ test: TestApp, _ fields: [(String, String)] = fields, fileName: String? = "call.wav", key: String) -> Browser.Page {
        test.call(
            .post, Self.path, key: key, body: Self.multipart(fields, fileName: fileName), contentType: "multipart/form-data; boundary=b")
    }

    private func json(_ page: Browser.Page) throws -> JSONValue { try JSONValue(parsing: page.bytes) }

    @Test("A file that is sent is stored whole under a name of ours, and its record can be read")
    func sending() throws {
        let test = try TestApp()
        let key = try test.key(of: test.acme)
        let page = send(
            test,
            Self.fields + [
                ("user", "bob@acme.example"), ("tracking_number", "+33142685300"), ("connector", "Archive"), ("hold", "true"),
                ("external_id", "x1"),
            ], fileName: "../../etc/CALL.WAV", key: key)
        #expect(page.status == 201)
        let record = try json(page)
        let id = try #require(record["id"]?.string)
        let stored = try #require(ID<MediaFile>(id)).stored
        #expect(FileManager.default.contents(atPath: "\(test.mediaPath(test.acme))/\(stored).wav") == Data(Self.sound))
        #expect(page.location == "\(Self.path)/\(id)")
        #expect(record["recorded_at"]?.string == "2026-11-20T09:00:00.000Z")
        #expect(record["user"]?.string == test.bob.id.description)
        #expect(record["hold"]?.bool == true && record["bytes"]?.integer == 1000)
        #expect(try json(test.call(.get, "\(Self.path)/\(id)", key: key)) == record)
        let media = try test.media()
        #expect(media.files == media.rows)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(test.folder)/uploads").isEmpty)
    }

    @Test("The same external id again registers nothing new, also when the file is another")
    func idempotent() throws {
        let test = try TestApp()
        let key = try test.key(of: test.acme)
        let first = send(test, Self.fields + [("external_id", "call-1")], key: key)
        let second = send(test, Self.fields + [("external_id", "call-1")], fileName: "other.mp3", key: key)
        #expect(first.status == 201 && second.status == 200)
        #expect(try json(first)["id"] == json(second)["id"])
        let media = try test.media()
        #expect(media.files == media.rows && media.rows.count == 1)
        // Another account's ids are its own.
        let other = test.call(
            .post, "/api/v1/accounts/globex/media", key: try test.key(of: test.globex),
            body: Self.multipart(Self.fields + [("external_id", "call-1")]), contentType: "multipart/form-data; boundary=b")
        #expect(other.status == 201)
    }

    @Test(
        "Each bad input is a problem that names its field, and nothing is kept",
        arguments: [
            ("kind", "voicemail"), ("kind", ""), ("recorded_at", "yesterday"), ("recorded_at", "2026-11-20T10:00:00"),
            ("recorded_at", "2026-11-22T15:00:00Z"), ("user", "mallory@globex.example"), ("user", "usr_00000000000000000000000000"),
            ("tracking_number", "0142685300"), ("connector", String(repeating: "x", count: 101)), ("connector", "a\nb"),
            ("hold", "yes"), ("external_id", ""), ("hodl", "true"), ("path", "a.wav"),
        ])
    func badFields(_ field: String, _ value: String) throws {
        let test = try TestApp()
        let key = try test.key(of: test.acme)
        let page = send(test, Self.fields.filter { $0.0 != field } + [(field, value)], key: key)
        #expect(page.status == 422)
        #expect(page.fields[.contentType] == "application/problem+json")
        let problem = try json(page)
        #expect(problem["type"]?.string == "urn:hookswitch:problem:invalid-media")
        #expect(problem["errors"]?.array?.first?["field"]?.string == field)
        #expect(try test.media().files.isEmpty)
        #expect(try test.media().rows.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(test.folder)/uploads").isEmpty)
    }

    @Test("A body that cannot be read, a file without a name or extension, and no file at all are problems")
    func badBodies() throws {
        let test = try TestApp()
        let key = try test.key(of: test.acme)
        func status(_ body: String, _ contentType: String) -> Int {
            test.call(.post, Self.path, key: key, body: Array(body.utf8), contentType: contentType).status
        }
        #expect(status("x", "text/plain") == 415)
        #expect(status("{", "application/json") == 400)
        #expect(status("[]", "application/json") == 400)
        #expect(status("{\"kind\":\"recordings\"}", "application/json") == 422)
        #expect(status("--b\r\nbroken", "multipart/form-data; boundary=b") == 400)
        #expect(status("x", "multipart/form-data") == 400)
        #expect(send(test, fileName: nil, key: key).status == 422)
        #expect(send(test, Self.fields + [("kind", "recordings")], key: key).status == 422)
        for name in ["call", "call.", "call.w v", "call.verylongext", "call.wäv"] {
            #expect(send(test, fileName: name, key: key).status == 422)
        }
        #expect(try test.media().files.isEmpty)
    }

    @Test(
        "A file is taken from the account's own inbox, and from nowhere else",
        arguments: [
            "../globex/b.wav", "/etc/hostname.wav", "link.wav", "linked/a.wav", "folder.wav", "missing.wav", "", "a//b.wav", "./a.wav",
            "missing/a.wav",
            // With a mark behind it the slash is another Character, and still a slash to the system.
            "../\u{301}b.wav", "../globex/\u{301}b.wav", "linked/\u{301}a.wav", "linked/\u{200D}a.wav", "day/..\u{FE0F}/../../globex/b.wav",
        ])
    func inbox(_ bad: String) throws {
        let test = try TestApp()
        let files = FileManager.default
        let inbox = "\(test.folder)/media-inbox"
        for folder in ["acme/day", "globex", "acme/folder.wav"] {
            try files.createDirectory(atPath: "\(inbox)/\(folder)", withIntermediateDirectories: true)
        }
        for file in [
            "acme/day/a.wav", "globex/b.wav", "../secret.wav", "\u{301}b.wav", "globex/\u{301}b.wav", "acme/day/\u{301}a.wav",
            "acme/day/\u{200D}a.wav",
        ] {
            try Data(Self.sound).write(to: URL(filePath: "\(inbox)/\(file)"))
        }
        try files.createSymbolicLink(atPath: "\(inbox)/acme/link.wav", withDestinationPath: "\(test.folder)/secret.wav")
        try files.createSymbolicLink(atPath: "\(inbox)/acme/linked", withDestinationPath: "\(inbox)/acme/day")
        let key = try test.key(of: test.acme)
        func register(_ path: String) -> Browser.Page {
            let body: JSONValue = ["kind": "ivr_recorder", "recorded_at": "2026-11-20T10:00:00Z", "path": .string(path), "hold": true]
            return test.call(.post, Self.path, key: key, body: body.serialized())
        }
        let refused = register(bad)
        #expect(refused.status == 422)
        #expect(refused.text.contains("\"field\":\"path\""))
        #expect(try test.media().files.isEmpty)
        let taken = register("day/a.wav")
        #expect(taken.status == 201)
        #expect(try json(taken)["bytes"]?.integer == 1000)
        #expect(!files.fileExists(atPath: "\(inbox)/acme/day/a.wav"))
        #expect(files.fileExists(atPath: "\(inbox)/globex/b.wav"))
        let media = try test.media()
        #expect(media.files == media.rows && media.rows.count == 1)
    }

    @Test("A file larger than the limit is refused and leaves nothing")
    func tooLarge() throws {
        let test = try TestApp()
        let body = Self.multipart(Self.fields, bytes: [UInt8](repeating: 0, count: 64 << 20))
        let page = test.call(.post, Self.path, key: try test.key(of: test.acme), body: body, contentType: "multipart/form-data; boundary=b")
        #expect(page.status == 413)
        #expect(try test.media().files.isEmpty)
    }

    @Test("Hold is set and released, by this account's keys with the scope only")
    func hold() throws {
        let test = try TestApp()
        let stored = try test.addMedia(days: 1)
        let own = try test.key(of: test.acme)
        func patch(_ body: String, key: String?, slug: String = "acme", contentType: String = "application/json") -> Browser.Page {
            test.call(
                .patch, "/api/v1/accounts/\(slug)/media/\(stored.id)", key: key, body: Array(body.utf8), contentType: contentType)
        }
        #expect(try json(patch("{\"hold\":true}", key: own))["hold"]?.bool == true)
        #expect(try json(patch("{\"hold\":false}", key: own))["hold"]?.bool == false)
        for body in ["{}", "{\"hold\":1}", "{\"hold\":true,\"kind\":\"recordings\"}"] { #expect(patch(body, key: own).status == 422) }
        #expect(patch("{", key: own).status == 400)
        #expect(patch("hold=true", key: own, contentType: "application/x-www-form-urlencoded").status == 415)
        let stranger = try test.key(of: test.globex)
        #expect(patch("{\"hold\":true}", key: stranger).status == 404)
        #expect(patch("{\"hold\":true}", key: stranger, slug: "globex").status == 404)
        #expect(test.call(.get, "/api/v1/accounts/globex/media/\(stored.id)", key: stranger).status == 404)
        #expect(patch("{\"hold\":true}", key: nil).status == 401)
        #expect(patch("{\"hold\":true}", key: try test.key(of: test.acme, scopes: [.writeEvents])).status == 403)
        #expect(test.call(.get, "\(Self.path)/nonsense", key: own).status == 404)
        let audits = try test.site.database.read { try $0.value("SELECT COUNT(*) FROM audit WHERE action LIKE 'media.%'", as: Int.self) }
        #expect(audits == 2)
    }

    @Test("The daily check quarantines and shows files without rows, and counts rows without files")
    func inventory() throws {
        let test = try TestApp()
        let paired = try test.addMedia(days: 1)
        let missing = try test.addMedia(days: 1)
        try FileManager.default.removeItem(atPath: missing.path)
        let lost = test.site.ids.next(MediaFile.self)
        for name in ["stranger.txt", "\(lost.stored).wav"] { try Data().write(to: URL(filePath: "\(test.mediaPath(test.acme))/\(name)")) }
        try FileManager.default.createSymbolicLink(atPath: "\(test.mediaPath(test.acme))/link", withDestinationPath: "\(test.folder)/lock")
        try FileManager.default.createDirectory(atPath: "\(test.folder)/media/nobody", withIntermediateDirectories: true)
        #expect(try test.media().files.count == 4)

        try MediaInventory(site: test.site).checkAll()

        #expect(try test.media().files == [URL(filePath: paired.path).lastPathComponent])
        let quarantine = try FileManager.default.contentsOfDirectory(atPath: "\(test.folder)/quarantine/\(test.acme.stored)")
        #expect(quarantine.count == 3)
        #expect(FileManager.default.fileExists(atPath: "\(test.folder)/lock"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(test.folder)/quarantine/of-no-account").count == 1)
        let page = try test.browser(test.alice).get("/settings/retention").text
        #expect(page.contains("3 files without a record were moved to quarantine"))
        #expect(page.contains("1 record has no file"))
        #expect(!(try test.browser(test.mallory).get("/settings/retention").text.contains("quarantine. Contact the operator")))
    }

    @Test("When the row is refused, a file from the inbox is put back and no row stays, so that the same call can be made again")
    func refusedRow() throws {
        let test = try TestApp()
        let inbox = "\(test.folder)/media-inbox/acme"
        try FileManager.default.createDirectory(atPath: inbox, withIntermediateDirectories: true)
        try Data(Self.sound).write(to: URL(filePath: "\(inbox)/a.wav"))
        var media = NewMedia(kind: .recordings, recordedAt: test.clock.clock.now())
        media.externalID = "call-1"
        let refusal: SQL = "CREATE TRIGGER refuse BEFORE UPDATE ON media_files BEGIN SELECT RAISE(ABORT, 'no'); END"
        try test.site.database.write { _ = try $0.execute(refusal) }
        let intake = MediaIntake(site: test.site)
        #expect(throws: DatabaseError.self) { try intake.register(media, from: .inbox(path: "a.wav"), account: test.acme, slug: "acme") }
        #expect(FileManager.default.contents(atPath: "\(inbox)/a.wav") == Data(Self.sound))
        #expect(try test.media().files.isEmpty)
        #expect(try test.media().rows.isEmpty)
        try test.site.database.write { _ = try $0.execute("DROP TRIGGER refuse") }
        #expect(try intake.register(media, from: .inbox(path: "a.wav"), account: test.acme, slug: "acme").isNew)
    }
}
