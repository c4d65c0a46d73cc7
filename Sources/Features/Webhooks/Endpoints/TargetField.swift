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

extension AddressPolicy {
    /// Whether both lead to one receiver, over the same scheme. What is stored for one is not sent to another unless it is typed
    /// again: who may write a secret, but not read it, would otherwise have it sent to themselves.
    func isSameReceiver(_ one: String, _ other: String) -> Bool {
        guard let one = try? checked(target: one), let other = try? checked(target: other) else { return false }
        return one.host == other.host && one.port == other.port && one.isSecure == other.isSecure
    }
}
