// The verbs themselves. Each change has its audit row in the same transaction, under the name "Command line".

import Database
import Foundation
import Spelling
import Web

extension ControlVerb {
    static let actor = UnnamedActor.commandLine.rawValue

    /// Blocks until it is done and durable. Throws what is wrong in words for the person who typed the command.
    package func run(on app: App) throws(VerbFailure) -> VerbAnswer {
        do {
            switch self {
            case .createAccount(let account): return try Self.create(account, app)
            case .createUser(let user, let account): return try Self.create(user, in: account, app)
            case .unlockUser(let email): return try UnlockVerb.run(app, email: email)
            case .resetFactor(let email, let account): return try ResetFactorVerb.run(app, email: email, account: account)
            case .createKey(let account, let name, let scopes, let days):
                return try Self.createKey(named: name, of: account, scopes, days: days, app)
            case .backup(let path): return try Backup.write(app, to: path)
            case .purge(let account, let isRehearsal, let isConfirmed):
                return try app.site.reserve.giving {
                    try PurgeVerb.run(app, account: account, isRehearsal: isRehearsal, isConfirmed: isConfirmed)
                }
            case .heldPurges(let isConfirmed): return try app.site.reserve.giving { try PurgeVerb.held(app, isConfirmed: isConfirmed) }
            case .verifyDatabase: return VerbAnswer([try DatabaseVerification(app.features).run(app.site.database, app.vault)])
            }
        } catch {
            throw VerbFailure(error)
        }
    }

    private static func create(_ account: NewAccount, _ app: App) throws -> VerbAnswer {
        try reject(
            account.problem, app, hints: ["country": account.country, "time_zone": account.timeZone, "account_language": account.language])
        let site = app.site
        do {
            _ = try site.database.write { connection in
                let id = try PeopleStore(site: site).create(account, on: connection)
                try audit(id, "account.create", of: account.slug, site, on: connection)
            }
        } catch DatabaseError.duplicate {
            throw VerbFailure(.data, "There is an account with the short name “\(account.slug)” already. Choose another with --slug.")
        }
        return VerbAnswer(["Created the account \(account.name) (\(account.slug))."])
    }

    private static func create(_ user: NewUser, in slug: String?, _ app: App) throws -> VerbAnswer {
        // Staff have neither role nor account: whoever sends half of it must not make somebody staff.
        guard (user.role == nil) == (slug == nil) else { throw VerbFailure(.data, "A role goes with an account, and staff have neither.") }
        try reject(user.problem, app, hints: [:])
        let site = app.site
        let account = try slug.map { try find($0, app) }
        // Before the transaction: it takes a tenth of a second, and everybody's writes would wait.
        let hash = try site.hash(user.password, for: user.email)
        do {
            _ = try site.database.write { connection in
                if let account { try Limit.users.requireRoom(in: account, telling: app.alerts, on: connection) }
                let id = try PeopleStore(site: site).create(user, passwordHash: hash, in: account, on: connection)
                try audit(account, "user.create", of: user.email, site, on: connection)
                try app.tell(
                    .userCreated, of: EventPerson(id: id, email: user.email, name: user.name), by: .platform, in: account, on: connection)
            }
        } catch DatabaseError.duplicate {
            let place = slug.map { "a user of \($0)" } ?? "an operator of the platform"
            throw VerbFailure(.data, "There is \(place) with the email address “\(user.email)” already.")
        } catch Refusal.limitReached(let usage) {
            throw VerbFailure(
                .data,
                "The account has all the users that it may have: \(usage.maximum). Delete one first, or set another limit in the console.")
        } catch let problem as FieldProblem {
            throw VerbFailure(.data, UserEntry.form.message(problem, site.locales[.english]) + ".")
        } catch is PeopleStore.RoleGone {
            let role = user.role?.rawValue ?? ""
            throw VerbFailure(.data, "The account “\(slug ?? "")” has no role any more that began as \(role). Choose another with --role.")
        }
        // Its link has no use any more: somebody can sign in.
        SetupCode(site: site).discard()
        let place = slug.map { "\(user.role?.rawValue ?? "user") of \($0)" } ?? "operator of the platform"
        return VerbAnswer(["Created \(user.name) <\(user.email)>, \(place)."])
    }

