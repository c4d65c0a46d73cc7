// What happens to the people of an account, told to its webhooks as the platform's events are: in the transaction that does it, so that
// an application never hears of what was not, and always of what was.

import Database
import Delivery
import HTTP
import JSON
import Time
import Web

/// Those of the catalogue's events that are the product's own.
enum AccountEvent: String, CaseIterable {
    case signedIn = "USER_LOGIN"
    case signInFailed = "USER_LOGIN_FAILURE"
    case signedOut = "LOGOUT"
    case userCreated = "USER_CREATED"
    case userChanged = "USER_MODIFIED"
    case emailChanged = "EMAIL_CHANGED"
    case userEnabled = "USER_ENABLED"
    case userDisabled = "USER_DISABLED"
    case userDeleted = "USER_DELETED"
    case invited = "INVITE_USER"
    case invitedAgain = "RE_INVITE_USER"
    case invitationAccepted = "INVITE_ACCEPTED"
    case emailVerified = "USER_EMAIL_VERIFIED"
    case userBlocked = "USER_BLOCKED"
    case passwordChanged = "USER_PASSWORD_CHANGED"
    case resetBegun = "USER_PASSWORD_RESET_INITIATE"
    case passwordReset = "USER_PASSWORD_RESET"
    case factorRequired = "MFA_REQUIRED"
    case factorAsked = "MFA_INITIATED"
    case factorShown = "MFA_VERIFIED"
    case factorReset = "MFA_RE_INITIATED"
    case roleCreated = "ROLE_CREATED"
    case roleChanged = "ROLE_UPDATED"
    case roleDeleted = "ROLE_DELETED"

    var type: EventType {
        guard let type = EventCatalogue.standard.type(named: rawValue) else { preconditionFailure("\(rawValue) is not in the catalogue") }
        return type
    }
}

/// Somebody of an account.
struct EventPerson {
    let id: ID<User>
    let email: String
    let name: String

    var json: JSONValue { ["id": .string(id.description), "email": .string(email), "name": .string(name)] }
}

/// Who did it, and from where, as far as the account may know.
struct EventActor {
    let person: EventPerson?
    let address: String?

    /// At the machine, or nobody.
    static let platform = EventActor(nil, at: nil)

    init(_ person: EventPerson?, at address: String?) {
        self.person = person
        self.address = address
    }

    /// Of staff an account learns that it was the platform: their addresses are none of its own.
    init(_ visitor: some SignedIn) {
        let session = visitor.session
        self =
            session.isOperator
            ? .platform
            : EventActor(
                EventPerson(id: session.user, email: session.email, name: session.userName), at: visitor.visit.request.remoteAddress)
    }
}

extension App {
    /// - Parameter account: nil for staff, of whom no account is told.
    func tell(
        _ events: AccountEvent..., of person: EventPerson, by actor: EventActor, in account: ID<Account>?, on connection: any Connection
    ) throws {
        try tell(events, by: actor, in: account, on: connection) { EventSamples.person($0, person.json, address: actor.address) }
    }

    func tell(
        _ event: AccountEvent, ofRole id: ID<RoleRow>, named name: String, by actor: EventActor, in account: ID<Account>,
        on connection: any Connection
    ) throws {
        try tell([event], by: actor, in: account, on: connection) { _ in
            EventSamples.role(id: id.description, name: name, by: actor.person?.json)
        }
    }

    private func tell(
        _ events: [AccountEvent], by actor: EventActor, in account: ID<Account>?, on connection: any Connection,
        _ data: (EventType) -> JSONObject
    ) throws {
        guard let account, let slug = try connection.value("SELECT slug FROM accounts WHERE id = \(account)", as: String.self) else {
            return
        }
        var context: JSONObject = ["account": .string(slug)]
        if let person = actor.person { context["user"] = ["id": .string(person.id.description), "email": .string(person.email)] }
        if let address = actor.address { context["ip_address"] = .string(address) }
        let now = site.clock.now()
        try acceptor.accept(
            events.map { NewEvent(type: $0.type, time: now, context: context, data: data($0.type)) }, for: account, on: connection)
    }
}

extension UserEntry {
    var person: EventPerson { EventPerson(id: id, email: email, name: name) }
}

extension Credentials {
    var person: EventPerson { EventPerson(id: user, email: email, name: name) }
}

extension LinkReader {
    var person: EventPerson { EventPerson(id: user, email: email, name: name) }
}
