// The tables that every page stands on: accounts, people, sessions, keys, and the two records of what happened.

package import Database

package enum WebSchema {
    package static let migrations = [
        Migration(
            100, "accounts and people",
            [
                """
                CREATE TABLE accounts (
                    id TEXT PRIMARY KEY, slug TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
                    country TEXT NOT NULL, language TEXT NOT NULL, time_zone TEXT NOT NULL,
                    password_days BIGINT, version BIGINT NOT NULL DEFAULT 1, created_at BIGINT NOT NULL)
                """,
                """
                CREATE TABLE roles (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), name TEXT NOT NULL,
                    rights TEXT NOT NULL, is_administrator BIGINT NOT NULL DEFAULT 0, UNIQUE (account_id, name))
                """,
                """
                CREATE TABLE users (
                    id TEXT PRIMARY KEY, account_id TEXT REFERENCES accounts (id), role_id TEXT REFERENCES roles (id),
                    email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, password_hash TEXT NOT NULL,
                    password_changed_at BIGINT NOT NULL, must_change_password BIGINT NOT NULL DEFAULT 0,
                    country TEXT, language TEXT, time_zone TEXT, theme TEXT NOT NULL DEFAULT 'system',
                    head_of_line TEXT, is_enabled BIGINT NOT NULL DEFAULT 1,
                    version BIGINT NOT NULL DEFAULT 1, created_at BIGINT NOT NULL)
                """,
                "CREATE INDEX users_by_account ON users (account_id, name)",
                """
                CREATE TABLE sessions (
                    token_hash BLOB PRIMARY KEY, id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL REFERENCES users (id),
                    account_id TEXT REFERENCES accounts (id), created_at BIGINT NOT NULL, last_seen_at BIGINT NOT NULL,
                    user_agent TEXT NOT NULL, address TEXT NOT NULL)
                """,
                "CREATE INDEX sessions_by_user ON sessions (user_id)",
                """
                CREATE TABLE devices (
                    token_hash BLOB PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users (id), created_at BIGINT NOT NULL)
                """,
            ]),
        Migration(
            101, "machines' keys",
            [
                """
                CREATE TABLE api_keys (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), name TEXT NOT NULL,
                    secret_hash BLOB NOT NULL UNIQUE, hint TEXT NOT NULL, scopes TEXT NOT NULL,
                    created_at BIGINT NOT NULL, revoked_at BIGINT)
                """
            ]),
        Migration(
            102, "records of what happened",
            [
                """
                CREATE TABLE audit (
                    id TEXT PRIMARY KEY, account_id TEXT, user_id TEXT, user_name TEXT NOT NULL,
                    action TEXT NOT NULL, subject TEXT NOT NULL, changes TEXT, request_id TEXT NOT NULL,
                    at BIGINT NOT NULL)
                """,
                "CREATE INDEX audit_by_account ON audit (account_id, id)",
                """
                CREATE TABLE deletions (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL, user_id TEXT, user_name TEXT NOT NULL,
                    entity TEXT NOT NULL, detail TEXT NOT NULL, planned BIGINT NOT NULL, items BIGINT NOT NULL, bytes BIGINT NOT NULL,
                    deleted_at BIGINT NOT NULL)
                """,
                "CREATE INDEX deletions_by_account ON deletions (account_id, deleted_at, id)",
                "CREATE TABLE job_runs (job TEXT NOT NULL, nominal TEXT NOT NULL, started_at BIGINT NOT NULL, PRIMARY KEY (job, nominal))",
            ]),
    ]
}
