// The domains of an account that stand in two of the lists, each once however it was typed.

import Database

enum SecuritySchema {
    static let migrations = [
        Migration(
            1900, "domains of the chat and of users",
            [
                """
                CREATE TABLE chat_domains (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), domain TEXT NOT NULL, user_name TEXT NOT NULL,
                    created_at BIGINT NOT NULL, UNIQUE (account_id, domain))
                """,
                """
                CREATE TABLE user_domains (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), domain TEXT NOT NULL, user_name TEXT NOT NULL,
                    created_at BIGINT NOT NULL, UNIQUE (account_id, domain))
                """,
            ])
    ]
}
