// The product's only way out: every webhook, test, SMS and discovery call goes through `send`, and so past one gate.
import Dispatch
import Synchronization

/// An HTTP/1.1 client over one libcurl multi handle on a thread of its own.
///
/// Redirects are never followed; there are no cookies, no proxy, no netrc, no decompression. Connections are kept and reused.
package final class HTTPClient: Sendable {
    /// Bytes of a response's body after which it is read no further (`TransferFault.tooLarge`).
    package static let receiveLimit = 1 << 20
    /// Bytes of head, interim answers included, after which it is read no further: libcurl 7.88.1 bounds a line only.
    package static let headLimit = 256 * 1024

    private let loop: TransferLoop

    /// - Parameter maximumConnections: Transfers at one time, and connections kept open; more requests wait in the
    ///   order they came, and their time has not begun. Stay below the limit of open files.
    package init(policy: AddressPolicy, userAgent: String, maximumConnections: Int = 512) {
        loop = TransferLoop(policy: policy, userAgent: userAgent, maximumTransfers: max(1, maximumConnections))
    }

    deinit { loop.stop(joining: false) }

    /// The policy of transfers that start from now on; connections made under an earlier one are judged again before reuse.
    package var policy: AddressPolicy {
        get { loop.currentPolicy }
        set { loop.currentPolicy = newValue }
    }

    /// Sends from any thread. `completion` is called once, on the client's thread (all transfers wait while it runs),
    /// or on the caller's when the client was stopped.
    package func send(_ request: OutgoingRequest, completion: @escaping @Sendable (TransferResult) -> Void) {
        loop.submit(TransferJob(request: request, completion: completion))
    }

    /// Sends and waits. From within a completion this could never end, and is refused as `TransferFault.ours`.
    package func send(_ request: OutgoingRequest) -> TransferResult {
        guard !loop.isCurrentThread else {
            return TransferResult(fault: .ours, detail: "A completion may not wait for another transfer.")
        }
        let done = DispatchSemaphore(value: 0)
        let box = Mutex<TransferResult?>(nil)
        send(request) { result in
            box.withLock { $0 = result }
            done.signal()
        }
        done.wait()
        return box.withLock { $0 } ?? TransferResult(fault: .ours, detail: "The transfer ended without a result.")
    }

    /// Ends everything: transfers that run end as `unknown` (the receiver may have them), those that wait as `ours`.
    /// Returns when every completion was called; later requests end as `ours` at once.
    package func stop() { loop.stop(joining: true) }
}

/// One request on its way to the client's thread.
struct TransferJob: Sendable {
    let request: OutgoingRequest
    let completion: @Sendable (TransferResult) -> Void
}
