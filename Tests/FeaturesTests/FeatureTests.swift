// A feature is whole in its one value: one that the product has never heard of brings its table, folder, words, tab and rights.

import Database
import Features
import Foundation
import HTTP
import Templating
import TestSupport
import Testing
import Time
import Web

extension Right {
    fileprivate static let waterPlants = Right("plants.water")
}

extension DeletedEntity {
    fileprivate static let plant = DeletedEntity("plant")
}

private struct PlantsPage: TemplateData {
    let count: String

    static let fields = Fields<PlantsPage> { Text("count") { $0.count } }
}

@Suite("A feature")
struct FeatureTests {
    private static let path = "/settings/plants"

    private static let plants = Feature(
        tabs: [Tab(order: 5, label: "plants.title", path: path, right: .waterPlants)], rights: [.waterPlants],
        presets: [.user: [.waterPlants]], deletes: [.plant],
        migrations: [Migration(9000, "plants", ["CREATE TABLE plants (account_id TEXT NOT NULL)"])], folders: ["plants"],
        run: { app in
            let template = try app.site.page("plants/index", PlantsPage.self)
            return Feature.Running(routes: [
                .get(path, .needs(.waterPlants)) { member in
                    let count = try app.site.database.read { connection in
                        try connection.value("SELECT COUNT(*) FROM plants WHERE account_id = \(member.account.id)", as: Int.self) ?? 0
                    }
                    return try member.page(
                        template, PlantsPage(count: member.numbers.text(count)), PageHead(member.t("plants.title")))
                },
                .post(path, .needs(.waterPlants)) { member in
                    try member.delete(.plant, named: "Ficus") { connection in
                        try connection.execute("DELETE FROM plants WHERE account_id = \(member.account.id)")
                    }
                    return member.redirect(to: path)
                },
            ])
        })

    private static func plant(_ installation: inout Installation) throws {
        installation.features.append(plants)
        let words: [Language: [String: String]] = [
            .english: ["plants.title": "Plants", "entity.plant": "Plant", "right.plants": "Plants", "right.plants.water": "Water"],
            .french: [
                "plants.title": "Plantes", "entity.plant": "Plante", "right.plants": "Plantes", "right.plants.water": "Arroser",
            ],
        ]
        let templates = [
            "plants/index": "{{<layouts/page}}{{$content}}<p id=\"plants\">{{count}}</p>{{/content}}{{/layouts/page}}"
        ]
        installation.resources = try installation.resources.adding(words: words, templates: templates)
    }

    @Test("One value brings a tab, a page, a table, a folder, what it deletes, and what users begin with")
    func whole() throws {
        let test = try TestApp(with: Self.plant)
        for person in [test.alice, test.bob] {
            let page = try test.browser(person).get(Self.path)
            #expect(page.status == 200 && page.text.contains("<p id=\"plants\">0</p>"))
            #expect(page.text.contains("Plants"))
        }
        #expect(FileManager.default.fileExists(atPath: "\(test.folder)/plants"))
        #expect(try test.browser(test.alice).get("/settings/deletions").text.contains("<option value=\"plant\">Plant</option>"))
    }

    @Test("A right that a new feature brings reaches the administrators that were there, and nobody else")
    func laterRight() throws {
        let folder = NSTemporaryDirectory() + "hookswitch-test-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let clock = ManualClock(Timestamp(milliseconds: 1_795_000_000_000))
        let tokens: [String]
        do {
            let before = try TestApp.empty(folder: folder, clock: clock.clock)
            let site = before.app.site
            let people = PeopleStore(site: site)
            tokens = try site.database.write { connection in
                let account = try people.create(NewAccount(name: "Acme", slug: "acme"), on: connection)
                return try RolePreset.allCases.map { role in
                    let user = NewUser(email: "\(role.rawValue)@acme.example", name: "Ann", password: TestApp.password, role: role)
                    let id = try people.create(user, passwordHash: "none", in: account, on: connection)
                    return try site.sessions.start(user: id, account: account, userAgent: "", address: "127.0.0.1", on: connection)
                }
            }
            before.stop(within: .seconds(1))
        }
        let after = try TestApp.empty(folder: folder, clock: clock.clock, with: Self.plant)
        defer { after.stop(within: .seconds(1)) }
        let statuses = tokens.map { token in
            let browser = Browser(after.pipeline)
            browser.cookies["session"] = token
            return browser.get(Self.path).status
        }
        #expect(RolePreset.allCases.first == .administrator && statuses == [200, 403, 403, 403])
    }

