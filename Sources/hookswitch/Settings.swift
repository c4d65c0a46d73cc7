// What an operator may set, read once: from the environment (HOOKSWITCH_…) and, after it, from hookswitch.json in the data folder.
// A value that cannot be used ends the command with a sentence; an unknown name is reported, because it is most likely a slip.

import Configuration
import Features
import Foundation
import HTTPClient
import JSON
import Logging
import Mail
import Spelling
import Web

struct Settings {
    var allowedRanges: [CIDR] = []
    var allowsHTTP = false
    /// For demonstrations and tests: staff of the platform sign in with a password alone.
    var operatorsWithoutFactor = false
    /// Threads for requests. Most of them wait for the commit that they share, so there are many more than cores.
    var workers = 48
    /// Reads at once. They take microseconds, so a few for each core are enough; exports and jobs hold one for longer.
    var readers = 12
    var resources = ResourceFolder.found
    /// Where people reach the console, the further names that it answers to, and the proxies whose word counts.
    var address = SiteAddress.local
    var logLevel = Logger.Level.info
    var socketGroup = "www-data"
    /// Where mail is handed over; nil: nowhere, and links are shown to be handed over by people.
    var relay: MailRelay?
    /// Whom mail comes from; hookswitch@ the address's host when nil.
    var mailAddress: String?
    /// Names in the file that mean nothing, and variables that do not, which may be meant for another program.
    var unknownNames: [String] = []
    var unknownVariables: [String] = []

    static let fileName = "hookswitch.json"

    private static let names = [
        "allowAddresses", "allowHTTP", "workers", "readers", "resources", "address", "hosts", "trustedProxies", "logLevel",
        "socketGroup", "smtpURL", "smtpAuthorities", "mailAddress", "operatorsWithoutFactor",
    ]

    private static let variables = [
        "HOOKSWITCH_ALLOW_ADDRESSES", "HOOKSWITCH_ALLOW_HTTP", "HOOKSWITCH_WORKERS", "HOOKSWITCH_READERS", "HOOKSWITCH_RESOURCES",
        "HOOKSWITCH_ADDRESS", "HOOKSWITCH_HOSTS", "HOOKSWITCH_TRUSTED_PROXIES", "HOOKSWITCH_LOG_LEVEL", "HOOKSWITCH_SOCKET_GROUP",
        "HOOKSWITCH_SMTP_URL", "HOOKSWITCH_SMTP_AUTHORITIES", "HOOKSWITCH_MAIL_ADDRESS",
        "HOOKSWITCH_OPERATORS_WITHOUT_FACTOR",
    ]

