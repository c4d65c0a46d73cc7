// Accounts that are being closed, and the certificates of those that are gone, which point to nothing that is deleted with them.

import Database

enum DeletionCertificate: Identified {
    static let idPrefix = "cert"
}

enum ClosingSchema {
    static let migrations = [
        Migration(
            1600, "closing accounts",
            [
                """
                CREATE TABLE account_closures (
                    account_id TEXT PRIMARY KEY REFERENCES accounts (id), certificate_id TEXT NOT NULL UNIQUE, closed_at BIGINT NOT NULL,
                    closed_by TEXT NOT NULL, delete_after BIGINT NOT NULL, export_problem TEXT, exported_at BIGINT, export_bytes BIGINT,
                    export_sha256 TEXT)
                """,
                """
                CREATE TABLE deletion_certificates (
                    id TEXT PRIMARY KEY, account_name TEXT NOT NULL, slug TEXT NOT NULL, closed_at BIGINT NOT NULL, closed_by TEXT NOT NULL,
                    export_bytes BIGINT NOT NULL, export_sha256 TEXT NOT NULL, began_at BIGINT NOT NULL, finished_at BIGINT)
                """,
                """
                CREATE TABLE deletion_certificate_counts (
                    certificate_id TEXT NOT NULL REFERENCES deletion_certificates (id), kind TEXT NOT NULL, items BIGINT NOT NULL,
                    bytes BIGINT NOT NULL, PRIMARY KEY (certificate_id, kind))
                """,
            ])
    ]
}
