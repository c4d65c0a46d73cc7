// What the pages of email domains show.

import Database
import Templating
import Web

struct EmailDomainsPage: TemplateData {
    let search: SearchView
    let isFiltered: Bool
    /// By the platform's staff, who are in the account.
    let mayAdd: Bool
    let count: String
    let rows: [EmailDomainView]
    let pager: PagerView
    let empty: EmptyView?
}

struct EmailDomainView: TemplateData {
    let href: String
    let name: String
    let added: TimeView
    let addedBy: String
    let entries: String
    let last: TimeView?

    init(_ record: EmailDomainRecord, _ member: Member) {
        href = record.domain.path
        name = record.domain.shown
        added = member.times.view(record.createdAt)
        addedBy = record.addedBy
        entries = member.numbers.text(record.counts.all)
        last = record.lastAt.map { member.times.view($0) }
    }
}

struct EmailDomainPage: TemplateData {
    let facts: FactsView
    let filters: FiltersView
    let rows: [BlacklistEntryView]
    let pager: PagerView
    let exportURL: String
    /// Empty: not by this reader.
    let deletion: String
    let empty: EmptyView?
}

struct BlacklistEntryView: TemplateData {
    /// Of the user's page; empty: they are none of the account's, or not for this reader.
    let href: String
    let name: String
    let email: String
    let address: String
    let isAutomatic: Bool
    let source: String
    let when: TimeView

    init(_ entry: BlacklistEntry, _ member: Member) {
        let user = entry.user.flatMap { member.may(.viewPeople) ? $0 : nil }
        href = user.map { UserController.path(of: $0) } ?? ""
        name = entry.userName ?? entry.email
        email = entry.userName == nil ? "" : entry.email
        address = entry.address
        isAutomatic = entry.source != .manual
        source = entry.source.label(member.t)
        when = member.times.view(entry.at)
    }
}
