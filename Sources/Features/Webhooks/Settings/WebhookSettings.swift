// Whether the account's events go out at all. An account that never said so has it off.

struct WebhookSettings {
    var isEnabled: Bool
    /// 0 when nothing was ever saved.
    var version: Int
}
