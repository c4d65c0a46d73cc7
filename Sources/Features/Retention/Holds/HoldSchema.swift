// Legal holds, and what is under each; and what finds stored items among a million.

import Database

enum HoldSchema {
    static let migrations = [
        Migration(
            410, "legal holds",
            [
                "ALTER TABLE media_files ADD COLUMN search_text TEXT NOT NULL DEFAULT ''",
                // One for each filter of the list, in the list's order.
                "CREATE INDEX media_by_time ON media_files (account_id, recorded_at, id) WHERE state = 'live'",
                "CREATE INDEX media_by_kind ON media_files (account_id, kind, recorded_at, id) WHERE state = 'live'",
                """
                CREATE INDEX media_by_user ON media_files (account_id, user_id, recorded_at, id)
                WHERE state = 'live' AND user_id IS NOT NULL
                """,
                """
                CREATE INDEX media_by_number ON media_files (account_id, tracking_number, recorded_at, id)
                WHERE state = 'live' AND tracking_number IS NOT NULL
                """,
                "CREATE INDEX media_held ON media_files (account_id, recorded_at, id) WHERE state = 'live' AND is_held = 1",
                """
                CREATE TABLE media_holds (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), origin TEXT NOT NULL, state TEXT NOT NULL,
                    scope TEXT NOT NULL, filter TEXT NOT NULL, media_id TEXT, reason TEXT NOT NULL, user_id TEXT, user_name TEXT NOT NULL,
                    created_at BIGINT NOT NULL, items BIGINT NOT NULL DEFAULT 0, late BIGINT NOT NULL DEFAULT 0,
                    step BIGINT NOT NULL DEFAULT 0, place TEXT, freed BIGINT NOT NULL DEFAULT 0, release_reason TEXT, released_by TEXT,
                    released_at BIGINT)
                """,
                "CREATE INDEX media_holds_by_account ON media_holds (account_id, id)",
                // What a purge asks before each batch, and a start for what was interrupted.
                "CREATE INDEX media_holds_by_state ON media_holds (state, account_id)",
                "CREATE INDEX media_holds_in_force ON media_holds (account_id, id) WHERE state <> 'released'",
                // Machines may have placed a million of their own.
                "CREATE INDEX media_holds_of_people ON media_holds (account_id, id) WHERE origin <> 'machine'",
                """
                CREATE TABLE media_hold_items (
                    media_id TEXT NOT NULL, hold_id TEXT NOT NULL REFERENCES media_holds (id),
                    account_id TEXT NOT NULL REFERENCES accounts (id), PRIMARY KEY (media_id, hold_id))
                """,
                "CREATE INDEX media_hold_items_by_hold ON media_hold_items (account_id, hold_id, media_id)",
            ])
    ]
}
