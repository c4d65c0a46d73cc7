// One SMS as its provider wants it: as JSON, or as the parameters of an address with placeholders. And the same as a page may show it,
// without the password.

import HTTP
import HTTPClient
import JSON
import Telephony
import Web

struct SMSMessage: Sendable {
    /// E.164.
    let to: String
    let text: String
    /// By which the provider and we speak of it.
    let id: String
    /// It has a link in it that opens an account: of an answer that repeats it, nothing is kept that would.
    var opensAccount = false
}

struct SMSRequest: Sendable {
    let outgoing: OutgoingRequest
    let shownURL: String
    let shown: String
    /// Finds in answers what must not be shown.
    let mask: SecretMask

    /// Nil without a provider.
    init?(_ message: SMSMessage, by settings: SMSSettings) {
        guard let url = settings.url else { return nil }
        let text = SMSText(message.text)
        let password = settings.credentials?.password ?? ""
        let header = settings.header
        mask = SecretMask(password: password, header: header?.value, message: message.opensAccount ? message.text : "")
        guard !settings.placeholders.isEmpty else {
            let body: JSONValue = [
                "type": "sms", "sender": settings.sender.map { .string($0) } ?? .null, "to": .string(message.to),
                "retId": .string(message.id), "isUnicode": .bool(text.encoding == .ucs2), "text": .string(message.text),
                "credits": .init(text.credits),
            ]
            outgoing = OutgoingRequest(
                method: .post, url: url, fields: [("Content-Type", "application/json")] + (header.map { [($0.name, $0.value)] } ?? []),
                body: body.serialized())
            shownURL = url
            shown = Self.shown("POST", url, ["Content-Type: application/json"], header, body.prettyPrinted())
            return
        }
        func filled(_ password: String) -> String {
            SMSPlaceholder.filled(url) { placeholder in
                switch placeholder {
                case .to: percentEncoded(message.to)
                case .text: percentEncoded(message.text)
                case .sender: percentEncoded(settings.sender ?? "")
                case .login: percentEncoded(settings.credentials?.login ?? "")
                case .password: password
                case .coding: text.encoding == .ucs2 ? "2" : "0"
                case .retId: percentEncoded(message.id)
                }
            }
        }
        outgoing = OutgoingRequest(
            method: .get, url: filled(percentEncoded(password)), hasContentInURL: true,
            fields: header.map { [($0.name, $0.value)] } ?? [])
        shownURL = filled(password.isEmpty ? "" : SecretMask.mask)
        shown = Self.shown("GET", shownURL, [], header, "")
    }

    private static func shown(_ method: String, _ url: String, _ fields: [String], _ header: CustomHeader?, _ body: String) -> String {
        let lines = ["\(method) \(url)"] + fields + (header.map { ["\($0.name): \(SecretMask.mask)"] } ?? [])
        return lines.joined(separator: "\n") + (body.isEmpty ? "" : "\n\n\(body)")
    }
}
