// Media files that age, the policies that age them, and the purges that were run.

import Database

enum RetentionSchema {
    static let migrations = [
        Migration(
            400, "retention",
            [
                """
                CREATE TABLE retention_policies (
                    account_id TEXT NOT NULL REFERENCES accounts (id), kind TEXT NOT NULL, days BIGINT,
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
                    UNIQUE (account_id, external_id))
                """,
                "CREATE INDEX media_by_age ON media_files (account_id, kind, state, recorded_at)",
                "CREATE INDEX media_purging ON media_files (run_id) WHERE state = 'purging'",
                """
                CREATE TABLE purge_runs (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), kind TEXT NOT NULL, cutoff BIGINT NOT NULL,
                    planned BIGINT NOT NULL, user_id TEXT, user_name TEXT NOT NULL, started_at BIGINT NOT NULL, finished_at BIGINT)
                """,
            ])
    ]
}
