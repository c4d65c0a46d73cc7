// How a delivery of the demonstration went: its attempts, each after the one before has ended and the wait of the schedule.

import Delivery
import HTTPClient
import Time

struct DemoOutcome {
    enum End {
        case delivered, failed, expired
    }

    /// What lasts for a time is the same at each attempt.
    enum Trouble {
        case refused, slow, certificate
    }

    struct Attempt {
        let startedAt: Timestamp
        let finishedAt: Timestamp
        let status: Int?
        let fault: TransferFault
        let detail: String
        /// In microseconds; nil for what was not reached.
        let dns: Int
        let connect: Int?
        let tls: Int?
        let firstByte: Int?
        let total: Int
    }

    let end: End
    /// Attempts that failed.
    let failures: Int
    let trouble: Trouble?
    let seed: Int

    var state: DeliveryState {
        switch end {
        case .delivered: .delivered
        case .failed: .failed
        case .expired: .expired
        }
    }

    func attempts(of event: DemoEvent) -> [Attempt] {
        var attempts: [Attempt] = []
        var start = event.time + .milliseconds(Int64(3 + seed % 40))
        let count = end == .delivered ? failures + 1 : failures
        for number in 1...max(1, count) {
            let isGood = end == .delivered && number == count
            let attempt = attempt(number, at: start, isGood: isGood)
            attempts.append(attempt)
            let random = Double((seed + number * 31) % 100) / 100
            guard let wait = RetrySchedule.delay(afterAttempt: number, freshness: event.type.freshness, random: random) else { break }
            start = attempt.finishedAt + wait
        }
        return attempts
    }

    private func attempt(_ number: Int, at start: Timestamp, isGood: Bool) -> Attempt {
        let dns = 900 + (seed + number) % 700
        let connect = 11_000 + (seed + number) * 7 % 6000
        let tls = 19_000 + (seed + number) * 11 % 7000
        let answer = 38_000 + (seed + number) * 13 % 90_000
        func made(_ status: Int?, _ fault: TransferFault, _ detail: String, connect: Int?, tls: Int?, firstByte: Int?, total: Int)
            -> Attempt
        {
            Attempt(
                startedAt: start, finishedAt: start + .microseconds(Int64(total)), status: status, fault: fault, detail: detail, dns: dns,
                connect: connect, tls: tls, firstByte: firstByte, total: total)
        }
        func answered(_ status: Int) -> Attempt {
            made(
                status, status == 200 ? .none : .receiverStatus, "", connect: connect, tls: tls, firstByte: answer,
                total: dns + connect + tls + answer + 400)
        }
        if isGood { return answered(200) }
        switch trouble {
        case .refused: return made(nil, .connect, "Connection refused", connect: nil, tls: nil, firstByte: nil, total: dns + connect)
        case .slow: return made(nil, .timeout, "No answer within 15 s", connect: connect, tls: tls, firstByte: nil, total: 15_000_000)
        case .certificate:
            let detail = "SSL certificate problem: certificate has expired"
            return made(nil, .tls, detail, connect: connect, tls: nil, firstByte: nil, total: dns + connect + tls)
        case nil: return answered([503, 502, 500][(seed + number) % 3])
        }
    }
}
