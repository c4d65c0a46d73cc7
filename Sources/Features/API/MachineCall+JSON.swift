// The body of a call that takes one JSON object.

import HTTP
import HTTPTypes
import JSON
import Web

extension MachineCall {
    /// In bytes: of calls that set or make one thing.
    private static let maximumObject = 64 << 10

    /// Throws a `Problem` for whatever else was sent.
    func jsonObject() throws -> JSONObject {
        guard request.contentType?.essence == "application/json" else {
            throw Problem(
                status: .unsupportedMediaType, type: "unsupported-media-type", title: "Unsupported media type",
                detail: "Send application/json.")
        }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: try request.body.bytes(limit: Self.maximumObject))
        } catch let error as JSONSyntaxError {
            throw Problem(status: .badRequest, type: "malformed-json", title: "Malformed JSON", detail: "\(error)")
        }
        guard let object = value.object else {
            throw Problem(status: .badRequest, type: "malformed-json", title: "Malformed JSON", detail: "Send one JSON object.")
        }
        return object
    }
}
