// Limits: how much of each thing the account may have and has, and the way to ask for more. What is measured and never refused is declared
// here; every other limit is declared by the feature whose things it counts.

import Database
import HTTPTypes
import Spelling
import Web

extension Right {
    static let viewLimits = Right("limits.view")
    static let manageLimits = Right("limits.manage")
}

extension Scope {
    static let readLimits = Scope("limits:read", needs: [.viewLimits])
}

extension Limit {
    static let storage = Limit("storage", standard: 50, unit: .gigabytes, isMeasured: true) { LimitMeasureStore.newest("storage", of: $0) }
    /// Of a day in the account's zone.
    static let events = Limit("events", standard: 1_000_000, isMeasured: true) { LimitMeasureStore.newest("events", of: $0) }
}

extension AlertKind {
    /// The platform's staff has answered a request: it is about a limit's name and the request's id.
    static let limitAnswered = AlertKind(
        "limit_answered", .info, .single, variants: ["approved", "approved_with_note", "refused"], isOfStaff: true, right: .viewLimits,
        naming: { subject, t in
            let name = subject.words().first.map { String($0) } ?? ""
            return ["name": t("limit.\(name)"), "unit": t.find("limit.\(name).unit") ?? ""]
        }
    ) { _ in LimitsController.path }
}

extension Feature {
    static let limits = Feature(
        tabs: [
            Tab(order: 60, label: "limits.title", path: LimitsController.path, right: .viewLimits),
            Tab(
                order: 15, label: "limit_queue.title", operatorPath: LimitQueueController.path, waiting: LimitRequestStore.waiting,
                changesAccounts: true),
        ],
        rights: [.viewLimits, .manageLimits], scopes: [.readLimits], raises: [.limitNear, .limitReached, .limitAnswered],
        limits: [.storage, .events],
        migrations: LimitSchema.migrations,
        demonstrate: { app, account, connection in try LimitRequestStore.demonstrate(app, account, on: connection) }
    ) { app in
        let limits = try LimitsController(app)
        let queue = try LimitQueueController(app)
        let measures = LimitMeasures(app)
        return Running(
            routes: [
                .get(LimitsController.path, .needs(.viewLimits), limits.index),
                .post(LimitsController.path + "/requests/{id}/withdrawal", .needs(.manageLimits), limits.withdraw),
                .get(LimitQueueController.path, .operator, queue.index),
                .get(LimitQueueController.path + "/{id}", .operator, queue.show),
                .post(LimitQueueController.path + "/{id}", .operator, queue.update).keeping(LimitAnswer.form),
                .machine(.get, "/limits", .readLimits, LimitCalls(app).index),
            ] + limits.routes,
            jobs: { [try measures.job()] },
            onStart: { try measures.begin() })
    }
}

extension [Feature] {
    /// As pages list them: what is only measured comes last.
    var allLimits: [Limit] {
        let limits = flatMap(\.limits)
        return limits.filter { !$0.isMeasured } + limits.filter(\.isMeasured)
    }
}

enum LimitSchema {
    static let migrations = [
        Migration(
            1700, "requests for more, and what is measured",
            [
                """
                CREATE TABLE limit_requests (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), name TEXT NOT NULL, had BIGINT NOT NULL,
                    wanted BIGINT NOT NULL, reason TEXT NOT NULL, user_id TEXT NOT NULL, user_name TEXT NOT NULL,
                    created_at BIGINT NOT NULL, state TEXT NOT NULL, granted BIGINT, answer TEXT, closed_by TEXT, closed_at BIGINT)
                """,
                "CREATE INDEX limit_requests_by_account ON limit_requests (account_id, id)",
                // One open request a limit, whoever asks at the same time; and what waits for the platform's staff.
                "CREATE UNIQUE INDEX limit_requests_open ON limit_requests (account_id, name) WHERE state = 'submitted'",
                "CREATE INDEX limit_requests_waiting ON limit_requests (id) WHERE state = 'submitted'",
                "CREATE INDEX limit_requests_by_state ON limit_requests (state, id)",
                // A day of the account's zone each.
                """
                CREATE TABLE account_measures (
                    account_id TEXT NOT NULL, name TEXT NOT NULL, day TEXT NOT NULL, used BIGINT NOT NULL, measured_at BIGINT NOT NULL,
                    PRIMARY KEY (account_id, name, day))
                """,
                // Its one row says up to which event all have been counted.
                "CREATE TABLE event_counting (id BIGINT PRIMARY KEY CHECK (id = 1), counted_to BIGINT NOT NULL)",
            ])
    ]
}
