// What the platform tells us of the account, so that settings can name it: playlists, tracking numbers, queues.

import Database

enum Playlist: Identified {
    static let idPrefix = "pl"
}

enum Queue: Identified {
    static let idPrefix = "que"
}

enum ReferenceSchema {
    static let migrations = [
        Migration(
            300, "reference data",
            [
                """
                CREATE TABLE playlists (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), name TEXT NOT NULL, tracks BIGINT NOT NULL DEFAULT 0,
                    created_at BIGINT NOT NULL, UNIQUE (account_id, name))
                """,
                """
                CREATE TABLE tracking_numbers (
                    account_id TEXT NOT NULL REFERENCES accounts (id), number TEXT NOT NULL, name TEXT NOT NULL, created_at BIGINT NOT NULL,
                    PRIMARY KEY (account_id, number))
                """,
                """
                CREATE TABLE queues (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), name TEXT NOT NULL, head_of_line TEXT,
                    playlist_id TEXT, created_at BIGINT NOT NULL, UNIQUE (account_id, name))
                """,
            ])
    ]
}

extension Feature {
    /// Tables that several features read and none owns yet.
    static let reference = Feature(migrations: ReferenceSchema.migrations) { _ in Running() }
}
