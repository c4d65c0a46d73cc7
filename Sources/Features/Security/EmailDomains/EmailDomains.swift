// Email address domains: those from which the account's mailboxes write. The platform's staff adds them within the account, its people see
// and delete them, and the platform's services hand over who has blacklisted one.

import Cron
import Database
import HTTPTypes
import JSON
import Web

extension Scope {
    static let readEmailDomains = Scope("email_domains:read", needs: [.viewSecurity])
    static let writeEmailDomains = Scope("email_domains:write", needs: [.manageSecurity])
}

extension DeletedEntity {
    static let emailDomain = DeletedEntity("email_domain")
    static let blacklistEntry = DeletedEntity("blacklist_entry")
}

extension Limit {
    static let emailDomains = Limit("email_domains", standard: 100) { "SELECT COUNT(*) FROM email_domains WHERE account_id = \($0)" }
}

extension Feature {
    static let emailDomains = Feature(
        tabs: [.security(order: 72, label: "email_domains.title", path: EmailDomainController.path)],
        scopes: [.readEmailDomains, .writeEmailDomains], deletes: [.emailDomain, .blacklistEntry], limits: [.emailDomains],
        migrations: EmailDomainSchema.migrations,
        settings: [
            SettingsSource(list: "email_domains") { account, connection in
                .array(try EmailDomainStore.names(of: account, on: connection).map { .string($0) })
            }
        ],
        demonstrate: { app, account, connection in try EmailDomainDemonstration(app).fill(account, on: connection) }
    ) { app in
        let removals = BlacklistRemovals(app.site)
        let domains = try EmailDomainController(app)
        let entries = try BlacklistController(app)
        let deletion = try EmailDomainDeletionController(app, removals)
        let calls = BlacklistCalls()
        let path = EmailDomainController.path
        let call = "/email-domains/{domain}/blacklist"
        return Running(
            routes: [
                .get(path, .needs(.viewSecurity), domains.index),
                .get(path + "/new", .visiting, domains.addition.edit),
                .post(path, .visiting, domains.create).keeping(EmailDomain.form),
                .get(path + "/{id}", .needs(.viewSecurity), entries.index),
                .get(path + "/{id}/blacklist.csv", .needs(.viewSecurity), entries.export),
                .get(path + "/{id}/delete", .needs(.manageSecurity), deletion.new),
                .post(path + "/{id}/delete", .needs(.manageSecurity), deletion.create),
                .machine(.get, call, .readEmailDomains, calls.index),
                .machine(.post, call, .writeEmailDomains, calls.create).limitingBody(to: BlacklistCalls.maximumCallSize),
                .machine(.delete, call + "/{entry}", .writeEmailDomains, calls.delete),
            ],
            jobs: { [try removals.job()] },
            onStart: { removals.begin() })
    }
}

enum EmailDomainSchema {
    static let migrations = [
        Migration(
            1910, "email domains and their blacklists",
            [
                // How many entries there are of each source is counted as they come and go: there may be hundreds of thousands.
                """
                CREATE TABLE email_domains (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), domain TEXT NOT NULL, search_text TEXT NOT NULL,
                    added_by TEXT NOT NULL, created_at BIGINT NOT NULL, manual_count BIGINT NOT NULL DEFAULT 0,
                    bounce_count BIGINT NOT NULL DEFAULT 0, complaint_count BIGINT NOT NULL DEFAULT 0,
                    unsubscribe_count BIGINT NOT NULL DEFAULT 0, UNIQUE (account_id, domain))
                """,
                "CREATE INDEX email_domains_by_account ON email_domains (account_id, search_text, id)",
                // Of the account's user `user_id`, or of somebody outside; `who` is the id or the address. Their domain and their user go
                // before they do, so neither is referred to.
                """
                CREATE TABLE blacklist_entries (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), domain_id TEXT NOT NULL, who TEXT NOT NULL,
                    user_id TEXT, address TEXT NOT NULL, source TEXT NOT NULL, at BIGINT NOT NULL, search_text TEXT NOT NULL,
                    UNIQUE (domain_id, who, address, source))
                """,
                "CREATE INDEX blacklist_entries_by_account ON blacklist_entries (account_id, id)",
                "CREATE INDEX blacklist_entries_by_domain ON blacklist_entries (domain_id, id)",
                "CREATE INDEX blacklist_entries_by_time ON blacklist_entries (domain_id, at, id)",
                "CREATE INDEX blacklist_entries_by_source ON blacklist_entries (domain_id, source, at, id)",
                "CREATE INDEX blacklist_entries_by_user ON blacklist_entries (user_id) WHERE user_id IS NOT NULL",
                // Entries that are still to go: those of a domain, or of a user.
                """
                CREATE TABLE blacklist_removals (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), domain_id TEXT, user_id TEXT, deletion_id TEXT,
                    planned BIGINT NOT NULL, done BIGINT NOT NULL)
                """,
            ])
    ]
}
