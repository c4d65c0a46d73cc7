// The provider of an account, the tests of it that are shown, and the messages that are to go.

import Database

package enum SMSTestRow: Identified {
    package static let idPrefix = "smt"
}

enum SMSSchema {
    static let migrations = [
        Migration(
            1800, "SMS",
            [
                // One for each account, whose id it has: secrets are bound to a row by its id.
                """
                CREATE TABLE sms_settings (
                    account_id TEXT PRIMARY KEY REFERENCES accounts (id), id TEXT GENERATED ALWAYS AS (account_id) STORED, url TEXT,
                    sender TEXT, login TEXT, password BLOB, version BIGINT NOT NULL)
                """,
                """
                CREATE TABLE sms_tests (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), recipient TEXT NOT NULL, verdict TEXT NOT NULL,
                    said TEXT NOT NULL DEFAULT '', started_at BIGINT NOT NULL, url TEXT NOT NULL, request TEXT NOT NULL, status BIGINT,
                    response_headers TEXT NOT NULL, response_body BLOB NOT NULL, is_truncated BIGINT NOT NULL, fault TEXT NOT NULL,
                    detail TEXT NOT NULL, dns_us BIGINT NOT NULL, connect_us BIGINT NOT NULL, tls_us BIGINT NOT NULL,
                    first_byte_us BIGINT NOT NULL, total_us BIGINT NOT NULL)
                """,
                "CREATE INDEX sms_tests_by_account ON sms_tests (account_id, id)",
                """
                CREATE TABLE sms_messages (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL, user_id TEXT NOT NULL, recipient TEXT NOT NULL, text BLOB,
                    state TEXT NOT NULL, attempts BIGINT NOT NULL, next_at BIGINT, expires_at BIGINT NOT NULL, answer TEXT NOT NULL,
                    created_at BIGINT NOT NULL, settled_at BIGINT)
                """,
                "CREATE INDEX sms_messages_due ON sms_messages (next_at, id) WHERE next_at IS NOT NULL",
                "CREATE INDEX sms_messages_by_user ON sms_messages (user_id, id)",
                "CREATE INDEX sms_messages_by_time ON sms_messages (created_at)",
            ])
    ]
}
