// Media files that age, the policies that age them, and the purges that were run.

import Database

package enum MediaFile: Identified {
    package static let idPrefix = "med"
}

package enum PurgeRun: Identified {
    package static let idPrefix = "pur"
}

enum RetentionSchema {
    static let migrations = [
        Migration(
            400, "retention",
            [
                """
                CREATE TABLE retention_policies (
                    account_id TEXT NOT NULL REFERENCES accounts (id), kind TEXT NOT NULL, days BIGINT NOT NULL,
                    PRIMARY KEY (account_id, kind))
                """,
                """
                CREATE TABLE retention_versions (account_id TEXT PRIMARY KEY REFERENCES accounts (id), version BIGINT NOT NULL)
                """,
                """
                CREATE TABLE media_files (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), kind TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'live',
                    extension TEXT NOT NULL, bytes BIGINT NOT NULL, recorded_at BIGINT NOT NULL, user_id TEXT, user_name TEXT,
                    tracking_number TEXT, connector TEXT, is_held BIGINT NOT NULL DEFAULT 0, run_id TEXT, external_id TEXT, created_at BIGINT NOT NULL,
                    inbox_path TEXT, UNIQUE (account_id, external_id))
                """,
                // Holds what a preview sums up, so that a million files are counted without reading their rows.
                "CREATE INDEX media_due ON media_files (account_id, kind, is_held, recorded_at, bytes, connector) WHERE state = 'live'",
                "CREATE INDEX media_incoming ON media_files (id) WHERE state = 'incoming'",
                "CREATE INDEX media_by_inbox_path ON media_files (account_id, inbox_path) WHERE inbox_path IS NOT NULL",
                "CREATE INDEX media_purging ON media_files (account_id, run_id, id) WHERE state = 'purging'",
                "CREATE INDEX media_by_account ON media_files (account_id, id)",
                """
                CREATE TABLE purge_runs (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), kind TEXT NOT NULL, days BIGINT NOT NULL,
                    cutoff BIGINT NOT NULL, detail TEXT NOT NULL, planned BIGINT NOT NULL, held BIGINT NOT NULL,
                    marked BIGINT NOT NULL DEFAULT 0, items BIGINT NOT NULL DEFAULT 0, bytes BIGINT NOT NULL DEFAULT 0,
                    newly_held BIGINT NOT NULL DEFAULT 0, is_policy_longer BIGINT NOT NULL DEFAULT 0, fault BIGINT NOT NULL DEFAULT 0,
                    deletion_id TEXT, user_id TEXT, user_name TEXT NOT NULL, started_at BIGINT NOT NULL, finished_at BIGINT)
                """,
                "CREATE INDEX purge_runs_unfinished ON purge_runs (account_id) WHERE finished_at IS NULL",
                "CREATE INDEX purge_runs_by_account ON purge_runs (account_id, id)",
                "CREATE INDEX purge_runs_by_time ON purge_runs (started_at) WHERE finished_at IS NOT NULL",
                """
                CREATE TABLE media_checks (
                    account_id TEXT PRIMARY KEY REFERENCES accounts (id), checked_at BIGINT NOT NULL, quarantined BIGINT NOT NULL,
                    missing BIGINT NOT NULL)
                """,
            ])
    ]
}
