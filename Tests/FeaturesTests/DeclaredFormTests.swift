// What holds for every form that is declared, and for every form on a page: found by the routes and the pages, so that none is named here
// but those of which something is particular.

import Database
import Features
import Foundation
import HTTP
import HTTPTypes
import TestSupport
import Testing
import Web

@testable import Features

@Suite("Declared forms")
struct DeclaredFormTests {
    /// Shown as they are typed, but what they hold may be a secret: a header that carries a key.
    private static let unkept = ["/settings/webhooks/endpoints headers", "/settings/webhooks/endpoints/{id} headers"]

    private let test: TestApp

    init() throws {
        test = try TestApp { try $0.addSmallTab() }
    }

    private var routes: [Route] { test.application.pipeline.routes }

    /// Those that routes keep, and those of nobody who could be signed in again.
    var forms: [FormDeclaration] {
        routes.compactMap(\.form) + [
            SignInEntry.form.declaration, SetupEntry.form.declaration, PasswordEntry.form.declaration, ChosenPassword.form.declaration,
            ForgottenEntry.form.declaration, SignInCode.form.declaration,
        ]
    }

    @Test("Every form that the sources declare is among those that are looked at here")
    func complete() throws {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let sources = FileManager.default.enumerator(at: package.appending(path: "Sources/Features"), includingPropertiesForKeys: nil)
        let names = try (sources?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }.flatMap { file in
            try String(contentsOf: file, encoding: .utf8).matches(of: /= Form(?:<[^(]*>)?\("([a-z_]+)"\)/).map { String($0.output.1) }
        }
        #expect(names.count > 4)
        #expect(Set(names).subtracting(forms.map(\.name)) == [])
    }

    @Test("No field lacks its words in any language: label, what no choice is called, and each complaint that it knows of")
    func words() {
        var checked = 0
        for form in forms {
            for language in Language.allCases {
                let t = test.site.locales[language]
                for words in form.neededWords {
                    #expect(words.contains { t.has($0) }, "\(form.name) needs \(words) in \(language.rawValue)")
                    checked += 1
                }
            }
        }
        #expect(checked > 50)
    }

    /// True when the form edits nothing that the row does not keep, nor rows beside it.
    private static func fits<Value, Context>(
        _ form: Form<Value, Context>, _ record: Record<Value>, beside others: [AnyKeyPath] = []
    ) -> Bool {
        Set(form.paths).isSubset(of: record.paths + others)
    }

    @Test("What a form edits its row keeps")
    func records() {
        let fitting = [
            "account": Self.fits(AccountSettings.form, AccountSettings.record),
            "me": Self.fits(Profile.form, Profile.record),
            "user": Self.fits(UserEntry.form, UserEntry.record, beside: [\UserEntry.queues]),
            "role": Self.fits(RoleEntry.form, RoleEntry.record),
            "client_account": Self.fits(AccountName.form, AccountName.record),
            "playlist": Self.fits(Playlist.form, Playlist.record),
            "queue": Self.fits(Queue.form, Queue.record),
            "tracking_number": Self.fits(TrackingNumber.form, TrackingNumber.record),
            "limit_request": Self.fits(LimitRequest.form, LimitRequest.record),
            "email_domain": Self.fits(EmailDomain.form, EmailDomain.record),
            "voicemail": Self.fits(Voicemail.form, Voicemail.record),
        ]
        // A row for each kind of media; rows of two tables; a webhook, whose authentication is sealed as one, and what is done with it; a key,
        // of which the row keeps other things; an answer, which closes the row of what was asked.
        let otherwise: Set<String> = [
            "retention", "new_account", "webhook_settings", "webhooks.new", "webhooks.edit", "webhooks.pause", "webhooks.resume",
            "user_import", "key", "limit_answer",
            // A password that is sealed; what is sent, and kept as the test that it was.
            "sms", "sms_test",
            // What is asked before something is done; a number in a table of all limits.
            "operator.visit", "operator.suspension", "operator.closing", "account_limit",
            // A domain, whose row is made and deleted, and says who made it.
            "chat_domain", "user_domain",
            // What is shown is compared, and not kept.
            "factor",
        ]
        for form in routes.compactMap(\.form) where !otherwise.contains(form.name) {
            #expect(fitting[form.name] == true, "Add \(form.name) to `fitting`, or, with the reason, to `otherwise`")
        }
    }

    @Test("Whatever can be filled in on a page is declared as kept over a sign-in, but passwords, secrets and files")
    func controls() throws {
        try test.fillAcme()
        var seen: Set<String> = []
        var undeclared: Set<String> = []
        for (person, account) in [(test.alice, test.acme), (test.olivia, nil), (test.olivia, test.acme)] {
            let browser = try test.browser(person, account: account)
            for address in try test.addresses(of: person, in: account).sorted() where !address.hasPrefix("/api/") {
                let page = browser.get(address)
                guard page.fields[.contentType]?.hasPrefix("text/html") == true else { continue }
                // One without an address is for its buttons, which have their own.
                for form in page.forms where form.isPost && !form.action.isEmpty {
                    guard let route = routes.first(where: { $0.method == .post && $0.matches(form.action) }) else {
                        Issue.record("\(address): a form for \(form.action), where nothing answers")
                        continue
                    }
                    guard route.access != .anonymous else { continue }
                    for control in form.controls {
                        let name = "\(route.pattern) \(control.name)"
                        let isSecret = control.type == "password" || control.type == "file" || Self.unkept.contains(name)
                        if route.form == nil, !isSecret { undeclared.insert(route.pattern) }
                        if let kept = route.form?.keptNames { #expect(kept.contains(control.name) != isSecret, "\(name)") }
                        seen.insert(name)
                    }
                }
            }
        }
        #expect(undeclared == [])
        #expect(seen.contains("/settings/account password_days") && seen.contains("/settings/voicemail pin"))
        #expect(seen.contains("/operator/queues/{id} playlist"))
    }
}

extension Route {
    fileprivate func matches(_ address: String) -> Bool {
        let path = address.prefix { $0 != "?" && $0 != "#" }.split(separator: "/")
        let segments = pattern.split(separator: "/")
        return path.count == segments.count && zip(path, segments).allSatisfy { $1.hasPrefix("{") || $0 == $1 }
    }
}

extension Browser.Page {
    struct Form {
        let action: String
        let isPost: Bool
        /// What somebody fills in; not what is hidden or a button.
        let controls: [(name: String, type: String)]
    }

    var forms: [Form] {
        text.split(separator: "<form ").dropFirst().map { rest in
            let tag = rest.prefix { $0 != ">" }
            let content = rest.firstRange(of: "</form>").map { rest[..<$0.lowerBound] } ?? rest
            let controls = content.split(separator: "<").compactMap { piece -> (name: String, type: String)? in
                let tag = piece.prefix { $0 != ">" }
                guard let kind = ["input", "select", "textarea"].first(where: { tag.hasPrefix("\($0) ") }),
                    let name = Self.attribute("name", of: tag)
                else { return nil }
                let type = Self.attribute("type", of: tag) ?? kind
                return type == "hidden" || type == "submit" ? nil : (name, type)
            }
            return Form(action: Self.attribute("action", of: tag) ?? "", isPost: tag.contains("method=\"post\""), controls: controls)
        }
    }

    private static func attribute(_ name: String, of tag: Substring) -> String? {
        tag.firstRange(of: " \(name)=\"").map { String(tag[$0.upperBound...].prefix { $0 != "\"" }) }
            ?? (tag.hasPrefix("\(name)=\"") ? String(tag.dropFirst(name.count + 2).prefix { $0 != "\"" }) : nil)
    }
}
