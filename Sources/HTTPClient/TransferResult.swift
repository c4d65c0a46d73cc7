// What came of a request: always a value, never an error, since a failed attempt is recorded just as a good one.

import Spelling

/// Why an attempt failed: the closed set of webhooks.md.
package enum TransferFault: String, Sendable, CaseIterable {
    case none
    /// The name was not found.
    case dns
    /// No connection to any address.
    case connect
    case tls
    /// Whatever ran out of time; `detail` says where.
    case timeout
    /// A complete answer that is not 2xx, redirects included.
    case receiverStatus = "receiver_status"
    /// The connection broke after it was made, or what came was not HTTP.
    case receiverProtocol = "receiver_protocol"
    /// More than `HTTPClient.receiveLimit` of body, or `HTTPClient.headLimit` of head.
    case tooLarge = "too_large"
    /// The address, or all addresses of the name, are refused by the policy.
    case policy
    /// Nothing was sent, and the reason is on our side.
    case ours
    /// The request may have reached the receiver; what came of it cannot be said.
    case unknown
}

/// How long each phase took, one after the other; zero for a phase that was not reached or not needed (a reused connection).
package struct Timings: Sendable, Equatable {
    /// Resolving the name.
    package var dns: Duration = .zero
    /// From there to the TCP connection.
    package var connect: Duration = .zero
    /// From there to the end of the TLS handshake.
    package var tls: Duration = .zero
    /// From there to the first byte of the answer: sending, and the receiver's own time.
    package var firstByte: Duration = .zero
    /// From the start to the end of everything.
    package var total: Duration = .zero

    package init() {}
}

/// The outcome of one request.
package struct TransferResult: Sendable {
    /// The status of the last head that came whole; nil when none did. A fault other than `receiverStatus` may stand beside it.
    package var status: Int?
    /// The head as received, in order and spelled as sent, up to 16 KiB.
    package var fields: [(name: String, value: String)]
    /// The first bytes of the body, as sent (never decompressed).
    package var body: [UInt8]
    /// Whether the body was longer than what is kept.
    package var isBodyTruncated: Bool
    package var timings: Timings
    package var fault: TransferFault
    /// One English sentence for people; empty when there is no fault.
    package var detail: String
    /// The address connected to.
    package var remoteAddress: String?

    package init(
        status: Int? = nil, fields: [(name: String, value: String)] = [], body: [UInt8] = [], isBodyTruncated: Bool = false,
        timings: Timings = Timings(), fault: TransferFault, detail: String = "", remoteAddress: String? = nil
    ) {
        self.status = status
        self.fields = fields
        self.body = body
        self.isBodyTruncated = isBodyTruncated
        self.timings = timings
        self.fault = fault
        self.detail = detail
        self.remoteAddress = remoteAddress
    }

    /// The value of the first field of that name, in any case.
    package func field(_ name: String) -> String? {
        let wanted = name.asciiLowercased
        return fields.first { $0.name.utf8.count == wanted.utf8.count && $0.name.asciiLowercased == wanted }?.value
    }
}
