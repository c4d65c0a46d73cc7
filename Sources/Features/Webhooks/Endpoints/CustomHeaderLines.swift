// Custom headers as text, `Name: value` a line. Values may be secrets: what is stored shows as dots, and dots keep it.

import Delivery
import Spelling
import Web

enum CustomHeaderLines {
    static let mask = "••••••"
    static let maximum = 20

    static func masked(_ headers: [WebhookConfiguration.Header]) -> String {
        headers.map { "\($0.name): \(mask)" }.joined(separator: "\n")
    }

    /// Nil with an error on `headers` that names the first line that is wrong.
    static func parsed(
        _ text: String, stored: [WebhookConfiguration.Header], beside authentication: WebhookConfiguration.Authentication, _ t: Translation,
        _ errors: inout FieldErrors
    ) -> [WebhookConfiguration.Header]? {
        var kept = stored
        var headers: [WebhookConfiguration.Header] = []
        func refuse(_ word: String, line: Int, name: String) -> [WebhookConfiguration.Header]? {
            errors.add("headers", t("webhooks.headers.\(word)", ["line": "\(line)", "name": name, "limit": "\(maximum)"]))
            return nil
        }
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { TypedText.line(String($0)) }
        for (index, line) in lines.enumerated() where !line.isEmpty {
            guard let colon = line.firstIndex(of: ":") else { return refuse("no_colon", line: index + 1, name: line) }
            var header = WebhookConfiguration.Header(
                name: TypedText.line(String(line[..<colon])), value: TypedText.line(String(line[line.index(after: colon)...])))
            if header.value == mask {
                guard let place = kept.firstIndex(where: { $0.name.lowercased() == header.name.lowercased() }) else {
                    return refuse("masked", line: index + 1, name: header.name)
                }
                header.value = kept.remove(at: place).value
            }
            if let problem = header.problem(beside: authentication) { return refuse(problem.word, line: index + 1, name: header.name) }
            headers.append(header)
            guard headers.count <= maximum else { return refuse("too_many", line: index + 1, name: header.name) }
        }
        return headers
    }
}
