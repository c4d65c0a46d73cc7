// One line a record on standard error, whatever is in it, so that journald, grep and a person can read it.

import Foundation
import Logging
import Time

enum Log {
    static func logger(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "hookswitch") { _ in LineLogHandler() }
        logger.logLevel = level
        return logger
    }
}

struct LineLogHandler: LogHandler {
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line = "\(Clock.system.now().iso8601) \(event.level.rawValue) \(event.message)"
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(value)" }
        Terminal.complain(Self.onOneLine(line))
    }

    /// Line ends, other control characters, and signs that nobody sees or that turn the line around, all of which may come from a request
    /// or a receiver, are written as escapes.
    static func onOneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        return text.unicodeScalars.reduce(into: "") { line, scalar in
            switch scalar {
            case "\n": line += "\\n"
            case "\t": line += "\\t"
            case _ where isHidden(scalar): line += "\\u{\(String(scalar.value, radix: 16))}"
            default: line.unicodeScalars.append(scalar)
            }
        }
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7F { return scalar.value < 0x20 }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
