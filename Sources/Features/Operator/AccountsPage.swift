// What the operator's pages show.

import Templating
import Web

struct AccountsPage: TemplateData {
    let search: SearchView
    let rows: [AccountRowView]
    let pager: PagerView
    let empty: EmptyView?
}

struct AccountRowView: TemplateData {
    let name: String
    let slug: String
    let users: String
    let created: TimeView
    let isOpen: Bool

    init(_ record: AccountRecord, _ person: Person) {
        name = record.name
        slug = record.slug
        users = person.numbers.text(record.users)
        created = person.times.view(record.createdAt)
        isOpen = person.session.account?.id == record.id
    }
}
