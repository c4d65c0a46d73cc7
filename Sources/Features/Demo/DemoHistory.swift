// Three months of the demonstration's events, deliveries and attempts, thinner at night and at weekends, with the failures that
// people come to look for: weeks ago, last week and yesterday.

import Database
import Delivery
import HTTPClient
import JSON
import Time
import Web

struct DemoHistory {
    let demo: Demo
    let account: DemoAccount.Filled
    let place: DemoPlace

    private static let days = 89
    private static let storiesADay = 16

    func fill(_ random: inout DemoRandom) throws {
        let webhooks = try makeWebhooks()
        // Ids sort by time, so those of the past are made by a clock that goes through it.
        let past = ManualClock(demo.now)
        let ids = IDGenerator(clock: past.clock)
        for day in stride(from: Self.days, through: 0, by: -1) {
            var drawn: [(event: DemoEvent, outcomes: [DemoOutcome])] = []
            for time in instants(daysAgo: day, &random) {
                let person = account.users[Int.random(in: 0..<account.users.count, using: &random)]
                for event in DemoStory(place: place, account: account.id, person: person).events(from: time, &random) {
                    let seed = Int.random(in: 0..<100_000, using: &random)
                    let outcomes = webhooks.indices.map { outcome(of: event, at: $0, daysAgo: day, seed: seed, &random) }
                    drawn.append((event, outcomes))
                }
            }
            drawn.sort { $0.event.time < $1.event.time }
            let events = drawn.filter { $0.event.time < demo.now - .seconds(60) }
            try demo.app.site.database.write { connection in
                for (event, outcomes) in events {
                    past.set(event.time)
                    let writer = DemoDeliveryWriter(ids: ids, account: account.id, connection: connection)
                    let (id, sequence, body) = try writer.write(event)
                    for (number, (webhook, outcome)) in zip(webhooks, outcomes).enumerated() where webhook.events.includes(event.type) {
                        try writer.write(event, id.delivery(number + 1), sequence: sequence, body, to: webhook, outcome)
                    }
                }
            }
        }
        try count(webhooks)
    }

    /// Mostly well. The CRM was down for a day and a half, five weeks ago; the archive's certificate had expired for two days of last
    /// week; the wallboard did not answer yesterday afternoon.
    private func outcome(of event: DemoEvent, at webhook: Int, daysAgo day: Int, seed: Int, _ random: inout DemoRandom) -> DemoOutcome {
        let hour = demo.app.site.zone(place.account.timeZone).civil(event.time).hour
        let trouble: DemoOutcome.Trouble? =
            switch webhook {
            case 1 where day == 35 || day == 34 && hour < 12: .refused
            case 2 where day == 1 && hour >= 12: .slow
            case 3 where day == 6 || day == 5: .certificate
            default: nil
            }
        let isLive = event.type.freshness == .live
        let chance = Int.random(in: 0..<100, using: &random)
        let outcome =
            if let trouble { DemoOutcome(end: isLive ? .expired : .failed, failures: isLive ? 4 : 10, trouble: trouble, seed: seed) } else {
                switch chance {
                case 0: DemoOutcome(end: isLive ? .expired : .delivered, failures: isLive ? 4 : 3, trouble: nil, seed: seed)
                case 1...3: DemoOutcome(end: .delivered, failures: 1, trouble: nil, seed: seed)
                default: DemoOutcome(end: .delivered, failures: 0, trouble: nil, seed: seed)
                }
            }
        // What would not be over by now went well.
        let isOver = (outcome.attempts(of: event).last?.finishedAt).map { $0 < demo.now } ?? false
        return isOver ? outcome : DemoOutcome(end: .delivered, failures: 0, trouble: nil, seed: seed)
    }

    private func makeWebhooks() throws -> [WebhookConfiguration] {
        let site = demo.app.site
        let store = WebhookStore(vault: demo.app.vault)
        let created = demo.now - .seconds((Self.days + 3) * 86400)
        func webhook(_ name: String, to url: String, _ events: EventSubscription) -> WebhookConfiguration {
            var webhook = WebhookConfiguration(
                id: site.ids.next(), account: account.id, name: name, url: url, secret: WebhookSecret.generate(), createdAt: created)
            webhook.events = events
            return webhook
        }
        let isFrench = place.account.language == "fr"
        var main = webhook(
            isFrench ? "Webhook principal" : "Main webhook", to: "https://integration.\(place.domain)/hookswitch/events", .all)
        main.isMain = true
        main.authentication = .basic(login: "hookswitch", password: Token.random())
        var crm = webhook(
            isFrench ? "Synchronisation CRM" : "CRM synchronisation", to: "https://crm.\(place.domain)/api/v2/telephony/events",
            EventSubscription(modules: ["crm", "cases"], types: ["call:end", "cdr", "call:missed"]))
        crm.authentication = .bearer(token: Token.random())
        var wallboard = webhook(
            isFrench ? "Écran mural" : "Wallboard", to: "https://wallboard.\(place.domain)/live",
            EventSubscription(types: ["call:start", "call:update", "call:end", "user:activity_changed"]))
        wallboard.authentication = .apiKey(header: "X-Api-Key", key: Token.random())
        let archive = webhook(
            isFrench ? "Archivage des enregistrements" : "Recording archive", to: "https://archive.\(place.domain)/ingest",
            EventSubscription(types: ["recording:ready", "voicemail:left"]))
        let webhooks = [main, crm, wallboard, archive]
        try site.database.write { connection in
            for webhook in webhooks { try store.insert(webhook, on: connection) }
            try connection.execute(
                "INSERT INTO webhook_settings (account_id, is_enabled, version) VALUES (\(account.id), 1, 1)")
        }
        demo.app.directory.invalidate(account: account.id)
        return webhooks
    }

    /// Working hours mostly.
    private func instants(daysAgo day: Int, _ random: inout DemoRandom) -> [Timestamp] {
        let zone = demo.app.site.zone(place.account.timeZone)
        let date = zone.civil(demo.now).date.adding(days: -day)
        let isWeekend = date.weekday == 0 || date.weekday == 6
        let start = zone.startOfDay(date)
        return (0..<(isWeekend ? Self.storiesADay / 4 : Self.storiesADay)).map { _ in
            let hour = (Double.random(in: 8...19, using: &random) + Double.random(in: 7...20, using: &random)) / 2
            return start + .milliseconds(Int64(hour * 3_600_000) + Int64.random(in: 0...999, using: &random))
        }
    }

    /// The figures that the list shows are those of the rows.
    private func count(_ webhooks: [WebhookConfiguration]) throws {
        try demo.app.site.database.write { connection in
            for webhook in webhooks {
                try connection.execute(
                    """
                    UPDATE webhooks SET
                        delivered_count = (SELECT COUNT(*) FROM deliveries WHERE webhook_id = \(webhook.id) AND state = 'delivered'),
                        last_at = (SELECT MAX(settled_at) FROM deliveries WHERE webhook_id = \(webhook.id)),
                        last_result = (SELECT CASE WHEN last_fault = 'none' THEN CAST(last_status AS TEXT) ELSE last_fault END
                            FROM deliveries WHERE webhook_id = \(webhook.id) ORDER BY id DESC LIMIT 1)
                    WHERE id = \(webhook.id)
                    """)
            }
        }
    }
}
