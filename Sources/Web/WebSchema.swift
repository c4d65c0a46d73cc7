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
                    password_days BIGINT, second_factor TEXT NOT NULL DEFAULT 'nobody', search_text TEXT NOT NULL,
                    state TEXT NOT NULL DEFAULT 'active', suspended_at BIGINT, suspended_by TEXT, suspension_reason TEXT,
                    version BIGINT NOT NULL DEFAULT 1, created_at BIGINT NOT NULL)
                """,
                """
                CREATE TABLE roles (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), name TEXT NOT NULL,
                    rights TEXT NOT NULL, is_administrator BIGINT NOT NULL DEFAULT 0, preset TEXT,
                    version BIGINT NOT NULL DEFAULT 1, UNIQUE (account_id, name))
                """,
                """
                CREATE TABLE users (
                    id TEXT PRIMARY KEY, account_id TEXT REFERENCES accounts (id), role_id TEXT REFERENCES roles (id),
                    email TEXT NOT NULL, name TEXT NOT NULL, search_text TEXT NOT NULL, password_hash TEXT NOT NULL,
                    password_changed_at BIGINT NOT NULL, must_change_password BIGINT NOT NULL DEFAULT 0,
                    country TEXT, language TEXT, time_zone TEXT, theme TEXT NOT NULL DEFAULT 'system',
                    head_of_line TEXT, mobile TEXT, is_enabled BIGINT NOT NULL DEFAULT 1,
                    factor_secret BLOB, factor_since BIGINT, factor_step BIGINT, verified_email TEXT,
                    version BIGINT NOT NULL DEFAULT 1, created_at BIGINT NOT NULL, UNIQUE (email, account_id))
                """,
                // To SQL no NULL is like another: staff need a rule of their own.
                "CREATE UNIQUE INDEX users_of_platform ON users (email) WHERE account_id IS NULL",
                "CREATE INDEX users_by_account ON users (account_id, search_text, id)",
                "CREATE INDEX users_invited ON users (account_id, search_text, id) WHERE password_hash = ''",
                "CREATE INDEX users_disabled ON users (account_id, search_text, id) WHERE is_enabled = 0",
                "CREATE INDEX users_by_role ON users (role_id, search_text, id)",
                // Where an account's number is not what every account begins with.
                """
                CREATE TABLE account_limits (
                    account_id TEXT NOT NULL REFERENCES accounts (id), name TEXT NOT NULL, maximum BIGINT NOT NULL,
                    PRIMARY KEY (account_id, name))
                """,
                // Its one row says that somebody has been made.
                "CREATE TABLE set_up (id BIGINT PRIMARY KEY CHECK (id = 1))",
                """
                CREATE TABLE sessions (
                    token_hash BLOB PRIMARY KEY, id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL REFERENCES users (id),
                    account_id TEXT REFERENCES accounts (id), created_at BIGINT NOT NULL, last_seen_at BIGINT NOT NULL,
                    user_agent TEXT NOT NULL, address TEXT NOT NULL)
                """,
                "CREATE INDEX sessions_by_user ON sessions (user_id)",
                """
                CREATE TABLE devices (
                    token_hash BLOB NOT NULL, user_id TEXT NOT NULL REFERENCES users (id), expires_at BIGINT NOT NULL,
                    PRIMARY KEY (token_hash, user_id))
                """,
                "CREATE TABLE sign_in_openings (token_hash BLOB PRIMARY KEY, email TEXT NOT NULL UNIQUE, created_at BIGINT NOT NULL)",
                // One of a kind for each person: a newer one takes the place of an older.
                """
                CREATE TABLE password_links (
                    user_id TEXT PRIMARY KEY REFERENCES users (id), token_hash BLOB NOT NULL UNIQUE,
                    is_mailed BIGINT NOT NULL DEFAULT 0, created_at BIGINT NOT NULL)
                """,
                """
                CREATE TABLE user_imports (
                    user_id TEXT PRIMARY KEY REFERENCES users (id), id TEXT NOT NULL, account_id TEXT NOT NULL REFERENCES accounts (id),
                    file_name TEXT NOT NULL, content TEXT NOT NULL, created_at BIGINT NOT NULL)
                """,
                """
                CREATE TABLE recovery_codes (
                    user_id TEXT NOT NULL REFERENCES users (id), code_hash BLOB NOT NULL, PRIMARY KEY (user_id, code_hash))
                """,
                """
                CREATE TABLE sign_in_choices (
                    token_hash BLOB NOT NULL, user_id TEXT NOT NULL REFERENCES users (id), browser_hash BLOB NOT NULL,
                    created_at BIGINT NOT NULL, PRIMARY KEY (token_hash, user_id))
                """,
            ]),
        Migration(
            101, "machines' keys",
            [
                """
                CREATE TABLE api_keys (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), name TEXT NOT NULL,
                    secret_hash BLOB NOT NULL UNIQUE, hint TEXT NOT NULL, scopes TEXT NOT NULL, user_name TEXT NOT NULL,
                    created_at BIGINT NOT NULL, expires_at BIGINT, last_used_at BIGINT, revoked_at BIGINT)
                """,
                "CREATE INDEX api_keys_by_account ON api_keys (account_id, id)",
            ]),
        Migration(
            102, "records of what happened",
            [
                """
                CREATE TABLE audit (
                    id TEXT PRIMARY KEY, account_id TEXT, user_id TEXT, user_name TEXT NOT NULL, is_staff BIGINT NOT NULL DEFAULT 0,
                    address TEXT NOT NULL DEFAULT '', area TEXT NOT NULL DEFAULT '', action TEXT NOT NULL, subject TEXT NOT NULL,
                    form TEXT NOT NULL DEFAULT '', changes TEXT, search_text TEXT NOT NULL DEFAULT '', request_id TEXT NOT NULL,
                    at BIGINT NOT NULL)
                """,
                // A page goes by the id; the time behind it spares it the rows before a range of dates.
                "CREATE INDEX audit_by_account ON audit (account_id, id, at)",
                "CREATE INDEX audit_by_area ON audit (account_id, area, id, at)",
                "CREATE INDEX audit_by_time ON audit (at)",
                """
                CREATE TABLE refused_entries (
                    hour BIGINT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, address TEXT NOT NULL, account_id TEXT,
                    times BIGINT NOT NULL, last_at BIGINT NOT NULL, PRIMARY KEY (hour, kind, subject, address))
                """,
                """
                CREATE TABLE deletions (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL, user_id TEXT, user_name TEXT NOT NULL,
                    entity TEXT NOT NULL, detail TEXT NOT NULL, planned BIGINT NOT NULL, items BIGINT NOT NULL, bytes BIGINT NOT NULL,
                    search_text TEXT NOT NULL, deleted_at BIGINT NOT NULL)
                """,
                // A page goes by the time, so that a range of dates begins where it is; the id behind it orders those of one moment.
                "CREATE INDEX deletions_by_account ON deletions (account_id, deleted_at, id)",
                "CREATE INDEX deletions_by_entity ON deletions (account_id, entity, deleted_at, id)",
                "CREATE INDEX deletions_by_time ON deletions (deleted_at)",
                "CREATE TABLE job_runs (job TEXT NOT NULL, nominal TEXT NOT NULL, started_at BIGINT NOT NULL, PRIMARY KEY (job, nominal))",
                "CREATE INDEX job_runs_by_job ON job_runs (job, started_at)",
                "CREATE INDEX job_runs_by_time ON job_runs (started_at)",
            ]),
        // Which key the secrets were sealed with; the key itself is never in the database.
        Migration(
            103, "fingerprints of keys",
            ["CREATE TABLE master_keys (version BIGINT PRIMARY KEY, fingerprint TEXT NOT NULL)"]),
    ]
}
