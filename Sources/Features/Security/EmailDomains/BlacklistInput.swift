// What a platform service hands over as an entry → a checked entry, or all that is wrong with it.

import Database
import HTTP
import HTTPTypes
import JSON
import Spelling
import Time
import Web

struct BlacklistInput {
    private static let members = ["user", "email", "address", "source", "at"]
    /// Machines' clocks differ.
    private static let tolerance = Duration.seconds(300)

    let entry: NewBlacklistEntry

    /// Throws a `Problem` that names every fault with its JSON Pointer.
    ///
    /// - Parameters:
    ///   - place: where the entry stands in the body: `""`, `"/3"`.
    ///   - domain: in ASCII.
    init(_ value: JSONValue, at place: String, of domain: String, as id: ID<BlacklistEntry>, now: Timestamp) throws {
        guard let object = value.object else {
            throw Problem(
                status: .unprocessableContent, type: "invalid-entry", title: "Invalid entry",
                detail: "An entry is a JSON object with who has blacklisted what, and source.",
                extensions: ["errors": [["pointer": .string("#" + place), "detail": "This is no JSON object."]]])
        }
        var faults = FieldFaults()
        faults.place = place
        for member in object.members where !Self.members.contains(where: { $0.isIdentical(to: member.name) }) {
            faults.add(unknown: member.name, known: Self.members)
        }
        let person = Self.person(object, &faults)
        let address = Self.address(object["address"], of: domain, &faults)
        let source = object["source"]?.string.flatMap { BlacklistSource(rawValue: $0) }
        if source == nil {
            faults.add("source", "Give source as one of \(BlacklistSource.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        let at = Self.time(object["at"], now: now, &faults)
        try faults.refuse()
        guard let person, let source else { throw faults.problem }
        entry = NewBlacklistEntry(id: id, person: person, address: address, source: source, at: at)
    }

    private static func given(_ value: JSONValue?) -> JSONValue? { value == .null ? nil : value }

    private static func person(_ object: JSONObject, _ faults: inout FieldFaults) -> NewBlacklistEntry.Person? {
        let (user, email) = (given(object["user"]), given(object["email"]))
        if user != nil, email != nil { faults.add("email", "Give user or email, not both.") }
        if let user {
            if let id = user.string.flatMap({ ID<User>($0) }) { return .user(id) }
            faults.add("user", "Give user as the id of a user of the account, such as usr_…, or give email.")
        } else if let email {
            if let address = spelled(email) { return .email(address) }
            faults.add("email", "Give email as the address of whoever has blacklisted it, such as name@example.com.")
        } else {
            faults.add("email", "Say who has blacklisted it: give email, or user for a user of the account.")
        }
        return nil
    }

    /// Empty: the whole domain.
    private static func address(_ value: JSONValue?, of domain: String, _ faults: inout FieldFaults) -> String {
        guard let value = given(value) else { return "" }
        guard let address = spelled(value) else {
            faults.add("address", "Give address as an address of \(domain), or leave it out for the whole domain.")
            return ""
        }
        let own = address.cut(atLast: "@").map { String($0.after) } ?? ""
        guard (try? InternationalName.domain(own)) == domain else {
            faults.add("address", "The address is none of \(domain): send the entry to the domain that it is of.")
            return ""
        }
        return address
    }

    /// In the product's one spelling; nil for what is no address.
    private static func spelled(_ value: JSONValue) -> String? {
        guard let text = value.string, text.utf8.count <= 1000 else { return nil }
        let address = NewUser.spelled(text)
        return NewUser.isEmail(address) ? address : nil
    }

    private static func time(_ value: JSONValue?, now: Timestamp, _ faults: inout FieldFaults) -> Timestamp {
        guard let value = given(value) else { return now }
        guard let time = value.string.flatMap({ Timestamp(iso8601: $0) }) else {
            faults.add("at", "Give at as a time of RFC 3339 with its offset, such as 2026-11-22T14:05:09+01:00, or leave it out for now.")
            return now
        }
        if time > now + tolerance { faults.add("at", "at lies in the future.") }
        if time.milliseconds < 0 { faults.add("at", "at lies before 1970.") }
        return time
    }
}
