// The head of a CGI response. The last gate before the wire: whatever a handler put into a header, it cannot begin another line.

import HTTP
import HTTPTypes

enum ResponseHead {
    /// With `Content-Length` where the body is known, so that nginx and the client can tell a whole response from half a one.
    static func serialized(_ response: Response) -> [UInt8] {
        var head: [UInt8] = []
        head.reserveCapacity(1024)
        head += "Status: \(response.status.code) ".utf8
        append(response.status.reasonPhrase, to: &head)
        head += lineEnd
        for field in response.fields where field.name != .contentLength && field.name.canonicalName != "status" {
            append(field.name.rawName, to: &head)
            head += ": ".utf8
            append(field.value, to: &head)
            head += lineEnd
        }
        if case .bytes(let bytes) = response.body, response.status != .noContent, response.status != .notModified {
            head += "Content-Length: \(bytes.count)\r\n".utf8
        }
        head += lineEnd
        return head
    }

    private static let lineEnd: [UInt8] = [0x0D, 0x0A]

    /// A tab is the one control character that RFC 9110 lets stand in a value.
    private static func append(_ text: String, to head: inout [UInt8]) {
        if text.utf8.allSatisfy(isAllowed) { head += text.utf8 } else { head += text.utf8.filter(isAllowed) }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }
}
