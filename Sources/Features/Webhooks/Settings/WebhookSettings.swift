// Whether the account's events go out at all, and its main webhook: where it is and how it shows who sends. An account that never
// said so has it off.

import Delivery
import HTTPClient
import Web

struct WebhookSettings: Receiver {
    var isEnabled = false
    /// Of the main webhook; nil: there is none.
    var url: String?
    var authentication = Credential.none
    /// As it is stored.
    var main: WebhookConfiguration?
    /// 0 when nothing was ever saved.
    var version = 0

    var address: String { url ?? "" }

    static let form = Form<WebhookSettings, AddressPolicy>("webhook_settings") {
        Group("integration") { Switch("enabled", \.isEnabled) }
        Group("main", under: "webhooks") {
            Line.target("url", \.url)
            Check("url") { new, stored, policy, _ in
                guard let main = stored?.main else { return nil }
                guard let url = new.url else { return "webhooks.url.needed_or_delete" }
                // They are not in this form, so that they cannot be typed again.
                return main.headers.isEmpty || policy.isSameReceiver(url, main.url) ? nil : "webhooks.url.other_receiver"
            }
            authenticationFields(AddressPolicy.self)
            Check("authentication") { new, stored, _, _ in
                let headers = stored?.main?.headers ?? []
                let isTaken = headers.contains { $0.problem(beside: new.authentication) == .nameReserved }
                return isTaken ? "webhooks.authentication.same_header" : nil
            }
            Check("url") { new, _, _, _ in new.url == nil && new.authentication != .none ? "webhooks.url.needed" : nil }
        }
    }
}
