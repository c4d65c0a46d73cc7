// The last attempt as a command for a shell. Whatever a header or a body holds, it stays one argument; what authenticates was
// masked when it was recorded.

import Database
import Delivery

struct CurlCommand {
    let text: String

    /// Without the right to see payloads the body is a file that the reader has to have.
    init(_ delivery: DeliveryDetail) {
        let last = delivery.attempts.first { $0.requestHeaders != nil } ?? delivery.attempts.first
        var arguments = ["--globoff --request POST --url \(Self.quoted(last?.url ?? delivery.url))"]
        let recorded = last?.requestHeaders ?? ""
        var headers = recorded.split(separator: "\n").map(String.init)
        if headers.isEmpty {
            headers = ["Content-Type: application/json", "webhook-id: \(delivery.event)"]
            if let sequence = delivery.sequence { headers.append("webhook-sequence: \(sequence)") }
        }
        arguments += headers.map { "--header \(Self.quoted($0))" }
        arguments.append(delivery.body.map { "--data-raw \(Self.quoted($0))" } ?? "--data-binary @body.json")
        text = "curl " + arguments.joined(separator: " \\\n  ")
    }

    /// In single quotes nothing is special to a POSIX shell but the quote itself.
    static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
