// The API's errors, in the form of RFC 9457, so that a client's library reads them without knowing us.

package import HTTPTypes
package import JSON

/// An error of the API; can be thrown.
package struct Problem: Error, Sendable, Equatable {
    package var status: HTTPResponse.Status
    /// A short stable word for programs, `unknown-event-type`; written as `urn:hookswitch:problem:unknown-event-type`.
    package var type: String
    /// The same for every problem of this type.
    package var title: String
    /// What went wrong this time and what to do, for people.
    package var detail: String
    /// Further members; `type`, `title`, `status` and `detail` are not overwritten by them.
    package var extensions: JSONObject
    /// Seconds after which the same is worth another try, for the header of that name.
    package var retryAfter: Int?

    package init(
        status: HTTPResponse.Status, type: String, title: String, detail: String, extensions: JSONObject = [:], retryAfter: Int? = nil
    ) {
        self.status = status
        self.type = type
        self.title = title
        self.detail = detail
        self.extensions = extensions
        self.retryAfter = retryAfter
    }

    package var json: JSONValue {
        var object: JSONObject = [
            "type": .string("urn:hookswitch:problem:" + type), "title": .string(title), "status": .number(String(status.code)),
            "detail": .string(detail),
        ]
        for (name, value) in extensions.members where object[name] == nil { object[name] = value }
        return .object(object)
    }
}
