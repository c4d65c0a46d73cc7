// Finds the addresses that somebody comes to by links, so that pages with an id in their address are tested without being named.

import Database
import Delivery
import Foundation
import HTTPTypes
import JSON
import TestSupport
import Testing
import Time
import Web

@testable import Features

extension TestApp {
    /// One of each thing that has an address of its own, in Acme. Who adds a page with an id in its address makes its thing here, or
    /// `OtherAccountTests` says that the page was never visited.
    ///
    /// - Returns: the addresses that no page links to, among them those of machines' calls.
    @discardableResult
    func fillAcme() throws -> Set<String> {
        let browser = try browser(alice)
        try turnIntegrationOn(in: acme)
        let webhook = try addWebhook(to: "http://127.0.0.1:9/acme/events", in: acme)
        var made: Set<String> = []
        for type in ["cdr", "call:end"] {
            let accepted = try accept(type, data: ["call_id": "c-1"], in: acme)
            try settle(try delivery(of: accepted.id), .failed, status: 500, fault: "receiver_status")
            made.insert("/api/v1/accounts/acme/events/\(accepted.id)")
        }
        let logo = "\(site.ids.next(LogoRow.self)).png"
        let media = site.ids.next(MediaFile.self)
        let held = site.ids.next(MediaHold.self)
        try Data([0x89, 0x50, 0x4E, 0x47]).write(to: URL(filePath: "\(folder)/logos/\(logo)"))
        try site.database.write { connection in
            try Deletion(
                account: self.acme, user: nil, userName: "System", entity: .recordings, detail: "recordings", planned: 3, items: 2,
                bytes: 1_500_000
            ).record(self.site, on: connection)
            try connection.execute("UPDATE accounts SET logo_file = \(logo), logo_name = 'Our logo.png' WHERE id = \(self.acme)")
            let now = self.site.clock.now()
            let invited = self.site.ids.next(User.self)
            let certificate = self.site.ids.next(DeletionCertificate.self)
            try connection.execute(
                """
                INSERT INTO users (id, account_id, role_id, email, name, search_text, password_hash, password_changed_at, created_at)
                VALUES (\(invited), \(self.acme), (SELECT id FROM roles WHERE account_id = \(self.acme) AND is_administrator = 1),
                    'invited@acme.example', 'Ina Vited', '', '', \(now), \(now))
                """)
            try connection.execute(
                """
                INSERT INTO deletion_certificates (id, account_name, slug, closed_at, closed_by, export_bytes, export_sha256, began_at)
                VALUES (\(certificate), 'Hooli', 'hooli', \(now), 'Olivia', 1, 'ab', \(now))
                """)
            try connection.execute(
                """
                INSERT INTO alerts (id, account_id, kind, subject, variant, params, times, first_at, last_at)
                VALUES (\(self.site.ids.next(AlertRow.self)), \(self.acme), 'purge_held', '', '', '{"items":7}', 1, \(now), \(now))
                """)
            try LimitRequestStore.insert(
                LimitRequest(
                    id: self.site.ids.next(), name: "webhooks", had: 20, wanted: 40, reason: "One for each agency", user: self.alice.id,
                    userName: "Alice Martin", createdAt: now), in: self.acme, on: connection)
            try connection.execute(
                """
                INSERT INTO media_files (id, account_id, kind, extension, bytes, recorded_at, created_at)
                VALUES (\(media), \(self.acme), 'recordings', 'wav', 100, \(now), \(now))
                """)
            // Released: what is under hold keeps the account from being deleted.
            let hold = HoldRecord(
                id: held, state: .released, scope: "A call", media: media, reason: "The court has asked", user: self.alice.id,
                userName: "Alice Martin", createdAt: now, items: 1, releaseReason: "All is settled", releasedBy: "Alice Martin",
                releasedAt: now)
            try HoldStore.insert(hold, in: self.acme, on: connection)
            try connection.execute(
                "INSERT INTO media_hold_items (media_id, hold_id, account_id) VALUES (\(media), \(held), \(self.acme))")
        }
        try site.database.write { connection in
            let settings = SMSSettings(url: "http://127.0.0.1:9/sms")
            try SMSStore(vault: self.app.vault).save(settings, of: self.acme, on: connection)
            let message = SMSMessage(to: "+33612345678", text: "Hello", id: "1")
            let request = try #require(SMSRequest(message, by: settings))
            let tested = SMSTestResult(self.site.ids.next(), to: message.to, request, at: self.site.clock.now())
            try SMSStore.insert(tested, of: self.acme, on: connection)
        }
        made.formUnion(["/api/v1/accounts/acme/media/\(media)", HoldController.releasePath(of: held)])
        _ = try key(of: acme)
        let playlist = try add(Playlist.self, "Welcome", reference: "ivr.welcome", to: acme)
        let queue = try add(Queue.self, "Support", reference: "acd.support", to: acme)
        let number = try add(TrackingNumber.self, "Sales", reference: "did.sales", to: acme) { $0.number = "+33187654399" }
        made.formUnion(["/operator/playlists/\(playlist)", "/operator/queues/\(queue)", "/operator/tracking-numbers/\(number)"])
        for word in ["playlists/ivr.welcome", "queues/acd.support", "tracking-numbers/did.sales"] {
            made.insert("/api/v1/accounts/acme/\(word)")
        }
        try add(ChatDomain.self, "acme-chat.example", to: acme)
        try add(UserDomain.self, "acme-people.example", to: acme)
        let domain = try addEmailDomain("acme-mail.example")
        let entry = try blacklist(.email("reader@outside.example"), "news@acme-mail.example", .unsubscribe, in: domain)
        made.insert("/api/v1/accounts/acme/email-domains/acme-mail.example/blacklist/\(entry)")
        let tested = browser.post("/settings/webhooks/endpoints/\(webhook.id)/test")
        made.insert(try #require(tested.location))
        return made
    }

    /// Every address, without its query, on the pages that somebody reaches from those without an id.
    func addresses(of person: Person, in account: ID<Account>? = nil) throws -> Set<String> {
        let browser = try browser(person, account: account)
        var seen: Set<String> = []
        var waiting = application.pipeline.routes.filter {
            $0.method == .get && !$0.pattern.contains("{") && !$0.pattern.hasPrefix("/api/")
        }.map(\.pattern)
        while let address = waiting.popLast(), seen.count < 300 {
            guard seen.insert(address).inserted else { continue }
            let page = browser.get(address)
            guard page.fields[.contentType]?.hasPrefix("text/html") == true else { continue }
            for attribute in ["href=\"", "action=\"", "src=\""] {
                for piece in page.text.split(separator: attribute).dropFirst() {
                    let link = String(piece.prefix { $0 != "\"" && $0 != "?" && $0 != "#" })
                    if link.hasPrefix("/"), !link.hasPrefix("/assets/") { waiting.append(link) }
                }
            }
            // What the script fetches for a row that opens.
            for row in page.text.matches(of: #/<tr id="(dlv_[0-9a-z]+)"/#) {
                waiting.append("/settings/webhooks/deliveries/\(row.1)/expansion")
            }
        }
        return seen
    }
}

extension Route {
    /// Its addresses with the ids that stand at the same place in `known`: an id that is met once leads to all that can be done with
    /// what it names, also where no page shows a way just now.
    func addresses(from known: Set<String>) -> Set<String> {
        var partial: Set<[Substring]> = [[]]
        for segment in pattern.split(separator: "/") {
            guard segment.hasPrefix("{") else {
                partial = Set(partial.map { $0 + [segment] })
                continue
            }
            partial = Set(
                partial.flatMap { start in
                    known.compactMap { address -> [Substring]? in
                        let parts = address.split(separator: "/")
                        guard parts.count > start.count, parts.starts(with: start) else { return nil }
                        let value = parts[start.count]
                        // What stands in an id's place but is a word of the address is no id.
                        return value.contains("_") || value.contains(".") || segment == "{slug}" ? start + [value] : nil
                    }
                })
        }
        return Set(partial.map { "/" + $0.joined(separator: "/") })
    }
}
