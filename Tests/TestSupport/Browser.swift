// A browser as far as the product sees one: keeps cookies, fills the form token in, follows redirects when told.

import HTTP
package import HTTPTypes
package import Web

package final class Browser {
    package struct Page {
        package let status: Int
        package let fields: HTTPFields
        package let bytes: [UInt8]

        package var text: String { String(decoding: bytes, as: UTF8.self) }
        package var location: String? { fields[.location] }

        /// The token of the page's first form.
        package var csrf: String? {
            guard let name = text.firstRange(of: "name=\"csrf\" value=\"") else { return nil }
            return String(text[name.upperBound...].prefix { $0 != "\"" })
        }
    }

    package var cookies: [String: String] = [:]
    package var acceptLanguage = "en"
    /// As the browser or a proxy names us, and what the web server saw of who sent it.
    package var host = "localhost"
    package var remoteAddress = "127.0.0.1"
    /// Sent with every request, as a proxy or a browser does.
    package var furtherFields: HTTPFields = [:]
    private let pipeline: Pipeline

    package init(_ pipeline: Pipeline) {
        self.pipeline = pipeline
    }

    package func get(_ address: String) -> Page {
        send(.get, address)
    }

    /// Posts a form with a valid token, got from My Account when signed in and from the sign-in page otherwise.
    package func post(_ path: String, _ form: [(String, String)] = []) -> Page {
        var data = FormData(form.map { (name: $0.0, value: $0.1) })
        if data["csrf"] == nil { data.append("csrf", token) }
        return send(.post, path, fields: [.contentType: "application/x-www-form-urlencoded"], body: Array(data.encoded().utf8))
    }

    /// Posts a multipart form with one file.
    package func post(_ path: String, _ form: [(String, String)], file: (name: String, fileName: String, bytes: [UInt8])) -> Page {
        let boundary = "----test-boundary-7MA4YWxkTrZu0gW"
        var body: [UInt8] = []
        for (name, value) in form + [("csrf", token)] {
            body += Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
        }
        body += Array(
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(file.name)\"; filename=\"\(file.fileName)\"\r\nContent-Type: image/png\r\n\r\n"
                .utf8)
        body += file.bytes + Array("\r\n--\(boundary)--\r\n".utf8)
        return send(.post, path, fields: [.contentType: "multipart/form-data; boundary=\(boundary)"], body: body)
    }

    private var token: String {
        return self.get("/me").csrf ?? self.get("/sign-in").csrf ?? ""
    }

    package func send(_ method: HTTPRequest.Method, _ address: String, fields: HTTPFields = [:], body: [UInt8] = []) -> Page {
        let parts = address.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        var fields = fields
        for field in furtherFields { fields[field.name] = fields[field.name] ?? field.value }
        fields[.acceptLanguage] = acceptLanguage
        if !cookies.isEmpty { fields[.cookie] = cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") }
        let query = (try? FormData(urlEncoded: Array((parts.count > 1 ? parts[1] : "").utf8))) ?? FormData()
        let request = Request(
            method: method, path: parts[0], query: query, fields: fields, remoteAddress: remoteAddress, host: host, body: RequestBody(body))
        let response = pipeline.respond(to: request)
        for header in response.fields[values: .setCookie] {
            let pair = header.prefix { $0 != ";" }
            guard let equals = pair.firstIndex(of: "=") else { continue }
            let name = String(pair[..<equals])
            cookies[name] = header.contains("Max-Age=0") ? nil : String(pair[pair.index(after: equals)...])
        }
        var bytes: [UInt8] = []
        switch response.body {
        case .bytes(let all): bytes = all
        case .stream(let produce): try? produce { bytes += $0 }
        }
        return Page(status: response.status.code, fields: response.fields, bytes: bytes)
    }
}
