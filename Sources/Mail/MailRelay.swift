// Where mail is handed over: its address, as an operator writes it, with all that a connection needs.

import CCurl
import Spelling

/// `smtps://user:password@relay.example:465`, or `smtp://…`, which changes to TLS by STARTTLS before anything is said of a message; a
/// relay on this machine may do without.
package struct MailRelay: Sendable {
    package enum Problem: Error, CustomStringConvertible {
        case notAnAddress
        case secretWithoutTLS

        package var description: String {
            switch self {
            case .notAnAddress: "it must be smtps://user:password@relay.example, or smtp://… for STARTTLS, with nothing behind the port"
            case .secretWithoutTLS: "a password goes to another machine by TLS alone; leave ?tls=never out"
            }
        }
    }

    enum Encryption: Sendable { case always, whenOffered, never }

    /// Without what signs in.
    let url: String
    /// As it may be shown and logged.
    package let host: String
    let user: String?
    let password: String?
    let encryption: Encryption
    /// A file of certificates that are trusted in place of the system's, for a relay with an authority of its own.
    let authorities: String?

    package init(_ text: String, authorities: String? = nil) throws(Problem) {
        guard let parsed = curl_url() else { throw .notAnAddress }
        defer { curl_url_cleanup(parsed) }
        guard curl_url_set(parsed, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK else { throw .notAnAddress }
        func part(_ part: CURLUPart, _ flags: Int32 = 0) -> String? {
            var bytes: UnsafeMutablePointer<CChar>?
            guard curl_url_get(parsed, part, &bytes, UInt32(flags)) == CURLUE_OK, let bytes else { return nil }
            defer { curl_free(bytes) }
            return String(cString: bytes)
        }
        guard let scheme = part(CURLUPART_SCHEME), ["smtp", "smtps"].contains(scheme), let host = part(CURLUPART_HOST), !host.isEmpty,
            ["", "/"].contains(part(CURLUPART_PATH) ?? ""), part(CURLUPART_FRAGMENT) == nil
        else { throw .notAnAddress }
        user = part(CURLUPART_USER, CURLU_URLDECODE)
        password = part(CURLUPART_PASSWORD, CURLU_URLDECODE)
        // An unqualified `smtp` has always meant the submission port to people, 25 to libcurl.
        let port = part(CURLUPART_PORT) ?? (scheme == "smtps" ? "465" : "587")
        let isHere = host == "localhost" || host.begins(with: "127.") || host == "[::1]"
        switch part(CURLUPART_QUERY) {
        case nil: encryption = scheme == "smtp" && isHere ? .whenOffered : .always
        case "tls=never" where scheme == "smtp":
            guard user == nil || isHere else { throw .secretWithoutTLS }
            encryption = .never
        default: throw .notAnAddress
        }
        url = "\(scheme)://\(host):\(port)"
        self.host = "\(host):\(port)"
        self.authorities = authorities
    }
}