    static func load(dataFolder: String) throws -> Settings {
        let path = "\(dataFolder)/\(fileName)"
        // An empty variable is how a compose file says "not set".
        let environment = ProcessInfo.processInfo.environment.filter { $0.key.begins(with: "HOOKSWITCH_") && !$0.value.isEmpty }
        let file = try File(path)
        var providers: [any ConfigProvider] = [
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "hookswitch")
        ]
        if let file { providers.append(InMemoryProvider(values: file.values)) }
        let reader = ConfigReader(providers: providers)
        var given = Given(reader: reader, file: path)
        given.names = Set(file?.names ?? [])
        for (name, variable) in zip(names, variables) where environment[variable] != nil { given.names.insert(name) }
        var settings = try Settings(given)
        settings.unknownNames = (file?.names ?? []).filter { !names.contains($0) }
        settings.unknownVariables = environment.keys.filter { !variables.contains($0) }.sorted()
        return settings
    }

    private init(_ given: Given) throws {
        allowedRanges = try given.ranges("allowAddresses")
        allowsHTTP = try given.value("allowHTTP", of: "true or false", { try $0.requiredBool(forKey: $1) }) ?? allowsHTTP
        operatorsWithoutFactor =
            try given.value("operatorsWithoutFactor", of: "true or false", { try $0.requiredBool(forKey: $1) }) ?? operatorsWithoutFactor
        workers = try given.number("workers", in: 1...512) ?? workers
        readers = try given.number("readers", in: 1...256) ?? readers
        resources = try given.text("resources").map(absolutePath) ?? resources
        let text = try given.text("address") ?? address.text
        let proxies = try given.ranges("trustedProxies")
        let hosts = try given.list("hosts", of: "names such as hookswitch.internal")
        if let host = hosts.first(where: { !SiteAddress.isHost($0) }) {
            throw given.wrong("hosts", "“\(host)” is no name of a host; write hookswitch.internal, without scheme and port")
        }
        guard
            let own = SiteAddress(
                text, furtherHosts: hosts,
                isTrustedProxy: { text in IPAddress(text).map { address in proxies.contains { $0.contains(address) } } ?? false })
        else {
            throw given.wrong(
                "address",
                "“\(text)” is no address; write https://hooks.example.com, a foreign name in ASCII (xn--…), and no path behind it")
        }
        address = own
        if let text = try given.text("logLevel") {
            guard let level = Logger.Level(rawValue: text.lowercased()) else {
                throw given.wrong("logLevel", "“\(text)” is none of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            logLevel = level
        }
        socketGroup = try given.text("socketGroup") ?? socketGroup
        if let text = try given.text("smtpURL") {
            do {
                relay = try MailRelay(text, authorities: try given.text("smtpAuthorities").map(absolutePath))
            } catch let problem as MailRelay.Problem {
                throw given.wrong("smtpURL", "\(problem)")
            }
        }
        if let text = try given.text("mailAddress") {
            guard NewUser.isEmail(text) else { throw given.wrong("mailAddress", "“\(text)” is no email address") }
            mailAddress = text
        }
    }
}

/// The file, read by our own reader for errors with line and column.
private struct File {
    /// Also of what has no value that a setting can have.
    let names: [String]
    let values: [AbsoluteConfigKey: ConfigValue]

    /// Nil when there is none.
    init?(_ path: String) throws {
        guard access(path, R_OK) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw VerbFailure(.data, "\(path) cannot be read: \(String(cString: strerror(errno))).")
        }
        do {
            guard let data = FileManager.default.contents(atPath: path), let object = try JSONValue(parsing: Array(data)).object else {
                throw VerbFailure(.data, "\(path): it must be an object, {…}.")
            }
            names = object.members.map(\.name)
            values = object.members.reduce(into: [:]) { values, member in
                values[AbsoluteConfigKey([member.name])] = Self.content(member.value).map { ConfigValue($0, isSecret: false) }
            }
        } catch let error as JSONSyntaxError {
            throw VerbFailure(.data, "\(path): \(error)")
        }
    }

    private static func content(_ value: JSONValue) -> ConfigContent? {
        switch value {
        case .bool(let bool): .bool(bool)
        case .string(let text): .string(text)
        case .number: value.integer.flatMap { Int(exactly: $0) }.map { .int($0) }
        case .array(let elements): elements.contains { $0.string == nil } ? nil : .stringArray(elements.compactMap(\.string))
        case .null, .object: nil
        }
    }
}

/// What was given, as distinct from what was left out: a value of the wrong kind must not silently become the default.
private struct Given {
    let reader: ConfigReader
    let file: String
    var names: Set<String> = []

    func value<Value>(_ name: String, of kind: String, _ read: (ConfigReader, ConfigKey) throws -> Value) throws -> Value? {
        guard names.contains(name) else { return nil }
        do {
            return try read(reader, ConfigKey([name]))
        } catch {
            throw wrong(name, "it must be \(kind)")
        }
    }

    func text(_ name: String) throws -> String? {
        try value(name, of: "text") { try $0.requiredString(forKey: $1) }
    }

    func list(_ name: String, of kind: String) throws -> [String] {
        let texts = try value(name, of: "a list of \(kind)") { try $0.requiredStringArray(forKey: $1) } ?? []
        return texts.map { TypedText.line($0) }.filter { !$0.isEmpty }
    }

    func ranges(_ name: String) throws -> [CIDR] {
        try list(name, of: "ranges such as 10.0.0.0/8").map { text in
            guard let range = CIDR(text) else {
                throw wrong(
                    name, "“\(text)” is no range of addresses; write 127.0.0.0/8 or fd00::/8, with no bits set behind the length")
            }
            return range
        }
    }

    func number(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        let kind = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard let number = try value(name, of: kind, { try $0.requiredInt(forKey: $1) }) else { return nil }
        guard range.contains(number) else { throw wrong(name, "it must be \(kind)") }
        return number
    }

    func wrong(_ name: String, _ what: String) -> VerbFailure {
        let variable = "HOOKSWITCH_" + name.replacing(/([a-z])([A-Z])/) { "\($0.output.1)_\($0.output.2)" }.uppercased()
        return VerbFailure(.data, "The setting \(variable) (or \(name) in \(file)): \(what).")
    }
}
