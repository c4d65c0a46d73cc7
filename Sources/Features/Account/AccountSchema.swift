// What Account settings keeps of an account beside what every page needs to know of it.

import Database

enum AccountSchema {
    static let migrations = [
        Migration(
            500, "account settings",
            [
                "ALTER TABLE accounts ADD COLUMN playlist_id TEXT",
                "ALTER TABLE accounts ADD COLUMN logo_file TEXT",
                "ALTER TABLE accounts ADD COLUMN logo_name TEXT",
                "ALTER TABLE accounts ADD COLUMN has_supervision BIGINT NOT NULL DEFAULT 0",
                "ALTER TABLE accounts ADD COLUMN head_of_line TEXT",
                "ALTER TABLE accounts ADD COLUMN presents_original_number BIGINT NOT NULL DEFAULT 0",
                "ALTER TABLE accounts ADD COLUMN trunk_region TEXT",
            ])
    ]
}
