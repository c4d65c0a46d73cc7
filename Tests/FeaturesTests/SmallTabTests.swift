// What follows from one `Feature` value with one declared form: everything that a tab of settings is.

import Database
import Features
import Foundation
import HTTP
import HTTPTypes
import JSON
import TestSupport
import Testing
import Time
import Web

extension Installation {
    /// The tab that no product has, with its words.
    mutating func addSmallTab() throws {
        features.append(.voicemail)
        resources = try Self.withVoicemail.get()
    }

    /// Compiled once for all tests of it.
    private static let withVoicemail = Result {
        let words: [(key: String, english: String, french: String)] = [
            ("title", "Voicemail", "Messagerie vocale"),
            ("save", "Save voicemail", "Enregistrer la messagerie"),
            ("saved", "Voicemail has been saved.", "La messagerie a été enregistrée."),
            ("greeting", "Greeting", "Annonce d’accueil"),
            ("minutes", "Longest message", "Durée maximale d’un message"),
            ("unit", "minutes", "minutes"),
            ("unit.one", "{count} minute", "{count} minute"),
            ("unit.other", "{count} minutes", "{count} minutes"),
            ("transcription", "Transcription", "Transcription"),
            ("voice", "Voice", "Voix"),
            ("voice.none", "As the telephone", "Celle du téléphone"),
            ("voice.high", "High", "Aiguë"),
            ("voice.low", "Low", "Grave"),
            ("deletion", "Automatic deletion", "Suppression automatique"),
            ("days", "Delete after", "Supprimer après"),
            ("pin", "PIN", "Code secret"),
        ]
        var further: [Language: [String: String]] = [
            .english: ["right.voicemail": "Voicemail", "right.voicemail.manage": "Manage", "change.voicemail.update": "Voicemail changed"],
            .french: [
                "right.voicemail": "Messagerie vocale", "right.voicemail.manage": "Gérer",
                "change.voicemail.update": "Messagerie vocale modifiée",
            ],
        ]
        further[.english]?.merge(words.map { ("voicemail.\($0.key)", $0.english) }) { $1 }
        further[.french]?.merge(words.map { ("voicemail.\($0.key)", $0.french) }) { $1 }
        return try TestApp.resources.get().adding(words: further, templates: [:])
    }
}

@Suite("A small tab of settings")
struct SmallTabTests {
    private static let path = "/settings/voicemail"
    private static let typed = [
        ("greeting", "Speak now"), ("minutes", "5"), ("transcription", "yes"), ("voice", "low"), ("deletion", "yes"), ("days", "45"),
        ("version", "0"),
    ]

    private let test: TestApp
    private let alice: Browser

    init() throws {
        test = try TestApp { try $0.addSmallTab() }
        alice = try test.browser(test.alice)
    }

    private var stored: Voicemail {
        get throws { try test.site.database.read { try Voicemail.load(test.acme, on: $0) } }
    }

