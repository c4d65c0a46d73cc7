// `hookswitch purge`: Retention's purge, asked for by somebody at the machine.

import Database
import Time
import Web

enum PurgeVerb {
    /// Purges by the account's retention policy now, or says what that would delete. What a stop of the process leaves is finished at
    /// the next start.
    static func run(_ app: App, account slug: String, isRehearsal: Bool, isConfirmed: Bool) throws -> VerbAnswer {
        let account = try ControlVerb.find(slug, app)
        let purge = RetentionPurge(app)
        if isRehearsal { return VerbAnswer(try purge.preview(account).map { line($0, "would be deleted", app) }) }
        let held = try PurgeGuard(site: app.site).excess(RetentionPurge.job(of: account)) {
            try RetentionStore.figures(of: account, asOf: $0, on: $1).items
        }
        if let held, !isConfirmed {
            throw VerbFailure(
                .temporary,
                "Nothing was deleted: \(words(held, app)). If the clock is right, look at what would go with --dry-run, and add --confirm.")
        }
        try app.site.database.write { try ControlVerb.audit(account, "retention.purge", of: slug, app.site, on: $0) }
        let figures = try purge.runConfirmed(account, by: PurgeActor(user: nil, name: ControlVerb.actor))
        let isWhole = figures.allSatisfy { $0.items == $0.planned }
        return VerbAnswer(
            figures.map { line($0, "deleted", app) },
            notes: isWhole ? [] : ["Some files could not be deleted; the process's log says why. The next purge tries again."])
    }

    /// Scheduled purges that wait for a person, of all accounts; lets them go on when `isConfirmed`.
    static func held(_ app: App, isConfirmed: Bool) throws -> VerbAnswer {
        let site = app.site
        let held = try site.database.read { try PurgeGuardStore.held(on: $0) }
        guard !held.isEmpty else { return VerbAnswer(["No purge waits for a person."]) }
        let lines = held.map { words($0, app) + "." }
        guard isConfirmed else {
            return VerbAnswer(lines, notes: ["Is the clock right? Then they go on at their next time with: hookswitch purge --confirm"])
        }
        try site.database.write { connection in
            let guardian = PurgeGuard(site: site, alerts: app.alerts)
            for purge in held {
                try guardian.note(purge.job, at: site.clock.now(), on: connection)
                try ControlVerb.audit(nil, "purge.confirm", of: purge.job, site, on: connection)
            }
        }
        return VerbAnswer(lines + ["They go on at their next time."])
    }

    private static func words(_ held: HeldPurge, _ app: App) -> String {
        "\(held.job) would delete \(held.items) items at once: it was last through at \(held.lastRun.iso8601), and the clock says "
            + app.site.clock.now().iso8601
    }

    /// With the instant in UTC, as scripts want it.
    private static func line(_ figures: PurgeFigures, _ what: String, _ app: App) -> String {
        let t = app.site.locales[.english]
        guard let cutoff = figures.cutoff else { return "\(figures.kind.label(t)): kept without limit" }
        let size = Numbers(language: .english).bytes(figures.bytes)
        let held = figures.held > 0 ? "; \(figures.held) under legal hold are kept" : ""
        return "\(figures.kind.label(t)): \(figures.items) recorded before \(cutoff.iso8601) \(what), \(size)\(held)"
    }
}
