// What the platform says of a file, checked: a member that is not known is refused, because a misspelt hold would be no hold.

package import Database
import HTTP
import JSON
import Spelling
import Telephony
package import Time
import Web

package struct NewMedia: Sendable {
    package var kind: MediaKind
    package var recordedAt: Timestamp
    package var user: ID<User>?
    package var userName: String?
    package var trackingNumber: String?
    /// Name of the repository connector that has a copy.
    package var connector: String?
    package var isHeld = false
    /// With whose words and name, where it is.
    var hold: HoldRecord?
    /// The platform's own id: the same one again registers nothing new.
    package var externalID: String?

    package init(kind: MediaKind, recordedAt: Timestamp) {
        self.kind = kind
        self.recordedAt = recordedAt
    }
}

extension NewMedia {
    private static let names: Set<String> = [
        "kind", "recorded_at", "user", "tracking_number", "connector", "hold", "hold_reason", "external_id",
    ]
    /// Clocks of the platform's machines may be ahead of ours a little. A date further ahead would keep a file for ever.
    private static let clockSkew = Duration.seconds(3600)

    /// The media, or a problem that names every field that is wrong.
    static func checked(
        _ fields: [String: JSONValue], of account: ID<Account>, at now: Timestamp, on connection: any Connection
    ) throws -> NewMedia {
        var errors: [(field: String, detail: String)] = []
        for name in fields.keys.sorted() where !names.contains(name) {
            errors.append((name, "There is no field “\(name)”. The fields are \(names.sorted().joined(separator: ", "))."))
        }
        // What we compare with something of ours comes without what nobody sees around it; the platform's own id stays as it is.
        func text(_ name: String, limit: Int, isOurs: Bool = true) -> String? {
            guard let value = fields[name], !value.isNull else { return nil }
            let text = value.string.map { isOurs ? TypedText.line($0) : $0 } ?? ""
            if !text.isEmpty, text.utf8.count <= limit, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) { return text }
            errors.append((name, "Give \(name) as a text of 1 to \(limit) bytes without control characters, or leave it out."))
            return nil
        }
        let kind = fields["kind"]?.string.flatMap { MediaKind(rawValue: $0) }
        if kind == nil { errors.append(("kind", "Give one of the kinds \(MediaKind.allCases.map(\.rawValue).joined(separator: ", ")).")) }
        let recordedAt = fields["recorded_at"]?.string.flatMap { Timestamp(iso8601: $0) }
        if let recordedAt, recordedAt > now + clockSkew {
            errors.append(("recorded_at", "The recording would be in the future. Check the clock and the offset."))
        } else if recordedAt == nil {
            errors.append(("recorded_at", "Give the time of the recording as RFC 3339, for example 2026-11-22T14:05:09+01:00."))
        }
        var media = NewMedia(kind: kind ?? .recordings, recordedAt: recordedAt ?? now)
        if let user = text("user", limit: 254) {
            if let found = try MediaStore.user(user, of: account, on: connection) {
                media.user = found.id
                media.userName = found.name
            } else {
                errors.append(("user", "No user of this account has the id or email address “\(user)”."))
            }
        }
        media.trackingNumber = text("tracking_number", limit: 16)
        if let number = media.trackingNumber, !PhoneNumbers.isE164(number) {
            errors.append(("tracking_number", "Give the number in E.164, for example +33142685300."))
        }
        media.connector = text("connector", limit: 100)
        media.externalID = text("external_id", limit: 200, isOurs: false)
        if let hold = fields["hold"], !hold.isNull {
            if let isHeld = hold.bool { media.isHeld = isHeld } else { errors.append(("hold", "Give hold as true or false.")) }
        }
        do { _ = try holdReason(fields) } catch let problem as Problem { errors.append(("hold_reason", problem.detail)) }
        guard errors.isEmpty else { throw Problem.invalidMedia(errors) }
        return media
    }

    /// Why something is put under hold, or released. Nil: not said.
    static func holdReason(_ fields: [String: JSONValue]) throws -> String? {
        guard let value = fields["hold_reason"], !value.isNull else { return nil }
        let text = value.string.map { TypedText.line($0) } ?? ""
        guard (1...1000).contains(text.utf8.count), text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw Problem.invalidMedia([
                ("hold_reason", "Give hold_reason as a text of 1 to 1000 bytes without control characters, or leave it out.")
            ])
        }
        return text
    }
}
