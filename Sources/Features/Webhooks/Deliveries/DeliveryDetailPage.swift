// What the page of one delivery shows.

import Delivery
import HTTPClient
import Templating
import Time
import Web

struct DeliveryDetailPage: TemplateData {
    let id: String
    let listHref: String
    let retryCarried: String
    let mayRetry: Bool
    let eventType: String
    let badge: BadgeView
    let stateText: String
    let next: TimeView?
    let deliveryID: IdentifierView
    let eventID: IdentifierView
    let webhookName: String
    let webhookHref: String
    let eventHref: String
    let url: URLView
    let facts: [Fact]
    let attempts: [AttemptView]
    let seesPayload: Bool
    let isSent: Bool
    let body: CodeView?
    let curl: CodeView

    static let fields = Fields<DeliveryDetailPage> {
        Flag("has_attempts") { !$0.attempts.isEmpty }
    }
}

struct AttemptView: TemplateData {
    let kind: BadgeView.Kind
    let what: String
    let isManual: Bool
    let date: TimeView
    let who: String
    let fault: String
    let advice: String
    let detail: String
    let phases: [PhaseView]
    let url: String
    let requestHeaders: CodeView?
    let responseHeaders: CodeView?
    let responseBody: CodeView?
    let isTruncated: Bool
    let isBodyHidden: Bool

    init(_ attempt: DeliveryDetail.Attempt, _ words: DeliveryWords, _ member: Member, seesPayload: Bool) {
        let t = member.t
        let told = words.fault(attempt.fault, status: attempt.status)
        kind = attempt.finishedAt == nil ? .info : told?.kind ?? .good
        let number = String(attempt.number)
        if attempt.finishedAt == nil {
            what = t("deliveries.attempt.under_way", ["number": number])
        } else if let status = attempt.status {
            what = t("deliveries.attempt.answered", ["number": number, "status": String(status)])
        } else {
            what = t("deliveries.attempt.unanswered", ["number": number])
        }
        isManual = attempt.isManual
        date = member.times.view(attempt.startedAt)
        who = told?.who ?? ""
        fault = told?.short ?? ""
        advice = told?.advice ?? ""
        // Of an answer's status there is no more to say than the status.
        detail = told == nil || attempt.fault == TransferFault.receiverStatus.rawValue ? "" : attempt.detail ?? ""
        phases =
            attempt.timings.map {
                PhaseView.all(dns: $0.dns, connect: $0.connect, tls: $0.tls, firstByte: $0.firstByte, total: $0.total, member)
            } ?? []
        url = attempt.url
        requestHeaders = Self.code(t("deliveries.request_headers"), attempt.requestHeaders, id: "request-\(number)")
        responseHeaders = Self.code(t("deliveries.response_headers"), attempt.responseHeaders, id: "response-\(number)")
        let responseText = attempt.responseBody.map { body in
            body.isEmpty
                ? "" : AnswerText(headers: attempt.responseHeaders ?? "").text(body, isTruncated: attempt.isTruncated, member)
        }
        responseBody = Self.code(t("deliveries.response_body"), responseText, id: "response-body-\(number)")
        isTruncated = attempt.isTruncated
        isBodyHidden = !seesPayload && attempt.status != nil
    }

    private static func code(_ label: String, _ text: String?, id: String) -> CodeView? {
        guard let text, !text.isEmpty else { return nil }
        return CodeView(label, text, id: id)
    }

    static let fields = Fields<AttemptView> {
        Text("kind") { $0.kind.rawValue }
        Flag("has_phases") { !$0.phases.isEmpty }
        Text("address") { $0.url }
        Flag("has_exchange") { $0.requestHeaders != nil || $0.responseHeaders != nil || $0.responseBody != nil }
    }
}
