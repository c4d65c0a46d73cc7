// One email domain: who has blacklisted it or an address of it, how that came and when, with search, dates and an export.

import Database
import HTTP
import HTTPTypes
import Templating
import Web

struct BlacklistController {
    private static let pageSize = 50
    private static let exportedAtOnce = 500

    private let template: PageTemplate<EmailDomainPage>

    init(_ app: App) throws {
        template = try app.site.page("security/email_domain")
    }

    @Sendable func index(_ member: Member) throws -> WebResponse {
        let t = member.t
        let range = DateRange(member.query)
        let filter = filter(member, range)
        let (record, found) = try member.read { connection in
            let record = try EmailDomainStore.record(member.id(), of: member.account.id, on: connection)
            return (
                record,
                try BlacklistStore.page(
                    of: record.domain.id, filter, at: PagePosition(member.query), size: Self.pageSize, on: connection)
            )
        }
        let path = record.domain.path
        // The filters alone: all pages of it are exported.
        var exported = member.query
        for name in ["after", "before"] { exported.set(name, nil) }
        let filters = FiltersView(
            action: path, search: SearchView("q", t("email_domains.search_entries"), value: filter.search), range: range,
            selects: [
                SelectView(
                    "source", t("email_domains.source"), selected: filter.source?.name ?? "",
                    options: [("", t("email_domains.source.all"))]
                        + BlacklistFilter.Source.allCases.map { ($0.name, t("email_domains.source.\($0.name)")) })
            ], query: member.query, times: member.times, t: t)
        let empty =
            record.counts.all == 0
            ? EmptyView(t("email_domains.no_entries.title"), t("email_domains.no_entries.text"))
            : EmptyView(t("email_domains.none.title"), t("email_domains.no_match.text"))
        let page = EmailDomainPage(
            facts: FactsView(facts(record, member)), filters: filters, rows: found.elements.map { BlacklistEntryView($0, member) },
            pager: found.pager(path: path, query: member.query) { $0.id },
            exportURL: "\(path)/blacklist.csv?\(exported.encoded())",
            deletion: member.may(.manageSecurity) ? path + "/delete" : "", empty: found.elements.isEmpty ? empty : nil)
        let head = PageHead(
            record.domain.shown, lead: t("email_domains.domain.lead"), section: t("security.title"), up: [EmailDomainStep.list(t)])
        return try member.page(template, page, head)
    }

    private func facts(_ record: EmailDomainRecord, _ member: Member) -> [Fact] {
        let t = member.t
        let isWritten = record.domain.shown == record.domain.domain
        return (isWritten ? [] : [Fact(t("email_domains.ascii"), record.domain.domain, isCode: true)]) + [
            Fact(
                t("email_domains.added_on"),
                t("email_domains.added_by", ["date": member.times.text(record.createdAt), "name": record.addedBy])),
            Fact(t("email_domains.entries"), member.numbers.text(record.counts.all)),
        ] + record.counts.facts(t, member.numbers)
    }

    /// The same rows as the page shows, all of them, as CSV; with `raw`, for programs, formulas are not neutralised.
    @Sendable func export(_ member: Member) throws -> WebResponse {
        let (t, times, database, account) = (member.t, member.times, member.site.database, member.account.id)
        let filter = filter(member, DateRange(member.query))
        let record = try member.read { try EmailDomainStore.record(member.id(), of: account, on: $0) }
        let domain = record.domain
        let csv = CSV(language: member.visit.language, isRaw: member.query["raw"] != nil)
        return WebResponse(
            fields: [
                .contentType: "text/csv; charset=utf-8", .contentDisposition: "attachment; filename=\"blacklist-\(domain.domain).csv\"",
            ],
            body: .stream { write in
                let head = ["when", "user", "email", "address", "source"].map { t("email_domains.\($0)") }
                // The byte order mark makes spreadsheets read UTF-8.
                try write(ArraySlice(("\u{FEFF}" + csv.line(head)).utf8))
                var query = FormData()
                while true {
                    let found = try database.read(for: .page(account)) {
                        try BlacklistStore.page(of: domain.id, filter, at: PagePosition(query), size: Self.exportedAtOnce, on: $0).elements
                    }
                    let lines = found.map { entry in
                        csv.line([
                            times.iso8601(entry.at), entry.userName ?? "", entry.email,
                            entry.address.isEmpty ? t("email_domains.whole") : entry.address, entry.source.label(t),
                        ])
                    }
                    if !lines.isEmpty { try write(ArraySlice(lines.joined().utf8)) }
                    guard found.count == Self.exportedAtOnce, let last = found.last else { return }
                    query.set("after", last.id.description)
                }
            })
    }

    private func filter(_ member: Member, _ range: DateRange) -> BlacklistFilter {
        let instants = range.instants(in: member.times.zone)
        return BlacklistFilter(
            search: member.query["q"] ?? "", source: BlacklistFilter.Source(member.query["source"] ?? ""), from: instants.from,
            until: instants.until)
    }
}
