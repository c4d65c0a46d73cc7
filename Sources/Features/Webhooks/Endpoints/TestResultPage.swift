// How a test went: the answer, how long each phase took, whose fault a failure is and what to do about it.

import Delivery
import HTTPClient
import Templating
import Web

struct TestResultPage: TemplateData {
    let status: BadgeView
    let answer: String
    let date: TimeView
    let target: URLView
    let fault: FaultView?
    let phases: [AttemptView.Phase]
    let isAnswered: Bool
    let request: CodeView
    let headers: CodeView?
    let body: CodeView?
    let isTruncated: Bool
    let delivery: String
    let again: String
    let back: String

    init(_ result: TestResult, of webhook: WebhookConfiguration, _ member: Member) {
        let t = member.t
        status = result.isSuccess ? BadgeView(.good, t("webhooks.test.good")) : BadgeView(.bad, t("webhooks.test.bad"))
        answer = result.status.map { "HTTP \($0)" } ?? t("webhooks.test.no_answer")
        date = member.times.view(result.startedAt)
        target = URLView(result.url)
        fault = result.isSuccess ? nil : FaultView(result, t)
        phases = AttemptView.Phase.all(
            dns: result.dns, connect: result.connect, tls: result.tls, firstByte: result.firstByte, total: result.total, member)
        isAnswered = result.status != nil
        request = CodeView(t("webhooks.test.request"), result.requestHeaders, id: "test-request")
        headers = result.responseHeaders.isEmpty ? nil : CodeView(t("webhooks.test.headers"), result.responseHeaders, id: "test-headers")
        body =
            result.responseBody.isEmpty
            ? nil : CodeView(t("webhooks.test.body"), String(decoding: result.responseBody, as: UTF8.self), id: "test-body")
        isTruncated = result.isTruncated
        delivery = "/settings/webhooks/deliveries/\(result.delivery)"
        back = EndpointController.path(of: webhook.id)
        again = back + "/test"
    }

    static let fields = Fields<TestResultPage> {
        Flag("has_phases") { !$0.phases.isEmpty }
        Flag("has_request") { !$0.request.text.isEmpty }
        Flag("truncated") { $0.isTruncated }
    }
}

/// A fault in words, and what to do.
struct FaultView: TemplateData {
    let words: String
    let advice: String
    let detail: String

    init(_ result: TestResult, _ t: Translation) {
        words = t("webhooks.fault.\(result.fault.rawValue)")
        advice = t("webhooks.fault.\(result.fault == .receiverStatus ? Self.answer(result.status ?? 0) : result.fault.rawValue).advice")
        detail = result.detail
    }

    /// Answers about which different things are to be done.
    private static func answer(_ status: Int) -> String {
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
