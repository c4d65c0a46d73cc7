// A test of the provider, as it is kept: what was asked and answered, and what that means.

import Database
import HTTPClient
import Spelling
import Time
import Web

struct SMSTestResult: Sendable {
    var id: ID<SMSTestRow>
    /// E.164.
    var recipient = ""
    var verdict = SMSVerdict.fault
    var exchange = Exchange()

    init(_ id: ID<SMSTestRow>, to recipient: String, _ request: SMSRequest, at now: Timestamp) {
        (self.id, self.recipient) = (id, recipient)
        (exchange.startedAt, exchange.url, exchange.requestHeaders) = (now, request.shownURL, request.shown)
    }

    private init() { id = ID(value: 0) }

    mutating func settle(_ result: TransferResult, _ mask: SecretMask) {
        verdict = SMSVerdict(result, mask)
        exchange.status = result.status
        exchange.responseHeaders = result.fields.map { "\($0.name): \(mask.text($0.value))\n" }.joined()
        exchange.responseBody = mask.bytes(result.body, isCut: result.isBodyTruncated)
        exchange.isTruncated = result.isBodyTruncated
        (exchange.fault, exchange.detail) = (result.fault, mask.text(result.detail))
        let timings = result.timings
        func microseconds(_ time: Duration) -> Int { Int(time / .microseconds(1)) }
        (exchange.dns, exchange.connect, exchange.tls) =
            (microseconds(timings.dns), microseconds(timings.connect), microseconds(timings.tls))
        (exchange.firstByte, exchange.total) = (microseconds(timings.firstByte), microseconds(timings.total))
    }

    static let record = Record(SMSTestResult()) {
        Column("id", \.id, isUpdated: false)
        Column("recipient", \.recipient)
        Column("verdict", \.verdictWord)
        Column("said", \.said)
        Column("started_at", \.exchange.startedAt)
        Column("url", \.exchange.url)
        Column("request", \.exchange.requestHeaders)
        Column("status", \.exchange.status)
        Column("response_headers", \.exchange.responseHeaders)
        Column("response_body", \.exchange.responseBody)
        Column("is_truncated", \.exchange.isTruncated)
        Column("fault", \.exchange.faultWord)
        Column("detail", \.exchange.detail)
        Column("dns_us", \.exchange.dns)
        Column("connect_us", \.exchange.connect)
        Column("tls_us", \.exchange.tls)
        Column("first_byte_us", \.exchange.firstByte)
        Column("total_us", \.exchange.total)
    }

    private var verdictWord: String {
        get {
            switch verdict {
            case .accepted: "accepted"
            case .fault: "fault"
            case .webPage: "web_page"
            case .error: "error"
            }
        }
        set {
            switch newValue {
            case "accepted": verdict = .accepted
            case "web_page": verdict = .webPage
            case "error": verdict = .error("")
            default: verdict = .fault
            }
        }
    }

    /// Behind the verdict, whose words it is.
    private var said: String {
        get { if case .error(let said) = verdict { said } else { "" } }
        set { if case .error = verdict { verdict = .error(newValue) } }
    }
}

extension Exchange {
    /// One that an earlier version named is still a fault.
    fileprivate var faultWord: String {
        get { fault.rawValue }
        set { fault = TransferFault(rawValue: newValue) ?? .unknown }
    }
}
