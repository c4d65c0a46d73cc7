// A receiver's address as a form takes it: the gate's own check, with words for each way in which it can be wrong.

import HTTPClient
import Web

enum TargetField {
    /// The address to store, in one spelling; nil with an error on `field`.
    static func checked(
        _ text: String, _ field: String, _ policy: AddressPolicy, _ t: Translation, _ errors: inout FieldErrors
    ) -> String? {
        do {
            return try policy.checked(target: text).url
        } catch .scheme where policy.allowsHTTP {
            errors.add(field, t("webhooks.target.scheme_or_http"))
        } catch {
            errors.add(field, t("webhooks.target.\(error.rawValue)"))
        }
        return nil
    }
}

extension String {
    /// Without white space around it, which comes with what is pasted.
    var trimmed: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
