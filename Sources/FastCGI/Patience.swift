// How long a worker waits for what a client, or whoever opened the socket, has yet to send. libfcgi itself waits for ever.

package struct Patience: Sendable {
    /// For the parameters of a request. nginx has them all before it connects.
    package var head = Duration.seconds(2)
    /// For the whole body: so long, and a second for every `pace` bytes of it.
    package var body = Duration.seconds(10)
    /// Bytes a second (reliability.md § Every piece of work has an end).
    package var pace = 64 << 10

    package init() {}

    func time(forBytes count: Int) -> Duration { body + .milliseconds(count / max(1, pace / 1000)) }
}