    private static func createKey(
        named name: String, of slug: String, _ scopes: [String], days: Int?, _ app: App
    ) throws -> VerbAnswer {
        let known = app.features.flatMap(\.scopes).map(\.rawValue)
        if let stranger = scopes.first(where: { !known.contains($0) }) {
            throw VerbFailure(.data, "“\(stranger)” is no scope. There are: \(known.joined(separator: ", ")).")
        }
        guard !scopes.isEmpty else { throw VerbFailure(.data, "Give at least one --scope: \(known.joined(separator: ", ")).") }
        let name = TypedText.name(name)
        guard TypedText.isName(name) else { throw VerbFailure(.data, "--name: Enter a name of up to \(TypedText.maximumName) characters.") }
        if let days, !KeyEntry.days.contains(days) {
            throw VerbFailure(
                .data, "--days: Give a number from \(KeyEntry.days.lowerBound) to \(KeyEntry.days.upperBound), or leave it out.")
        }
        let account = try find(slug, app)
        let store = KeyStore(app.site)
        var entry = KeyEntry(id: app.site.ids.next())
        entry.name = name
        entry.scopes = scopes.map { Scope(rawValue: $0) }
        entry.days = days
        let secret: String
        do {
            secret = try app.site.database.write { connection in
                let secret = try store.insert(entry, in: account, by: actor, telling: app.alerts, on: connection)
                try audit(account, "key.create", of: name, app.site, on: connection)
                return secret
            }
        } catch Refusal.limitReached {
            throw VerbFailure(.data, "The account has as many keys as it may have. Revoke one first, on its page of keys.")
        }
        return VerbAnswer([secret], notes: ["Keep this key now: it is stored as a hash and cannot be shown again."])
    }

    // MARK: Parts of several verbs

    static func find(_ typed: String, _ app: App) throws -> ID<Account> {
        let slug = TypedText.line(typed)
        let (account, known) = try app.site.database.read { connection in
            (
                try PeopleStore(site: app.site).account(slug: slug, on: connection),
                try connection.rows("SELECT slug FROM accounts ORDER BY slug LIMIT 20") { try $0.next(String.self) }
            )
        }
        guard let account else {
            let hint = known.isEmpty ? "There is none yet: see hookswitch account create." : "There are: \(known.joined(separator: ", "))."
            throw VerbFailure(.data, "There is no account “\(slug)”. \(hint)")
        }
        return account
    }

    static func audit(
        _ account: ID<Account>?, _ action: StaticString, of subject: String, _ site: Site, on connection: any Connection
    ) throws {
        try AuditEntry(account: account, user: nil, userName: actor, action: action, subject: subject, from: "", requestID: "-")
            .record(site, on: connection)
    }

    /// The words of the form's field, under the option's name.
    private static func reject(_ problem: (field: String, key: String)?, _ app: App, hints: [String: String]) throws {
        guard let problem else { return }
        let given = hints[problem.field] ?? ""
        switch problem.field {
        case "country": throw VerbFailure(.data, "--country: “\(given)” is no country. Give its two capital letters, such as FR.")
        case "time_zone": throw VerbFailure(.data, "--time-zone: “\(given)” is no time zone. Give its IANA name, such as Europe/Paris.")
        case "account_language": throw VerbFailure(.data, "--language: “\(given)” is no language of the console. There are: en, fr.")
        default:
            let option = ["account_name": "--name", "password": "The password"][problem.field] ?? "--\(problem.field)"
            throw VerbFailure(.data, "\(option): \(app.site.locales[.english](problem.key)).")
        }
    }
}