    @Test("A deletion of nothing is 404 and leaves neither an audit row nor an entry in the Deletion history")
    func nothing() throws {
        let test = try TestApp(with: Self.plant)
        func rows() throws -> [Int?] {
            try test.site.database.read {
                [try $0.value("SELECT COUNT(*) FROM audit"), try $0.value("SELECT COUNT(*) FROM deletions")]
            }
        }
        #expect(try test.browser(test.alice).post(Self.path).status == 404)
        #expect(try rows() == [0, 0])
        try test.site.database.write { _ = try $0.execute("INSERT INTO plants (account_id) VALUES (\(test.acme))") }
        #expect(try test.browser(test.alice).post(Self.path).status == 303)
        #expect(try rows() == [1, 1])
    }

    @Test("Another's session cannot be ended, and that it was tried is no change")
    func foreignSession() throws {
        let test = try TestApp()
        _ = try test.browser(test.bob)
        let session: ID<SessionRow> = try #require(
            try test.site.database.read { try $0.value("SELECT id FROM sessions WHERE user_id = \(test.bob.id)") })
        #expect(try test.browser(test.alice).post("/me/sessions/\(session)/end").status == 404)
        #expect(try test.site.database.read { try $0.value("SELECT COUNT(*) FROM audit", as: Int.self) } == 0)
    }

    @Test("A change's audit row keeps each field's values before and after, a secret's not")
    func values() throws {
        let test = try TestApp()
        try test.site.database.write { connection in
            try AuditEntry(
                account: test.acme, user: test.alice.id, userName: "Alice", action: "account.update", subject: "", from: "", requestID: "",
                changes: [FieldChange("country", before: "FR", after: "GB"), .secret("password")]
            ).record(test.site, on: connection)
        }
        let stored = try test.site.database.read { try $0.value("SELECT changes FROM audit", as: String.self) }
        #expect(
            stored
                == #"[{"field":"country","before":"FR","after":"GB"},{"field":"password","before":"","after":"changed","is_secret":true}]"#)
    }

    @Test("What every feature can delete has a name in both languages, and no two features have a right, scope or migration in common")
    func vocabularies() throws {
        let test = try TestApp()
        let features = test.app.features
        for entity in features.flatMap(\.deletes) {
            for language in Language.allCases { #expect(test.site.locales[language].has("entity.\(entity.rawValue)")) }
        }
        for words in [
            features.flatMap(\.rights).map(\.rawValue), features.flatMap(\.scopes).map(\.rawValue),
            features.flatMap(\.deletes).map(\.rawValue),
        ] {
            #expect(Set(words).count == words.count && !words.isEmpty)
            #expect(words.allSatisfy { !$0.contains(" ") })
        }
        for language in Language.allCases {
            let t = test.site.locales[language]
            for right in features.flatMap(\.rights) {
                #expect(t.has("right.\(right.module)") && t.has("right.\(right.rawValue)"), "\(right.rawValue), \(language.rawValue)")
            }
            for scope in test.scopes { #expect(t.has("scope.\(scope.rawValue)"), "\(scope.rawValue), \(language.rawValue)") }
            for preset in RolePreset.allCases { #expect(t.has("preset.\(preset.rawValue)")) }
        }
        let rights = Set(features.flatMap(\.rights))
        // Nobody could give a machine what no right is said for without being an administrator.
        for scope in test.scopes { #expect(!scope.needs.isEmpty && scope.needs.isSubset(of: rights), "\(scope.rawValue)") }
        for route in test.application.pipeline.routes {
            if case .right(let right) = route.access { #expect(rights.contains(right), "\(route.pattern)") }
            if case .machine(let scope) = route.access { #expect(test.scopes.contains(scope), "\(route.pattern)") }
        }
    }
}
