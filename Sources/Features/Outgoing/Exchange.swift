// One request of ours and what became of it, as somebody sees it who pressed a Test button: the answer, how long each phase took, whose
// fault a failure is and what to do about it; `outgoing/exchange`.

import HTTPClient
import Templating
import Time
import Web

struct Exchange {
    var startedAt = Timestamp(milliseconds: 0)
    var url = ""
    var requestHeaders = ""
    var status: Int?
    var responseHeaders = ""
    var responseBody: [UInt8] = []
    var isTruncated = false
    var fault = TransferFault.unknown
    var detail = ""
    /// In microseconds; 0 for a phase that was not reached.
    var dns = 0
    var connect = 0
    var tls = 0
    var firstByte = 0
    var total = 0

    var isSuccess: Bool { fault == .none }
}

struct ExchangeView: TemplateData {
    let status: BadgeView
    let answer: String
    let date: TimeView
    let target: URLView
    let fault: FaultView?
    let phases: [PhaseView]
    let isAnswered: Bool
    let request: CodeView
    let headers: CodeView?
    let body: CodeView?
    let isTruncated: Bool

    init(_ exchange: Exchange, _ member: Member) {
        let t = member.t
        let fault = exchange.isSuccess ? nil : FaultView(exchange, t)
        self.init(exchange, fault, good: t("outgoing.test.good"), request: t("outgoing.test.request"), member)
    }

    /// - Parameters:
    ///   - fault: nil when all is well, whatever the status.
    ///   - good: what is said then.
    ///   - request: the label of what was sent.
    init(_ exchange: Exchange, _ fault: FaultView?, good: String, request: String, _ member: Member) {
        let t = member.t
        status = fault == nil ? BadgeView(.good, good) : BadgeView(.bad, t("outgoing.test.bad"))
        answer = exchange.status.map { "HTTP \($0)" } ?? t("outgoing.test.no_answer")
        date = member.times.view(exchange.startedAt)
        target = URLView(exchange.url)
        self.fault = fault
        phases = PhaseView.all(
            dns: exchange.dns, connect: exchange.connect, tls: exchange.tls, firstByte: exchange.firstByte, total: exchange.total, member)
        isAnswered = exchange.status != nil
        self.request = CodeView(request, exchange.requestHeaders, id: "test-request")
        headers =
            exchange.responseHeaders.isEmpty ? nil : CodeView(t("outgoing.test.headers"), exchange.responseHeaders, id: "test-headers")
        body =
            exchange.responseBody.isEmpty
            ? nil
            : CodeView(
                t("outgoing.test.body"),
                AnswerText(headers: exchange.responseHeaders).text(exchange.responseBody, isTruncated: exchange.isTruncated, member),
                id: "test-body")
        isTruncated = exchange.isTruncated
    }

    static let fields = Fields<ExchangeView> {
        Flag("has_phases") { !$0.phases.isEmpty }
        Flag("has_request") { !$0.request.text.isEmpty }
    }
}

/// A phase and how long it took.
struct PhaseView: TemplateData {
    let label: String
    let text: String

    /// Those that there were, in microseconds: an address in figures has no DNS, a kept connection no TLS. Less than a tenth of a
    /// millisecond is the clock's own noise.
    static func all(dns: Int, connect: Int, tls: Int, firstByte: Int, total: Int, _ member: Member) -> [PhaseView] {
        [("dns", dns), ("connect", connect), ("tls", tls), ("first_byte", firstByte), ("total", total)].filter { $0.1 >= 100 }.map {
            PhaseView(label: member.t("outgoing.phase.\($0.0)"), text: member.numbers.duration(microseconds: $0.1))
        }
    }
}

/// A fault in words, and what to do.
struct FaultView: TemplateData {
    let words: String
    let advice: String
    let detail: String

    init(words: String, advice: String, detail: String) {
        (self.words, self.advice, self.detail) = (words, advice, detail)
    }

    init(_ exchange: Exchange, _ t: Translation) {
        words = t("outgoing.fault.\(exchange.fault.rawValue)")
        advice = t(
            "outgoing.fault.\(exchange.fault == .receiverStatus ? Self.answer(exchange.status ?? 0) : exchange.fault.rawValue).advice")
        detail = exchange.detail
    }

    /// Answers about which different things are to be done.
    static func answer(_ status: Int) -> String {
        switch status {
        case 300..<400: "redirect"
        case 401, 403, 407: "unauthorized"
        case 404, 405: "missing"
        case 410: "gone"
        case 429, 503: "busy"
        case 400..<500: "refused"
        default: "server"
        }
    }
}
