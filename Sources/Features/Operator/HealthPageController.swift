// The process in words, for staff: what /healthz says in figures, with what the scheduler did and will do.

package import Cron
import Database
import Delivery
import Foundation
import HTTP
import HTTPTypes
import Mail
import Spelling
import Synchronization
import Templating
import Time
import Web

/// The recurring work of all features, known once they run.
package final class RecurringWork: Sendable {
    /// In a struct: a closure that a `Mutex` holds bare is wrapped once more by each look at it.
    private struct Source {
        var jobs: @Sendable () throws -> [Job] = { [] }
    }

    private let source = Mutex(Source())

    package init() {}

    package func begin(with jobs: @escaping @Sendable () throws -> [Job]) { source.withLock { $0.jobs = jobs } }

    /// The jobs know the features, and the features know this: what is not let go keeps all of it.
    package func end() { source.withLock { $0 = Source() } }

    func jobs() throws -> [Job] { try source.withLock { $0 }.jobs() }
}

struct HealthPageController {
    static let path = "/operator/health"
    /// A table of jobs of an account each would have no end.
    private static let maximumJobs = 200

    private let app: App
    private let startedAt: Timestamp
    private let template: PageTemplate<HealthPage>

    init(_ app: App) throws {
        self.app = app
        startedAt = app.site.clock.now()
        template = try app.site.page("operator/health")
    }

    @Sendable func show(_ person: Person) throws -> WebResponse {
        let t = person.t
        let (site, now) = (app.site, person.now)
        let report = HealthReport(app)
        let jobs = try app.recurring.jobs()
        let (runs, held, queue, names) = try person.read { connection in
            (
                try HealthStore.lastRuns(on: connection), try PurgeGuardStore.held(on: connection),
                try HealthStore.waiting(on: connection), try HealthStore.accountNames(on: connection)
            )
        }
        let databaseBytes = ["", "-wal"].reduce(0) { sum, suffix in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(site.dataFolder)/hookswitch.sqlite\(suffix)")
            return sum + (attributes?[.size] as? Int ?? 0)
        }
        let reserve = (try? FileManager.default.attributesOfItem(atPath: "\(site.dataFolder)/reserve"))?[.size] as? Int ?? 0
        let isLow = report.freeBytes.map { $0 < FreeSpace.low } ?? false
        let lag = report.deliveries.lag
        // Those of single accounts last: there may be thousands.
        let sorted = jobs.filter { !$0.name.has(":") } + jobs.filter { $0.name.has(":") }
        let rows = try sorted.prefix(Self.maximumJobs).map { job in
            let heldPurge = held.first { $0.job == job.name }
            return HealthJobView(
                name: Self.words(job.name, names, t), last: runs[job.name].map { person.times.view($0) },
                next: try job.schedule().next(after: now).map { person.times.view($0.at) },
                state: heldPurge == nil ? BadgeView(.good, t("health.job.normal")) : BadgeView(.bad, t("health.job.held")),
                problem: heldPurge.map { t("health.job.held.text", count: $0.items) } ?? "")
        }
        let page = HealthPage(
            state: report.status.badge(t),
            sections: [
                HealthSection(
                    title: t("health.deliveries"),
                    state: report.deliveries.failedWrites > 0
                        ? BadgeView(.bad, t("health.deliveries.failing"))
                        : lag > HealthReport.worryingLag
                            ? BadgeView(.warning, t("health.deliveries.late")) : BadgeView(.good, t("health.fine")),
                    facts: [
                        Fact(
                            t("health.waiting"),
                            queue < HealthStore.maximumWaiting
                                ? person.numbers.text(queue) : t("operator.deliveries.more", ["count": person.numbers.text(queue)])),
                        Fact(t("health.in_flight"), person.numbers.text(report.deliveries.inFlight)),
                        Fact(
                            t("health.lag"),
                            person.numbers.duration(microseconds: Int(clamping: lag.wholeMilliseconds.multipliedClamped(by: 1000)))),
                        Fact(t("health.delivered"), person.numbers.text(report.deliveries.delivered)),
                    ]),
                HealthSection(
                    title: t("health.disk"),
                    state: isLow ? BadgeView(.bad, t("health.disk.low")) : BadgeView(.good, t("health.fine")),
                    facts: [
                        Fact(
                            t("health.disk.free"), report.freeBytes.map { person.numbers.bytes(Int(clamping: $0)) } ?? t("health.unknown")),
                        Fact(t("health.disk.database"), person.numbers.bytes(databaseBytes)),
                        Fact(t("health.disk.reserve"), person.numbers.bytes(reserve)),
                    ]),
                HealthSection(
                    title: t("health.mail"),
                    state: !app.mailer.canSend
                        ? BadgeView(.neutral, t("health.mail.none"))
                        : report.mailTrouble == nil ? BadgeView(.good, t("health.fine")) : BadgeView(.bad, t("health.mail.trouble")),
                    facts: [
                        Fact(t("health.mail.relay"), t(app.mailer.canSend ? "health.mail.configured" : "health.mail.not_configured")),
                        Fact(t("health.waiting"), person.numbers.text(report.waitingMail)),
                    ] + (report.mailTrouble.map { [Fact(t("health.mail.answer"), $0)] } ?? [])),
                HealthSection(
                    title: t("health.process"),
                    state: report.isDatabaseReachable
                        ? BadgeView(.good, t("health.fine")) : BadgeView(.bad, t("health.database.unreachable")),
                    facts: [
                        Fact(t("health.version"), site.version),
                        Fact(t("health.since"), person.times.text(startedAt)),
                    ]),
            ], jobs: rows, further: jobs.count > Self.maximumJobs ? t("health.jobs.further", count: jobs.count - Self.maximumJobs) : "")
        return try person.page(
            template, page, PageHead(t("health.title"), lead: t("health.lead"), section: t("operator.section")))
    }

