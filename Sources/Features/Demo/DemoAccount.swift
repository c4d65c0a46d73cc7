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
            try fillReferences(account, on: connection)
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

    private func fillReferences(_ account: ID<Account>, on connection: any Connection) throws {
        let site = demo.app.site
        let now = site.clock.now()
        var playlists: [ID<Playlist>] = []
        for (index, name) in place.names.playlists.enumerated() {
            let id = site.ids.next(Playlist.self)
            playlists.append(id)
            try connection.execute(
                "INSERT INTO playlists (id, account_id, name, tracks, created_at) VALUES (\(id), \(account), \(name), \(3 + index * 2), \(now))"
            )
        }
        for (index, name) in place.names.queues.enumerated() {
            let line: String? = index.isMultiple(of: 2) ? place.number(index) : nil
            try connection.execute(
                """
                INSERT INTO queues (id, account_id, name, head_of_line, playlist_id, created_at)
                VALUES (\(site.ids.next(Queue.self)), \(account), \(name), \(line), \(index == 1 ? playlists.last : nil), \(now))
                """)
        }
        for index in 0..<place.numbers {
            let name = "\(place.names.lines[index % place.names.lines.count]) \(index / place.names.lines.count + 1)"
            try connection.execute(
                "INSERT INTO tracking_numbers (account_id, number, name, created_at) VALUES (\(account), \(place.number(index)), \(name), \(now))"
            )
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
