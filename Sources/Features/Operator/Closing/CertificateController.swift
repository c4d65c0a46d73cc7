// Certificates of what was deleted: they outlive the accounts, on paper and as JSON for whoever has to show them.

import Database
import HTTP
import HTTPTypes
import JSON
import Templating
import Time
import Web

struct CertificateController {
    static let path = "/operator/certificates"
    private static let pageSize = 50

    private let list: PageTemplate<CertificatesPage>
    private let template: PageTemplate<CertificatePage>

    init(_ app: App) throws {
        list = try app.site.page("operator/certificates")
        template = try app.site.page("operator/certificate")
    }

    @Sendable func index(_ person: Person) throws -> WebResponse {
        let t = person.t
        let found = try person.read { try CertificateStore.page(at: PagePosition(person.query), size: Self.pageSize, on: $0) }
        let page = CertificatesPage(
            rows: found.elements.map { CertificateRowView($0, person) },
            pager: found.pager(path: Self.path, query: person.query) { $0.id },
            empty: found.elements.isEmpty ? EmptyView(t("certificate.empty.title"), t("certificate.empty.text")) : nil)
        return try person.page(
            list, page, PageHead(t("certificate.list.title"), lead: t("certificate.list.lead"), section: t("operator.section")))
    }

    @Sendable func show(_ person: Person) throws -> WebResponse {
        let t = person.t
        let (certificate, counts) = try found(person)
        let page = CertificatePage(
            facts: [
                Fact(t("new_account.account_name"), certificate.accountName), Fact(t("new_account.slug"), certificate.slug, isCode: true),
                Fact(t("certificate.closed_by"), certificate.closedBy),
                Fact(t("certificate.closed_at"), person.times.text(certificate.closedAt)),
                Fact(t("certificate.began_at"), person.times.text(certificate.beganAt)),
                Fact(
                    t("certificate.finished_at"),
                    certificate.finishedAt.map { person.times.text($0) } ?? t("certificate.under_way")),
                Fact(t("certificate.export_bytes"), person.numbers.bytes(certificate.exportBytes)),
                Fact(t("certificate.export_sha256"), certificate.exportSHA256, isCode: true),
            ],
            rows: counts.map {
                CertificateCountView(
                    kind: t("certificate.kind.\($0.kind.rawValue)"), items: person.numbers.text($0.items),
                    size: $0.bytes > 0 ? person.numbers.bytes($0.bytes) : "")
            }, href: "\(Self.path)/\(certificate.id)/json")
        return try person.page(
            template, page,
            PageHead(
                t("certificate.title", ["account": certificate.accountName]), lead: t("certificate.lead"), section: t("operator.section"),
                up: [(t("certificate.list.title"), Self.path)]))
    }

    @Sendable func export(_ person: Person) throws -> WebResponse {
        let (certificate, counts) = try found(person)
        var deleted = JSONObject()
        for count in counts {
            deleted[count.kind.rawValue] = ["items": JSONValue(count.items), "bytes": JSONValue(count.bytes)]
        }
        var response = WebResponse.json([
            "certificate": .string(certificate.id.description), "account": .string(certificate.slug),
            "name": .string(certificate.accountName), "closed_by": .string(certificate.closedBy),
            "closed_at": .string(certificate.closedAt.iso8601), "deletion_began_at": .string(certificate.beganAt.iso8601),
            "deletion_finished_at": certificate.finishedAt.map { .string($0.iso8601) } ?? .null,
            "export": ["bytes": JSONValue(certificate.exportBytes), "sha256": .string(certificate.exportSHA256)],
            "deleted": .object(deleted),
        ])
        response.fields[.contentDisposition] = "attachment; filename=\"certificate-\(certificate.slug).json\""
        return response
    }

    private func found(_ person: Person) throws -> (CertificateRecord, [CertificateCount]) {
        let id: ID<DeletionCertificate> = try person.id()
        return try person.read { connection in
            guard let certificate = try CertificateStore.certificate(id, on: connection) else { throw Abort(.notFound) }
            return (certificate, try CertificateStore.counts(of: id, on: connection))
        }
    }
}

struct CertificatesPage: TemplateData {
    let rows: [CertificateRowView]
    let pager: PagerView
    let empty: EmptyView?
}

struct CertificateRowView: TemplateData {
    let href: String
    let name: String
    let slug: String
    let closedBy: String
    let finished: TimeView?

    init(_ record: CertificateRecord, _ person: Person) {
        href = "\(CertificateController.path)/\(record.id)"
        name = record.accountName
        slug = record.slug
        closedBy = record.closedBy
        finished = record.finishedAt.map { person.times.view($0) }
    }
}

struct CertificatePage: TemplateData {
    let facts: [Fact]
    let rows: [CertificateCountView]
    let href: String
}

struct CertificateCountView: TemplateData {
    let kind: String
    let items: String
    let size: String
}
