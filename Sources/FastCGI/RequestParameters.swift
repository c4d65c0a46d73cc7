// CGI's variables (RFC 3875) as a request. Of a name sent twice the first counts, and a name that is not plain is left out:
// nginx sends neither unless a client tries something.

import Glibc
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
        variables.reserveCapacity(48)
        while let text = entry.pointee {
            text.withMemoryRebound(to: UInt8.self, capacity: strlen(text)) { add(UnsafeBufferPointer(start: $0, count: strlen(text))) }
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
                serverAddress: variables["SERVER_ADDR"] ?? "",
                isSecure: variables["HTTPS"]?.asciiLowercased == "on", host: variables["HTTP_HOST"] ?? "", body: body))
    }

    /// By bytes: some thirty variables come with each request, and reading them as text took a quarter of a worker's time.
    private mutating func add(_ entry: UnsafeBufferPointer<UInt8>) {
        guard let equals = entry.firstIndex(of: UInt8(ascii: "=")), equals > 0 else { return }
        let bytes = entry[..<equals]
        guard bytes.allSatisfy(Self.isPlain) else { return }
        let name = String(decoding: bytes, as: UTF8.self)
        guard variables[name] == nil else { return }
        // What is no UTF-8 in a header is read as the Latin-1 that headers once were: a mark in the place of what cannot be read would make
        // one key of two. In an address it can only be a mistake.
        let text = entry[(equals + 1)...]
        let value = String(validating: text, as: UTF8.self) ?? (name == "REQUEST_URI" ? "" : Self.latin1(text))
        variables[name] = value
        guard bytes.starts(with: Self.fieldPrefix) else {
            if !value.isEmpty, name == "CONTENT_TYPE" || name == "CONTENT_LENGTH" { append(bytes, value) }
            return
        }
        switch name {
        // These come again without HTTP_, checked by nginx; HTTP_PROXY is how a client would set our proxy (httpoxy).
        case "HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH", "HTTP_PROXY", "HTTP_HOST": break
        default: append(bytes.dropFirst(Self.fieldPrefix.count), value)
        }
    }

    private static let fieldPrefix = Array("HTTP_".utf8)

    private mutating func append(_ name: Slice<UnsafeBufferPointer<UInt8>>, _ value: String) {
        let lowercased = String(decoding: name.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 | 0x20 }, as: UTF8.self)
        guard let name = HTTPField.Name(lowercased) else { return }
        fields.append(HTTPField(name: name, value: value))
    }

    private static func latin1(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: bytes.lazy.map { Unicode.Scalar($0) })
        return String(text)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
