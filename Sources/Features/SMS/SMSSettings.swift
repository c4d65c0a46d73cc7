// The account's SMS provider: where it is, how it knows us, and who its messages come from. An account that never said so has none.

import HTTP
import HTTPClient
import Spelling
import Telephony
import Web

struct SMSSettings: Sendable {
    /// With placeholders in braces, where the provider takes parameters; nil: there is no provider.
    var url: String?
    /// What recipients see; nil: what the provider chooses.
    var sender: String?
    var credentials: Credential.Basic?
    /// The stored password cannot be opened with this master key.
    var isUnreadable = false
    /// 0 when nothing was ever saved.
    var version = 0

    var placeholders: Set<SMSPlaceholder> { url.map { SMSPlaceholder.all(in: $0) } ?? [] }

    /// What is shown to the provider in a header: nothing that the address has already.
    var header: CustomHeader? {
        guard let credentials, placeholders.isDisjoint(with: [.login, .password]) else { return nil }
        return Credential.basic(login: credentials.login, password: credentials.password).header
    }

    static let form = Form<SMSSettings, AddressPolicy>("sms") {
        Group("provider") {
            Line("url", \.url, .url, upTo: AddressPolicy.maximumTargetLength, parsing: address)
            Check("url", "lacks_content") { new, _ in
                new.placeholders.isEmpty || new.placeholders.isSuperset(of: [.to, .text])
            }
            Line("sender", \.sender, upTo: 40, width: .medium, parsing: { text, _ in sender(text) })
            Check("sender", "missing") { new, _ in new.sender != nil || !new.placeholders.contains(.sender) }
            Switched("authentication", \.credentials, from: .init()) {
                Line("login", \.login, upTo: 200, width: .medium)
                Secret("password", \.password, upTo: 200, mayBeEmpty: true)
            }
            // RFC 7617: the login ends at the first colon.
            Check("login", "colon") { new, _ in new.header == nil || new.credentials?.login.has(":") != true }
            Check("authentication", "missing") { new, _ in
                new.credentials != nil || new.placeholders.isDisjoint(with: [.login, .password])
            }
            Check("password") { new, stored, policy, typed in
                // Who may write the password, but not read it, would otherwise have it sent to themselves.
                guard let old = stored?.credentials?.password, !old.isEmpty, (typed["password"] ?? "").isEmpty,
                    new.credentials?.password.isIdentical(to: old) == true
                else { return nil }
                return policy.isSameReceiver(new.url ?? "", stored?.url ?? "") ? nil : "outgoing.secret.other_receiver"
            }
            Check("url", "missing") { new, _ in new.url != nil || new.credentials == nil && new.sender == nil }
            Part("sms/format") { at, _ in SMSFormatView(at.t) }
        }
    }

    /// Checked as any address that is called; a placeholder may stand where a path or its parameters are.
    @Sendable private static func address(_ text: String, _ policy: AddressPolicy) -> Result<String, Line<SMSSettings, AddressPolicy>.Wrong>
    {
        Line<SMSSettings, AddressPolicy>.checked(text, policy).flatMap { url in
            let url = SMSPlaceholder.restored(in: url)
            guard !SMSPlaceholder.hasUnknown(in: url) else { return .failure(.init("unknown_placeholder")) }
            // What stands behind a `#` is never sent, nor a part of the path that `..` takes back.
            let typed = SMSPlaceholder.all(in: SMSPlaceholder.restored(in: text))
            return typed.isSubset(of: SMSPlaceholder.all(in: url)) ? .success(url) : .failure(.init("lost_placeholder"))
        }
    }

    /// A number, a short code, or a word of the GSM alphabet that fits where a number would (TS 23.040, § 9.1.2.5).
    private static func sender(_ text: String) -> Result<String, Line<SMSSettings, AddressPolicy>.Wrong> {
        let compact = TypedText.compact(text)
        if compact.begins(with: "+") {
            guard case .number(let number) = PhoneSpelling(text, country: "") else { return .failure(.init("format")) }
            return .success(number)
        }
        if compact.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return (3...15).contains(compact.utf8.count) ? .success(compact) : .failure(.init("format"))
        }
        let word = SMSText(text)
        let isWord = word.encoding == .gsm7 && word.length <= 11 && text.unicodeScalars.allSatisfy { $0.value >= 0x20 }
        return isWord ? .success(text) : .failure(.init("format"))
    }
}
