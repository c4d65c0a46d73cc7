// Where requests go, and how they show who sends them: the fields of every form in which somebody says so.

import HTTP
import HTTPClient
import Spelling
import Web

protocol Receiver: Sendable {
    /// Empty: none.
    var address: String { get }
    var authentication: Credential { get set }
}

protocol ReceiverContext: Sendable {
    var policy: AddressPolicy { get }
}

extension AddressPolicy: ReceiverContext {
    var policy: AddressPolicy { self }
}

extension Line where Context: ReceiverContext {
    /// An address that passes the gate of outgoing requests, stored in one spelling.
    static func target(_ name: String, _ path: any WritableKeyPath<Root, String> & Sendable) -> Line {
        Line(name, path, .url, upTo: 2048, parsing: { checked($0, $1.policy) })
    }

    static func target(_ name: String, _ path: any WritableKeyPath<Root, String?> & Sendable) -> Line {
        Line(name, path, .url, upTo: 2048, parsing: { checked($0, $1.policy) })
    }

    static func checked(_ text: String, _ policy: AddressPolicy) -> Result<String, Wrong> {
        do {
            return .success(try policy.checked(target: text).url)
        } catch .scheme where policy.allowsHTTP {
            return .failure(Wrong("outgoing.target.scheme_or_http"))
        } catch {
            return .failure(Wrong("outgoing.target.\(error.rawValue)"))
        }
    }
}

extension Receiver {
    @FormBuilder<Self, Context>
    static func authenticationFields<Context: ReceiverContext>(_: Context.Type) -> [any FormField<Self, Context>] {
        Group(wordsOf: "outgoing") {
            OneOf("authentication") {
                Case("none", \.authentication, is: .none)
                Case("basic", \.authentication.basic, from: .init()) {
                    // RFC 7617: the login ends at the first colon.
                    Line("login", \.login, width: .medium, rule: { login, _ in login.has(":") ? "colon" : nil })
                    // An empty password is a password: some receivers take a key as the login alone.
                    Secret("password", \.password, upTo: CustomHeader.maximumValueLength, mayBeEmpty: true)
                }
                Case("bearer", \.authentication.bearer, from: .init()) {
                    Secret("token", \.token, upTo: CustomHeader.maximumValueLength, isPasted: true)
                }
                Case("api_key", \.authentication.apiKey, from: .init()) {
                    Line(
                        "key_header", \.header, upTo: CustomHeader.maximumNameLength, width: .medium,
                        rule: { header, _ in CustomHeader.problem(ofName: header)?.word })
                    Secret("key", \.key, upTo: CustomHeader.maximumValueLength, isPasted: true)
                }
            }
            for name in ["password", "token", "key"] {
                Check(name) { new, stored, context, typed in
                    guard let stored, new.keepsSecret(name, of: stored, typed) else { return nil }
                    return context.policy.isSameReceiver(new.address, stored.address) ? nil : "outgoing.secret.other_receiver"
                }
            }
        }
    }

    /// Whether the secret of that name stays what it is, since nothing was typed in its place.
    private func keepsSecret(_ name: String, of stored: Self, _ typed: FormData) -> Bool {
        guard let new = authentication.secret, let old = stored.authentication.secret, new.name == name, old.name == name else {
            return false
        }
        return (typed[name] ?? "").isEmpty && !old.value.isEmpty && new.value == old.value
    }
}

// The cases as optional parts, as a form has them: choosing one makes it non-nil.

extension Credential {
    struct Basic: Sendable {
        var login = ""
        var password = ""
    }

    struct Bearer: Sendable {
        var token = ""
    }

    struct APIKey: Sendable {
        var header = ""
        var key = ""
    }

    var basic: Basic? {
        get { if case .basic(let login, let password) = self { Basic(login: login, password: password) } else { nil } }
        set { if let newValue { self = .basic(login: newValue.login, password: newValue.password) } }
    }

    var bearer: Bearer? {
        get { if case .bearer(let token) = self { Bearer(token: token) } else { nil } }
        set { if let newValue { self = .bearer(token: newValue.token) } }
    }

    var apiKey: APIKey? {
        get { if case .apiKey(let header, let key) = self { APIKey(header: header, key: key) } else { nil } }
        set { if let newValue { self = .apiKey(header: newValue.header, key: newValue.key) } }
    }

    /// With the name of its field.
    fileprivate var secret: (name: String, value: String)? {
        switch self {
        case .none: nil
        case .basic(_, let password): ("password", password)
        case .bearer(let token): ("token", token)
        case .apiKey(_, let key): ("key", key)
        }
    }
}

extension CustomHeader.Problem {
    /// As the locales' keys end.
    var word: String {
        switch self {
        case .nameEmpty: "empty"
        case .nameMalformed: "malformed"
        case .nameReserved: "reserved"
        case .valueMalformed: "value"
        case .tooLong: "too_long"
        }
    }
}
