// `hookswitch purge`, behind one function: what it calls is Retention's.

enum PurgeVerb {
    /// Purges by the account's retention policies now, or says what that would delete.
    static func run(_ app: App, account slug: String, isRehearsal: Bool) throws -> VerbAnswer {
        _ = try ControlVerb.find(slug, app)
        throw VerbFailure(.unavailable, "This version cannot purge from the command line yet.")
    }
}
