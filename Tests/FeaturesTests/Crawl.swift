// Finds the addresses that somebody comes to by links, so that pages with an id in their address are tested without being named.

import Database
import Delivery
import Features
import HTTPTypes
import JSON
import TestSupport
import Web

extension TestApp {
    /// One of each thing that has an address of its own, in Acme.
    func fillAcme() throws {
        _ = try browser(alice)
        try turnIntegrationOn(in: acme)
        try addWebhook(to: "http://127.0.0.1:9/acme/events", in: acme)
        for type in ["cdr", "call:end"] {
            let accepted = try accept(type, data: ["call_id": "c-1"], in: acme)
            try settle(try delivery(of: accepted.id), .failed, status: 500, fault: "receiver_status")
        }
        try site.database.write { connection in
            try Deletion(
                account: self.acme, user: nil, userName: "System", entity: .recordings, detail: "recordings", planned: 3, items: 2,
                bytes: 1_500_000
            ).record(self.site, on: connection)
        }
    }

    /// Every address, without its query, on the pages that somebody reaches from those without an id.
    func addresses(of person: Person) throws -> Set<String> {
        let browser = try browser(person)
        var seen: Set<String> = []
        var waiting = application.pipeline.routes.filter {
            $0.method == .get && !$0.pattern.contains("{") && !$0.pattern.hasPrefix("/api/")
        }.map(\.pattern)
        while let address = waiting.popLast(), seen.count < 300 {
            guard seen.insert(address).inserted else { continue }
            let page = browser.get(address)
            guard page.fields[.contentType]?.hasPrefix("text/html") == true else { continue }
            for attribute in ["href=\"", "action=\""] {
                for piece in page.text.split(separator: attribute).dropFirst() {
                    let link = String(piece.prefix { $0 != "\"" && $0 != "?" && $0 != "#" })
                    if link.hasPrefix("/"), !link.hasPrefix("/assets/") { waiting.append(link) }
                }
            }
        }
        return seen
    }
}