    /// A job of one account is called by the account's name.
    private static func words(_ job: String, _ names: [String: String], _ t: Translation) -> String {
        let parts = job.parts(between: ":")
        let key = "health.job.\(parts[0])"
        guard parts.count > 1 else { return t.find(key) ?? job }
        return "\(t.find(key) ?? String(parts[0])) · \(names[String(parts[1])] ?? String(parts[1]))"
    }
}

extension Int64 {
    fileprivate func multipliedClamped(by factor: Int64) -> Int64 {
        let (product, hasOverflowed) = multipliedReportingOverflow(by: factor)
        return hasOverflowed ? .max : product
    }
}

extension HealthReport.Status {
    fileprivate func badge(_ t: Translation) -> BadgeView {
        switch self {
        case .ok: BadgeView(.good, t("health.status.ok"))
        case .degraded: BadgeView(.warning, t("health.status.degraded"))
        case .unavailable: BadgeView(.bad, t("health.status.unavailable"))
        }
    }
}

enum HealthStore {
    static let maximumWaiting = 100_000

    static func lastRuns(on connection: any Connection) throws -> [String: Timestamp] {
        Dictionary(
            try connection.rows("SELECT job, MAX(started_at) FROM job_runs GROUP BY job") { (try $0.next(String.self), try $0.next()) }
        ) { $1 }
    }

    /// Deliveries that are due, under way or behind their call.
    static func waiting(on connection: any Connection) throws -> Int {
        try connection.value(
            """
            SELECT COUNT(*) FROM (SELECT delivery_id FROM due UNION ALL SELECT delivery_id FROM waiting LIMIT \(maximumWaiting)) AS counted
            """) ?? 0
    }

    /// By what jobs call an account.
    static func accountNames(on connection: any Connection) throws -> [String: String] {
        Dictionary(
            try connection.rows("SELECT id, name FROM accounts ORDER BY id LIMIT 10000") {
                (try $0.next(ID<Account>.self).description, try $0.next(String.self))
            }
        ) { $1 }
    }
}

struct HealthPage: TemplateData {
    let state: BadgeView
    let sections: [HealthSection]
    let jobs: [HealthJobView]
    let further: String
}

struct HealthSection: TemplateData {
    let title: String
    let state: BadgeView
    let facts: [Fact]
}

struct HealthJobView: TemplateData {
    let name: String
    let last: TimeView?
    let next: TimeView?
    let state: BadgeView
    let problem: String
}