    @Test("The whole of it is at most 90 lines, and has no template")
    func size() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let lines = try String(contentsOf: folder.appending(path: "SmallTab.swift"), encoding: .utf8).split(separator: "\n")
        #expect(lines.count <= 90, "\(lines.count) lines")
        #expect(Feature.voicemail.tabs.count == 1)
    }

    @Test("It is in the menu of those who may, in their language, and nobody else's")
    func menu() throws {
        #expect(alice.get("/settings/account").text.contains("href=\"\(Self.path)\""))
        let page = alice.get(Self.path)
        #expect(page.status == 200 && page.text.contains("<h1>Voicemail</h1>"))
        for label in ["Greeting", "Longest message", "Transcription", "Voice", "As the telephone", "Automatic deletion", "PIN"] {
            #expect(page.text.contains(label), "\(label)")
        }
        try test.site.database.write { _ = try $0.execute("UPDATE users SET language = 'fr' WHERE id = \(test.alice.id)") }
        let french = alice.get(Self.path).text
        #expect(french.contains("<h1>Messagerie vocale</h1>") && french.contains("Celle du téléphone"))
        #expect(try test.browser(test.bob).get(Self.path).status == 403)
        #expect(!(try test.browser(test.bob).get("/me").text.contains(Self.path)))
    }

    @Test("Its routes are among those that the route walk walks, with its right")
    func routes() {
        let routes = test.application.pipeline.routes.filter { $0.pattern == Self.path }
        #expect(routes.map(\.method) == [.get, .post])
        #expect(routes.allSatisfy { $0.access == .right(.manageVoicemail) })
    }

    @Test("What is wrong is said beside its field, with all that was typed but the secret")
    func errors() throws {
        let page = alice.post(
            Self.path,
            [("greeting", ""), ("minutes", "11"), ("voice", "loud"), ("deletion", "yes"), ("days", "0"), ("pin", "1234"), ("version", "0")])
        #expect(page.status == 422)
        for error in [
            "Fill this in", "Enter a number of minutes from 1 to 10", "Choose one from the list", "Enter a number of days from 1 to 365",
        ] {
            #expect(page.text.contains(error), "\(error)")
        }
        #expect(page.text.contains("value=\"11\"") && !page.text.contains("1234"))
        #expect(try stored.version == 0)
    }

    @Test("A save is in the change log with each field's values before and after, and of the secret that it was changed")
    func changeLog() throws {
        #expect(alice.post(Self.path, Self.typed + [("pin", "1234")]).location == Self.path)
        #expect(alice.get(Self.path).text.contains("Voicemail has been saved."))
        let changes: String? = try test.site.database.read { try $0.value("SELECT changes FROM audit WHERE action = 'voicemail.update'") }
        let expected: JSONValue = [
            ["field": "greeting", "before": "Leave a message.", "after": "Speak now"],
            ["field": "minutes", "before": "3", "after": "5"],
            ["field": "transcription", "before": "false", "after": "true"],
            ["field": "voice", "before": "", "after": "low"],
            ["field": "deletion", "before": "", "after": "45"],
            ["field": "pin", "before": "", "after": "changed", "is_secret": true],
        ]
        #expect(try JSONValue(parsing: Array(try #require(changes).utf8)) == expected)
    }

    @Test("Of two who save, the second sees both values, and decides")
    func conflict() throws {
        #expect(alice.post(Self.path, Self.typed).status == 303)
        let second = Self.typed.map { $0.0 == "minutes" ? ("minutes", "7") : $0.0 == "deletion" ? ("pin", "9999") : $0 }
        let page = alice.post(Self.path, second)
        #expect(page.status == 422 && page.text.contains("Somebody else saved this in the meantime"))
        for value in ["7 minutes", "5 minutes", "45 days", ">Changed<"] { #expect(page.text.contains(value), "\(value)") }
        #expect(!page.text.contains("9999"))
        #expect(try stored.minutes == 5)
        let version = try #require(page.hidden("version"))
        #expect(alice.post(Self.path, second.map { $0.0 == "version" ? ("version", version) : $0 }).status == 303)
        let saved = try stored
        #expect(saved.minutes == 7 && saved.keptDays == nil && saved.pin == "9999" && saved.version == 2)
    }

    private func resume(_ form: [(String, String)]) throws -> (interrupted: Browser.Page, resumed: Browser.Page) {
        let token = try #require(alice.get(Self.path).csrf)
        test.clock.advance(by: .seconds(31 * 60))
        let interrupted = alice.post(Self.path, form + [("csrf", token)])
        return (
            interrupted,
            alice.post("/sign-in", interrupted.hiddenInputs + [("email", test.alice.email), ("password", TestApp.password)])
        )
    }

    @Test("A form that outlives its session is sent by one button; one that lost its secret is shown, not sent")
    func keptForm() throws {
        let whole = try resume(Self.typed).resumed
        #expect(whole.text.contains("<dt>Delete after</dt><dd>45</dd>"))
        #expect(alice.post(Self.path, whole.hiddenInputs).location == Self.path)
        #expect(try stored.keptDays == 45)

        let (interrupted, lossy) = try resume(Self.typed.map { $0.0 == "version" ? ("version", "1") : $0 } + [("pin", "1234")])
        #expect(!interrupted.text.contains("1234") && !lossy.text.contains("1234"))
        let shown = alice.post(Self.path, lossy.hiddenInputs)
        #expect(shown.status == 200 && shown.text.contains("Nothing has been saved yet"))
        #expect(try stored.version == 1)
    }

    @Test("Machines read its settings, and of the secret that there is one")
    func machines() throws {
        let key = try test.key(of: test.acme, scopes: [.readSettings])
        func settings() throws -> JSONValue? {
            try JSONValue(parsing: test.call(.get, "/api/v1/accounts/acme/settings", key: key).bytes)["voicemail"]
        }
        #expect(
            try settings() == [
                "greeting": "Leave a message.", "minutes": 3, "transcription": false, "voice": nil, "deletion": nil,
                "pin": ["is_set": false],
            ])
        #expect(alice.post(Self.path, Self.typed + [("pin", "1234")]).status == 303)
        #expect(
            try settings() == [
                "greeting": "Speak now", "minutes": 5, "transcription": true, "voice": "low", "deletion": 45, "pin": ["is_set": true],
            ])
    }
}
