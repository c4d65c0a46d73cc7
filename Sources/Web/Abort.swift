// An end that is expected: a page that is not there, a right that is missing. Everything else thrown is a fault of ours.

package import HTTP
package import HTTPTypes

/// Pages answer with what HTTP calls a response; the alias keeps `Response` of other libraries from being meant.
package typealias WebResponse = HTTP.Response

package struct Abort: Error, Sendable {
    package let status: HTTPResponse.Status

    package init(_ status: HTTPResponse.Status) {
        self.status = status
    }
}

extension HTTPResponse.Status {
    /// 507 (RFC 4918): the disk is full.
    static let noRoom = HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
}
