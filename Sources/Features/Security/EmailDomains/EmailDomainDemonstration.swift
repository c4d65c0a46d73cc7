// Email domains of the demonstration: one for people, one for the newsletter, which most have had enough of, and one without entries.

import Database
import Spelling
import Time
import Web

struct EmailDomainDemonstration {
    private let app: App

    init(_ app: App) {
        self.app = app
    }

    func fill(_ account: ID<Account>, on connection: any Connection) throws {
        let people = try connection.rows("SELECT id, email FROM users WHERE account_id = \(account) ORDER BY id LIMIT 8") {
            (id: try $0.next(ID<User>.self), email: try $0.next(String.self))
        }
        guard let domain = people.first?.email.cut(atLast: "@").map({ String($0.after) }) else { return }
        let now = app.site.clock.now()
        func add(_ name: String, daysAgo: Int) throws -> ID<EmailDomain> {
            let domain = EmailDomain(id: app.site.ids.next(), domain: name)
            try EmailDomainStore.insert(
                domain, by: "Robin Keller", in: account, at: now - .seconds(daysAgo * 86_400), telling: app.alerts, on: connection)
            return domain.id
        }
        func entry(
            _ person: NewBlacklistEntry.Person, _ address: String, _ source: BlacklistSource, hoursAgo: Int
        ) -> NewBlacklistEntry {
            NewBlacklistEntry(
                id: app.site.ids.next(), person: person, address: address, source: source, at: now - .seconds(hoursAgo * 3600 + 754))
        }
        let own = try add(domain, daysAgo: 410)
        _ = try BlacklistStore.add(
            people.dropFirst(2).enumerated().map { index, user in
                entry(
                    .user(user.id), index.isMultiple(of: 3) ? "" : "no-reply@\(domain)", index == 4 ? .bounce : .manual,
                    hoursAgo: 31 + index * 260)
            }, to: own, of: account, on: connection)
        let news = try add("news.\(domain)", daysAgo: 402)
        let sources: [BlacklistSource] = [.unsubscribe, .bounce, .unsubscribe, .unsubscribe, .complaint, .unsubscribe, .manual, .bounce]
        let providers = ["mail.example", "post.example", "boite.example"]
        let names = ["a.leroy", "j.dumont", "m.barnes", "l.costa", "s.weber", "p.okafor", "n.haddad", "c.vidal", "t.lindgren", "h.ito"]
        let strangers = names.enumerated().flatMap { index, name in
            providers.enumerated().map { number, provider in
                entry(
                    .email("\(name)@\(provider)"), number == 2 ? "" : "newsletter@news.\(domain)",
                    sources[(index + number * 3) % sources.count], hoursAgo: 7 + (index * 3 + number) * 53)
            }
        }
        _ = try BlacklistStore.add(strangers, to: news, of: account, on: connection)
        _ = try add(InternationalName.domain("münchen.\(domain)"), daysAgo: 12)
    }
}
