// All the SQL of the certificates of deleted accounts.

import Database
import Time
import Web

struct CertificateRecord {
    let id: ID<DeletionCertificate>
    let accountName: String
    let slug: String
    let closedAt: Timestamp
    let closedBy: String
    let exportBytes: Int
    let exportSHA256: String
    let beganAt: Timestamp
    /// Nil: some of it is still there.
    let finishedAt: Timestamp?
}

struct CertificateCount {
    let kind: CertificateKind
    let items: Int
    let bytes: Int
}

enum CertificateStore {
    static func begin(_ closure: Closure, _ export: Closure.Export, at now: Timestamp, on connection: any Connection) throws {
        try connection.execute(
            """
            INSERT INTO deletion_certificates (id, account_name, slug, closed_at, closed_by, export_bytes, export_sha256, began_at)
            VALUES (\(closure.certificate), \(closure.name), \(closure.slug), \(closure.closedAt), \(closure.closedBy), \(export.bytes),
                \(export.sha256), \(now))
            ON CONFLICT (id) DO NOTHING
            """)
    }

    /// In the transaction that deletes them.
    static func add(
        _ items: Int, bytes: Int = 0, _ kind: CertificateKind, to certificate: ID<DeletionCertificate>, on connection: any Connection
    ) throws {
        guard items > 0 else { return }
        try connection.execute(
            """
            INSERT INTO deletion_certificate_counts (certificate_id, kind, items, bytes) VALUES (\(certificate), \(kind), \(items), \(bytes))
            ON CONFLICT (certificate_id, kind) DO UPDATE SET items = deletion_certificate_counts.items + excluded.items,
                bytes = deletion_certificate_counts.bytes + excluded.bytes
            """)
    }

    static func finish(_ certificate: ID<DeletionCertificate>, at now: Timestamp, on connection: any Connection) throws {
        try connection.execute("UPDATE deletion_certificates SET finished_at = \(now) WHERE id = \(certificate)")
    }

    static func page(
        at position: PagePosition<DeletionCertificate>, size: Int, on connection: any Connection
    ) throws -> Keyset<CertificateRecord> {
        let direction = position.isBackward ? "ASC" as SQL : "DESC"
        let records = try connection.rows(
            "\(selection) WHERE 1 = 1 \(position.condition(on: "id")) ORDER BY id \(direction) LIMIT \(size + 1)", decode)
        return Keyset(records, size: size, position)
    }

    static func certificate(_ id: ID<DeletionCertificate>, on connection: any Connection) throws -> CertificateRecord? {
        try connection.first("\(selection) WHERE id = \(id)", decode)
    }

    static func counts(of certificate: ID<DeletionCertificate>, on connection: any Connection) throws -> [CertificateCount] {
        try connection.rows(
            "SELECT kind, items, bytes FROM deletion_certificate_counts WHERE certificate_id = \(certificate) ORDER BY kind"
        ) { CertificateCount(kind: try $0.next(), items: try $0.next(), bytes: try $0.next()) }
    }

    private static let selection: SQL = """
        SELECT id, account_name, slug, closed_at, closed_by, export_bytes, export_sha256, began_at, finished_at FROM deletion_certificates
        """

    private static func decode(_ row: Row) throws -> CertificateRecord {
        CertificateRecord(
            id: try row.next(), accountName: try row.next(), slug: try row.next(), closedAt: try row.next(), closedBy: try row.next(),
            exportBytes: try row.next(), exportSHA256: try row.next(), beganAt: try row.next(), finishedAt: try row.next())
    }
}
