// A request for more of something: asked for by the account, withdrawn by it, or answered by the platform's staff.

import Database
import HTTP
import Time
import Web

enum LimitRequestRow: Identified {
    static let idPrefix = "lrq"
}

struct LimitRequest {
    enum State: String, CaseIterable, SQLConvertible {
        case submitted, approved, refused, withdrawn

        func badge(_ t: Translation) -> BadgeView {
            let words = t("limits.requests.state.\(rawValue)")
            switch self {
            case .submitted: return BadgeView(.info, words)
            case .approved: return BadgeView(.good, words)
            case .refused: return BadgeView(.bad, words)
            case .withdrawn: return BadgeView(.neutral, words)
            }
        }
    }

    var id: ID<LimitRequestRow>
    /// The limit's.
    var name = ""
    /// Its number, when it was asked.
    var had = 0
    /// Nil: not said yet.
    var wanted: Int?
    var reason = ""
    var user = ID<User>(value: 0)
    var userName = ""
    var createdAt = Timestamp(milliseconds: 0)
    var state = State.submitted
    /// The limit's number since.
    var granted: Int?
    /// What the platform's staff said to it.
    var answer: String?
    /// Who answered, or withdrew.
    var closedBy: String?
    var closedAt: Timestamp?

    static let form = Form<LimitRequest, LimitRequestContext>("limit_request") {
        Integer("wanted", \.wanted, in: 1...AccountLimit.maximum, unit: nil).hint { at, _ in at.context.now(at.t) }
        Check("wanted", "needed") { new, _ in new.wanted != nil }
        Check("wanted", "not_more") { new, context in new.wanted.map { $0 > context.usage.maximum } ?? false }
        // Somebody has set the limit below what there is: with no more than that nothing could be made still.
        Check("wanted", "not_enough") { new, context in
            context.limit.isMeasured || new.wanted.map { $0 > context.usage.used } ?? false
        }
        Line("reason", \.reason, .area, upTo: 1000)
    }

    static let record = Record(LimitRequest(id: ID(value: 0))) {
        Column("id", \.id)
        Column("name", \.name)
        Column("had", \.had)
        Column("wanted", \.wanted)
        Column("reason", \.reason)
        Column("user_id", \.user)
        Column("user_name", \.userName)
        Column("created_at", \.createdAt)
        Column("state", \.state)
        Column("granted", \.granted)
        Column("answer", \.answer)
        Column("closed_by", \.closedBy)
        Column("closed_at", \.closedAt)
    }
}

/// What the forms of a request need to know: how much of it there is, and whether the account waits for an answer already.
struct LimitRequestContext {
    let limit: Limit
    let usage: LimitUsage
    var isOpen = false

    /// What there is now, beside the number that is asked for.
    func now(_ t: Translation) -> String {
        let numbers = Numbers(language: t.language)
        let values = ["limit": usage.maximumText(numbers), "used": usage.usedText(numbers)]
        return t(limit.unit == .gigabytes ? "limit_request.now.gigabytes" : "limit_request.now", values)
    }
}

/// The platform's staff's.
struct LimitAnswer {
    struct Approval {
        /// The limit's new number.
        var granted = 0
        var note: String?
    }

    struct Rejection {
        var reason = ""
    }

    var approval: Approval?
    var rejection: Rejection?

    static let form = Form<LimitAnswer, LimitRequestContext>("limit_answer") {
        OneOf("decision") {
            Case("approve", \.approval, from: Approval()) {
                Integer("granted", \.granted, in: 1...AccountLimit.maximum, unit: nil).hint { at, _ in at.context.now(at.t) }
                Check("granted", "not_more") { new, context in new.granted > context.usage.maximum }
                Line("note", \.note, .area, upTo: 1000)
            }
            Case("refuse", \.rejection, from: Rejection()) {
                Line("refusal_reason", \.reason, .area, upTo: 1000)
            }
        }
    }

    /// To begin with: nothing is decided, and who approves most often gives what is wanted.
    static func typed(for request: LimitRequest) -> FormData {
        var typed = form.typed(LimitAnswer())
        typed.set("granted", request.wanted.map { String($0) })
        return typed
    }
}
