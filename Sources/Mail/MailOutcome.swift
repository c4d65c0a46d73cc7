// What became of a message that was offered to the relay, in the few ways that decide what happens next.

package enum MailOutcome: Sendable, Equatable {
    case accepted
    /// The relay will never take it: this recipient, or what it says.
    case refused(answer: String)
    /// The relay may take it later.
    case deferred(answer: String)
    /// Nothing was said of the message: the relay cannot be reached, or does not know us. All others would fare alike.
    case unavailable(reason: String)
    /// Nobody waits for it any more.
    case stopped
}
