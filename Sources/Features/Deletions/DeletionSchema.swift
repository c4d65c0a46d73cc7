// What finds a deletion among a hundred thousand; the table itself belongs to Web, since everything that deletes writes into it.

import Database

enum DeletionSchema {
    static let migrations = [
        Migration(
            510, "deletions by what was deleted",
            [
                // In the list's order: of what is seldom deleted a page would pass over all the rest.
                "CREATE INDEX deletions_by_entity ON deletions (account_id, entity, id, deleted_at)"
            ])
    ]
}
