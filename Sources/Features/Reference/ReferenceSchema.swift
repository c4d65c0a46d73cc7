// The tables of what the platform has in an account, and who is in which queue.

import Database

enum ReferenceSchema {
    static let migrations = [
        Migration(
            300, "reference data",
            [
                """
                CREATE TABLE playlists (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), name TEXT NOT NULL, reference TEXT NOT NULL,
                    search_text TEXT NOT NULL, version BIGINT NOT NULL, created_at BIGINT NOT NULL,
                    UNIQUE (account_id, name), UNIQUE (account_id, reference))
                """,
                """
                CREATE TABLE queues (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), name TEXT NOT NULL, reference TEXT NOT NULL,
                    head_of_line TEXT, playlist_id TEXT, search_text TEXT NOT NULL, version BIGINT NOT NULL, created_at BIGINT NOT NULL,
                    UNIQUE (account_id, name), UNIQUE (account_id, reference))
                """,
                """
                CREATE TABLE tracking_numbers (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), name TEXT NOT NULL, reference TEXT NOT NULL,
                    number TEXT NOT NULL, search_text TEXT NOT NULL, version BIGINT NOT NULL, created_at BIGINT NOT NULL,
                    UNIQUE (account_id, number), UNIQUE (account_id, reference))
                """,
                """
                CREATE TABLE queue_members (
                    queue_id TEXT NOT NULL REFERENCES queues (id), user_id TEXT NOT NULL REFERENCES users (id),
                    account_id TEXT NOT NULL REFERENCES accounts (id), PRIMARY KEY (queue_id, user_id))
                """,
                "CREATE INDEX queue_members_by_user ON queue_members (user_id)",
                "CREATE INDEX playlists_by_account ON playlists (account_id, search_text, id)",
                "CREATE INDEX queues_by_account ON queues (account_id, search_text, id)",
                "CREATE INDEX tracking_numbers_by_account ON tracking_numbers (account_id, search_text, id)",
            ])
    ]
}
