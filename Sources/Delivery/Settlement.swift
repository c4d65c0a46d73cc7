// What an attempt's result means for its delivery and for its webhook: the rules of webhooks.md as one pure function.

import Database
package import HTTPClient
import Time

/// A delivery under way.
struct Claim: Sendable {
    /// Whether a person asked for this attempt.
    enum Manual: Int, Sendable {
        case no = 0
        /// One that was still to come, brought forward.
        case early = 1
        /// One more after the delivery was settled: it is not followed by retries.
        case again = 2
        /// The same, of one that had been delivered: it stays delivered, whatever comes of this.
        case afterDelivery = 3

        /// Not followed by retries.
        var isSingle: Bool { self == .again || self == .afterDelivery }
    }

    let delivery: ID<WebhookDelivery>
    let webhook: ID<Webhook>
    let account: ID<Account>
    let freshness: Freshness
    let attempt: Int
    let acceptedAt: Timestamp
    let manual: Manual
    let isTest: Bool
    /// Of its call, when it is the head of it: what comes later waits for this one.
    let orderKey: String?
    /// Its event's number among those of the call.
    let sequence: Int?

    var event: ID<Event> { delivery.event }
    var isOrdered: Bool { orderKey != nil }
    var call: DeliveryQueue.Call? { orderKey.map { DeliveryQueue.Call(webhook: webhook, key: $0) } }
    /// Whether, having failed, it lets pass what waits behind it.
    var stepsAside: Bool { attempt >= RetrySchedule.orderedAttempts }
}

struct Settlement: Sendable {
    /// What it tells about the receiver.
    enum Effect: Sendable, Equatable {
        case success
        case receiverFailed
        /// Our own fault, or nobody's: says nothing about the receiver.
        case neutral
    }

    var state: DeliveryState
    /// Only while pending.
    var nextAt: Timestamp?
    var fault: TransferFault
    var effect: Effect
    var isGone = false
    /// Until when the receiver asked to be left alone.
    var restUntil: Timestamp?

    init(_ result: TransferResult, of claim: Claim, at now: Timestamp, random: () -> Double) {
        let isGood = (200..<300).contains(result.status ?? 0)
        fault = result.fault == .none && !isGood ? (result.status == nil ? .unknown : .receiverStatus) : result.fault
        guard fault != .none else {
            state = .delivered
            effect = .success
            return
        }
        effect = fault.isReceivers ? .receiverFailed : .neutral
        isGone = result.status == 410 && fault == .receiverStatus
        let retryAfter = result.status == 429 || result.status == 503 ? RetryAfter.wait(result.field("Retry-After"), at: now) : nil
        restUntil = retryAfter.map { now + min($0, RetrySchedule.maximumRetryAfter) }

        guard claim.manual != .afterDelivery else {
            state = .delivered
            return
        }
        state = claim.freshness == .live ? .expired : .failed
        guard !isGone else {
            state = .failed
            return
        }
        guard
            !claim.isTest, !claim.manual.isSingle,
            let delay = RetrySchedule.delay(
                afterAttempt: claim.attempt, freshness: claim.freshness, random: random(), retryAfter: retryAfter)
        else {
            if claim.isTest { state = .failed }
            return
        }
        let next = now + delay
        guard claim.freshness == .durable || next <= claim.acceptedAt + RetrySchedule.liveLifetime else { return }
        state = .pending
        nextAt = next
    }

    /// Sent to what the webhook was before somebody changed it. A failure there is not one of what it is now: the delivery goes on to that.
    mutating func goOn(_ claim: Claim, at now: Timestamp) {
        guard state != .delivered, !claim.isTest, !claim.manual.isSingle else { return }
        (effect, isGone, restUntil) = (.neutral, false, nil)
        guard claim.freshness == .durable || now <= claim.acceptedAt + RetrySchedule.liveLifetime else { return }
        state = .pending
        nextAt = now
    }
}

extension TransferFault {
    /// Whether it counts towards pacing and rest.
    package var isReceivers: Bool {
        switch self {
        case .dns, .connect, .tls, .timeout, .receiverStatus, .receiverProtocol, .tooLarge: true
        case .none, .policy, .ours, .unknown: false
        }
    }
}
