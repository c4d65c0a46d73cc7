// CGI's variables (RFC 3875) as a request. Of a name sent twice the first counts, and a name that is not plain is left out:
// nginx sends neither unless a client tries something.

import HTTP
import HTTPTypes
import Spelling

/// Why the variables make no request; the client is answered 400 with these words.
struct RequestRefusal: Error {
    let words: String
}

struct RequestParameters {
    private var variables: [String: String] = [:]
    private var fields = HTTPFields()

    /// - Parameter environment: `NAME=value` strings, ended by a null, as libfcgi gives them; copied, as they go with the request.
    init(_ environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) {
        guard var entry = environment else { return }
        while let text = entry.pointee {
            add(String(cString: text))
            entry += 1
        }
    }

    /// Bytes; nil when not announced, or not as a plain number.
    var contentLength: Int? {
        variables["CONTENT_LENGTH"].flatMap { text in
            text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
        }
    }

    func request(body: RequestBody) -> Result<Request, RequestRefusal> {
        guard let method = variables["REQUEST_METHOD"].flatMap(HTTPRequest.Method.init(rawValue:)) else {
            return .failure(RequestRefusal(words: "The request's method cannot be read."))
        }
        let target = (variables["REQUEST_URI"] ?? "").parts(between: "?", maximum: 2)
        guard let path = target.first, path.begins(with: "/") else {
            return .failure(RequestRefusal(words: "The request's path cannot be read."))
        }
        if let announced = variables["CONTENT_LENGTH"], !announced.isEmpty, contentLength == nil {
            return .failure(RequestRefusal(words: "The request's length cannot be read."))
        }
        let query: FormData
        do {
            query = try FormData(urlEncoded: (target.count > 1 ? target[1] : "").utf8)
        } catch {
            return .failure(RequestRefusal(words: "The query after the “?” of the address cannot be read."))
        }
        return .success(
            Request(
                method: method, path: String(path), query: query, fields: fields, remoteAddress: variables["REMOTE_ADDR"] ?? "",
                isSecure: variables["HTTPS"]?.asciiLowercased == "on", host: variables["HTTP_HOST"] ?? "", body: body))
    }

    private mutating func add(_ entry: String) {
        guard let equals = entry.utf8.firstIndex(of: UInt8(ascii: "=")) else { return }
        let name = entry[..<equals]
        let value = String(entry[entry.utf8.index(after: equals)...])
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isPlain), variables[String(name)] == nil else { return }
        variables[String(name)] = value
        switch name {
        case "CONTENT_TYPE", "CONTENT_LENGTH":
            if !value.isEmpty { append(name, value) }
        // These come again without HTTP_, checked by nginx; HTTP_PROXY is how a client would set our proxy (httpoxy).
        case "HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH", "HTTP_PROXY", "HTTP_HOST": break
        default: if let field = name.rest(after: "HTTP_") { append(field, value) }
        }
    }

    private mutating func append(_ name: Substring, _ value: String) {
        let lowercased = String(decoding: name.utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 | 0x20 }, as: UTF8.self)
        guard let name = HTTPField.Name(lowercased) else { return }
        fields.append(HTTPField(name: name, value: value))
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
