// What watches the process: an answer for everybody, figures for the machine itself.

import Features
import Foundation
import HTTP
import HTTPTypes
import JSON
import TestSupport
import Testing
import Web

@Suite("Health")
struct HealthTests {
    private func page(_ stage: TestApp, _ path: String, from address: String = "127.0.0.1", fields: HTTPFields = [:]) -> (Int, String) {
        let response = stage.application.pipeline.respond(to: Request(path: path, fields: fields, remoteAddress: address))
        guard case .bytes(let bytes) = response.body else { return (response.status.code, "") }
        return (response.status.code, String(decoding: bytes, as: UTF8.self))
    }

    @Test("A process that works says so, with figures for its own machine")
    func healthy() throws {
        let stage = try TestApp()
        let (status, text) = page(stage, "/healthz")
        let json = try JSONValue(parsing: Array(text.utf8))
        #expect(status == 200)
        #expect(json["database"]?.string == "reachable")
        #expect(json["deliveries"]?["in_flight"]?.integer == 0)
        #expect((json["free_disk_bytes"]?.integer ?? 0) > 0)
    }

    @Test("Others learn whether it works and nothing more; metrics do not exist for them, nor behind a proxy that speaks for them")
    func strangers() throws {
        let stage = try TestApp()
        let (status, text) = page(stage, "/healthz", from: "203.0.113.7")
        #expect(status == 200)
        #expect(!text.contains("deliveries") && !text.contains("free_disk"))
        #expect(page(stage, "/metrics", from: "203.0.113.7").0 == 404)
        #expect(page(stage, "/metrics", fields: [.init("X-Forwarded-For") ?? .via: "203.0.113.7"]).0 == 404)
    }

    @Test(
        "Nobody is answered under a name that is not ours: a stranger's DNS would make a browser read what needs no sign-in",
        arguments: ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "127.evil", "", "[::1", "a b", "localhost.evil.example"])
    func unknownHosts(host: String) throws {
        let stage = try TestApp { $0.address = SiteAddress("https://hooks.example.com", furtherHosts: ["Hookswitch.internal"]) ?? .local }
        func answer(_ path: String, _ host: String, at own: String = "") -> HTTP.Response {
            stage.application.pipeline.respond(to: Request(path: path, serverAddress: own, host: host))
        }
        let api = "/api/v1/accounts/acme/settings"
        for path in ["/metrics", "/healthz", "/sign-in", "/", "/nowhere", api] {
            let refused = answer(path, host)
            #expect(refused.status.code == 421, "\(path)")
            #expect(refused.fields[.contentType]?.hasPrefix(path == api ? "application/problem+json" : "text/html") == true)
            for known in [
                "hooks.example.com", "HOOKS.example.com:443", "hookswitch.internal:8080", "localhost:1", "127.0.0.1", "[::1]:8080",
            ] {
                #expect(answer(path, known).status.code != 421, "\(path) \(known)")
            }
        }
        // The web server's own address, which checks of a load balancer use.
        #expect(answer("/healthz", "10.1.2.3:80", at: "10.1.2.3").status == .ok && answer("/healthz", "10.1.2.3").status.code == 421)
        #expect(answer("/healthz", "[fd00::7]", at: "fd00::7").status == .ok)
    }

    @Test("Metrics are lines of Prometheus' text format")
    func metrics() throws {
        let stage = try TestApp()
        let (status, text) = page(stage, "/metrics")
        #expect(status == 200)
        let samples = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(samples.count >= 8)
        #expect(samples.allSatisfy { $0.wholeMatch(of: /[a-z_]+(\{[a-z]+="[^"]*"\})? [0-9.e+-]+/) != nil }, "\(text)")
    }
}
