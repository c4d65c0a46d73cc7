// The demonstration's accounts: hundreds of users, numbers, playlists, queues, and what each feature has of its own to show.

import Database
import Time
import Web

struct DemoAccount {
    let demo: Demo
    let place: DemoPlace

    struct Filled {
        let id: ID<Account>
        /// Ids and names of the users, the administrator first.
        let users: [(id: ID<User>, name: String, email: String)]
    }

    func fill(passwordHash: String, _ random: inout DemoRandom) throws -> Filled {
        let site = demo.app.site
        let people = PeopleStore(site: site)
        var users: [(id: ID<User>, name: String, email: String)] = []
        let newcomers = newUsers(&random)
        let account = try site.database.write { connection in
            let account = try people.create(place.account, on: connection)
            users.removeAll()
            for user in newcomers {
                users.append((try people.create(user, passwordHash: passwordHash, in: account, on: connection), user.name, user.email))
            }
            try fillReferences(account, users: users.map(\.id), on: connection)
            for feature in demo.app.features { try feature.demonstrate(demo.app, account, connection) }
            return account
        }
        return Filled(id: account, users: users)
    }

    private func newUsers(_ random: inout DemoRandom) -> [NewUser] {
        var taken: Set<String> = []
        var users: [NewUser] = []
        for index in 0..<place.users {
            let first = index < 2 ? place.names.first[index] : place.names.first.randomElement(using: &random) ?? ""
            let last = index < 2 ? place.names.last[index] : place.names.last.randomElement(using: &random) ?? ""
            let local = plain("\(first).\(last)")
            var email = "\(local)@\(place.domain)"
            var number = 2
            while !taken.insert(email).inserted {
                email = "\(local)\(number)@\(place.domain)"
                number += 1
            }
            users.append(
                NewUser(
                    email: email, name: "\(first) \(last)", password: Demo.password,
                    role: index == 0 || index % 97 == 96 ? .administrator : .user))
        }
        return users
    }

    /// Each with the reference that the platform's services would give it.
    private func fillReferences(_ account: ID<Account>, users: [ID<User>], on connection: any Connection) throws {
        let site = demo.app.site
        let now = site.clock.now()
        func add<Item: ReferenceItem>(_ name: String, _ reference: String, _ change: (inout Item) -> Void = { _ in }) throws -> ID<Item> {
            var item = Item(id: site.ids.next())
            (item.name, item.reference) = (name, reference)
            change(&item)
            try ReferenceStore.insert(item, in: account, at: now, telling: demo.app.alerts, on: connection)
            return item.id
        }
        let playlists: [ID<Playlist>] = try place.names.playlists.enumerated().map { try add($1, "playlist-\($0 + 1)") }
        for (index, name) in place.names.queues.enumerated() {
            let queue = try add(name, "queue-\(index + 1)") { (queue: inout Queue) in
                queue.headOfLine = index.isMultiple(of: 2) ? place.number(index) : nil
                queue.playlist = index == 1 ? playlists.last : nil
            }
            // The last has nobody yet.
            guard index + 1 < place.names.queues.count else { continue }
            for (number, user) in users.enumerated() where number % place.names.queues.count == index || number % 7 == index {
                try connection.execute(
                    "INSERT INTO queue_members (queue_id, user_id, account_id) VALUES (\(queue), \(user), \(account))")
            }
        }
        for index in 0..<place.numbers {
            let name = "\(place.names.lines[index % place.names.lines.count]) \(index / place.names.lines.count + 1)"
            _ = try add(name, "line-\(index + 1)") { (number: inout TrackingNumber) in number.number = place.number(index) }
        }
        try connection.execute(
            """
            UPDATE users SET head_of_line = \(place.number(3)) WHERE id IN
                (SELECT id FROM users WHERE account_id = \(account) ORDER BY id LIMIT 12)
            """)
    }

    /// Letters without accents, for addresses.
    private func plain(_ name: String) -> String {
        let accents: [Character: Character] = [
            "é": "e", "è": "e", "ë": "e", "ê": "e", "ï": "i", "î": "i", "É": "e", "ô": "o", "ç": "c", "à": "a",
        ]
        return String(name.map { accents[$0] ?? $0 }).lowercased().replacing(" ", with: "-")
    }
}
