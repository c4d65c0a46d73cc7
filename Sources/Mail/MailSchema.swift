// Mail that is to go, and what became of it.

package import Database

package enum MailRow: Identified {
    package static let idPrefix = "mail"
}

package enum MailSchema {
    package static let migrations = [
        Migration(
            700, "mail",
            [
                // The words hold links that open accounts: they are sealed, and go once nobody has to send them any more.
                """
                CREATE TABLE mails (
                    id TEXT PRIMARY KEY, account_id TEXT, user_id TEXT, recipient TEXT NOT NULL,
                    recipient_name TEXT NOT NULL, subject TEXT NOT NULL, text BLOB, html BLOB, state TEXT NOT NULL,
                    attempts BIGINT NOT NULL DEFAULT 0, next_at BIGINT, expires_at BIGINT NOT NULL, answer TEXT NOT NULL DEFAULT '',
                    created_at BIGINT NOT NULL, settled_at BIGINT)
                """,
                "CREATE INDEX mails_due ON mails (next_at, id) WHERE next_at IS NOT NULL",
                "CREATE INDEX mails_by_user ON mails (user_id, id)",
                "CREATE INDEX mails_by_time ON mails (created_at)",
                "CREATE INDEX mails_by_recipient ON mails (recipient, created_at)",
                // Accounts take turns. Staff of the platform are in none.
                "CREATE INDEX mails_in_turns ON mails ((COALESCE(account_id, '')), next_at, id) WHERE next_at IS NOT NULL",
            ])
    ]

    package static let secrets = [SealedColumn("mails", "text"), SealedColumn("mails", "html")]
}
