// Three months of the demonstration's events, deliveries and attempts, thinner at night and at weekends, with the failures that
// people come to look for.

import Database
import Delivery
import JSON
import Time
import Web

struct DemoHistory {
    let demo: Demo
    let account: DemoAccount.Filled
    let place: DemoPlace

    private static let days = 89
    private static let eventsADay = 34

    func fill(_ random: inout DemoRandom) throws {
        let webhooks = try makeWebhooks()
        // Ids sort by time, so those of the past are made by a clock that goes through it.
        let past = ManualClock(demo.now)
        let ids = IDGenerator(clock: past.clock)
        let types = EventCatalogue.standard.types.filter { Self.frequent.contains($0.name) }
        for day in stride(from: Self.days, through: 0, by: -1) {
            let times = instants(daysAgo: day, &random)
            var drawn: [(time: Timestamp, type: EventType, outcomes: [DemoOutcome], call: Int, user: Int)] = []
            for time in times {
                guard let type = types.randomElement(using: &random) else { continue }
                // The CRM was down for a day and a half, five weeks ago.
                let isOutage = day == 35 || (day == 34 && time.seconds % 86400 < 43200)
                let outcomes = webhooks.indices.map { DemoOutcome.drawn(webhook: $0, isOutage: isOutage, type: type, &random) }
                drawn.append(
                    (
                        time, type, outcomes, Int.random(in: 10_000...99_999, using: &random),
                        Int.random(in: 0..<account.users.count, using: &random)
                    ))
            }
            try demo.app.site.database.write { connection in
                for event in drawn {
                    past.set(event.time)
                    let writer = DemoDeliveryWriter(ids: ids, account: account.id, connection: connection)
                    let id = try writer.event(data(event.type, call: event.call, user: event.user), event.type, at: event.time)
                    for (webhook, outcome) in zip(webhooks, event.outcomes) where webhook.events.includes(event.type) {
                        try writer.delivery(of: id, event.type, to: webhook, at: event.time, outcome, call: event.call)
                    }
                }
            }
        }
        try count(webhooks)
    }

    private static let frequent: Set<String> = [
        "USER_LOGIN", "USER_LOGIN_FAILURE", "USER_MODIFIED", "user:activity_changed", "call:start", "call:update", "call:end", "cdr",
        "call:missed",
        "recording:ready", "voicemail:left", "contact:created", "contact:updated", "payment:succeeded", "SMS_SENT", "case:created",
        "case:closed",
        "conversation:closed", "export:ready",
    ]

    private func makeWebhooks() throws -> [WebhookConfiguration] {
        let site = demo.app.site
        let store = WebhookStore(vault: demo.app.vault)
        let created = demo.now - .seconds((Self.days + 3) * 86400)
        func webhook(_ name: String, _ url: String, _ events: EventSubscription) -> WebhookConfiguration {
            var webhook = WebhookConfiguration(
                id: site.ids.next(), account: account.id, name: name, url: url, secret: WebhookSecret.generate(), createdAt: created)
            webhook.events = events
            return webhook
        }
        let isFrench = place.account.language == "fr"
        var main = webhook(isFrench ? "Webhook principal" : "Main webhook", "https://integration.\(place.domain)/hookswitch/events", .all)
        main.isMain = true
        main.authentication = .basic(login: "hookswitch", password: Token.random())
        var crm = webhook(
            isFrench ? "Synchronisation CRM" : "CRM synchronisation", "https://crm.\(place.domain)/api/v2/telephony/events",
            EventSubscription(modules: ["crm", "cases"], types: ["call:end", "cdr", "call:missed"]))
        crm.authentication = .bearer(token: Token.random())
        var wallboard = webhook(
            isFrench ? "Écran mural" : "Wallboard", "https://wallboard.\(place.domain)/live",
            EventSubscription(types: ["call:start", "call:update", "call:end", "user:activity_changed"]))
        wallboard.authentication = .apiKey(header: "X-Api-Key", key: Token.random())
        let archive = webhook(
            isFrench ? "Archivage des enregistrements" : "Recording archive", "https://archive.\(place.domain)/ingest",
            EventSubscription(types: ["recording:ready", "voicemail:left"]))
        let webhooks = [main, crm, wallboard, archive]
        try site.database.write { connection in
            for webhook in webhooks { try store.insert(webhook, on: connection) }
            try connection.execute(
                "INSERT INTO webhook_settings (account_id, is_enabled, version, updated_at) VALUES (\(account.id), 1, 1, \(created))")
        }
        demo.app.directory.invalidate(account: account.id)
        return webhooks
    }

    /// Working hours mostly, in the order of time; none later than now.
    private func instants(daysAgo day: Int, _ random: inout DemoRandom) -> [Timestamp] {
        let zone = demo.app.site.zone(place.account.timeZone)
        let date = zone.civil(demo.now).date.adding(days: -day)
        let isWeekend = date.weekday == 0 || date.weekday == 6
        let start = zone.startOfDay(date)
        return (0..<(isWeekend ? Self.eventsADay / 4 : Self.eventsADay)).map { _ in
            let hour = (Double.random(in: 8...19, using: &random) + Double.random(in: 7...20, using: &random)) / 2
            return start + .milliseconds(Int64(hour * 3_600_000) + Int64.random(in: 0...999, using: &random))
        }.filter { $0 < demo.now - .seconds(60) }.sorted()
    }

    private func data(_ type: EventType, call: Int, user: Int) -> JSONObject {
        var data = type.sample
        let person = account.users[user]
        if data["call_id"] != nil {
            data["call_id"] = .string("c-\(call)")
            data["tracking_number"] = .string(place.number(call % place.numbers))
            data["caller"] = .string(place.account.country == "FR" ? "+336\(10_000_000 + call * 613)" : "+4477\(10_000_000 + call * 613)")
        }
        if data["user"] != nil {
            data["user"] = ["id": .string(person.id.description), "email": .string(person.email), "name": .string(person.name)]
        }
        return data
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

/// How a delivery of the demonstration went.
enum DemoOutcome {
    case delivered(afterFailures: Int)
    case failed(attempts: Int)
    case expired(attempts: Int)

    static func drawn(webhook: Int, isOutage: Bool, type: EventType, _ random: inout DemoRandom) -> DemoOutcome {
        let isLive = type.freshness == .live
        if webhook == 1, isOutage { return isLive ? .expired(attempts: 4) : .failed(attempts: 10) }
        switch Int.random(in: 0..<100, using: &random) {
        case 0: return isLive ? .expired(attempts: 4) : .delivered(afterFailures: 3)
        case 1...3: return .delivered(afterFailures: 1)
        default: return .delivered(afterFailures: 0)
        }
    }

    var attempts: Int {
        switch self {
        case .delivered(let failures): failures + 1
        case .failed(let attempts), .expired(let attempts): attempts
        }
    }

    var state: DeliveryState {
        switch self {
        case .delivered: .delivered
        case .failed: .failed
        case .expired: .expired
        }
    }
}
