// The last attempt as a command for a shell. Whatever a header or a body holds, it stays one argument; what authenticates was
// masked when it was recorded.

import Database
import Delivery
import Spelling

struct CurlCommand {
    let text: String

    /// Without the right to see payloads the body is a file that the reader has to have.
    init(_ delivery: DeliveryDetail) {
        let last = delivery.attempts.first { $0.requestHeaders != nil } ?? delivery.attempts.first
        var headers = (last?.requestHeaders ?? "").words(between: "\n").map(String.init)
        if headers.isEmpty {
            headers = ["Content-Type: application/json", "webhook-id: \(delivery.event)"]
            if let sequence = delivery.sequence { headers.append("webhook-sequence: \(sequence)") }
        }
        self.init(url: last?.url ?? delivery.url, headers: headers, body: delivery.body)
    }

    init(url: String, headers: [String], body: String?) {
        var arguments = ["--globoff --request POST --url \(Self.quoted(url))"]
        arguments += headers.map { "--header \(Self.quoted($0))" }
        arguments.append(body.map { "--data-raw \(Self.quoted($0))" } ?? "--data-binary @body.json")
        text = "curl " + arguments.joined(separator: " \\\n  ")
    }

    /// In single quotes nothing is special to a POSIX shell but the quote itself, a byte, whatever mark stands upon it.
    static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", by: "'\\''") + "'"
    }
}
