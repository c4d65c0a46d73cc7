// `hookswitch purge`: Retention's purge, asked for by somebody at the machine.

import Database
import Time
import Web

enum PurgeVerb {
    /// Purges by the account's retention policy now, or says what that would delete. What a stop of the process leaves is finished at
    /// the next start.
    static func run(_ app: App, account slug: String, isRehearsal: Bool) throws -> VerbAnswer {
        let account = try ControlVerb.find(slug, app)
        let purge = RetentionPurge(app)
        if isRehearsal { return VerbAnswer(try purge.preview(account).map { line($0, "would be deleted", app) }) }
        try app.site.database.write { try ControlVerb.audit(account, "retention.purge", of: slug, app.site, on: $0) }
        let figures = try purge.run(account, by: PurgeActor(user: nil, name: ControlVerb.actor))
        let isWhole = figures.allSatisfy { $0.items == $0.planned }
        return VerbAnswer(
            figures.map { line($0, "deleted", app) },
            notes: isWhole ? [] : ["Some files could not be deleted; the process's log says why. The next purge tries again."])
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
