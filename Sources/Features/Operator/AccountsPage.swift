// What the operator's pages show.

import Templating
import Web

struct AccountsPage: TemplateData {
    let search: FieldView
    let rows: [AccountRowView]
    let pager: PagerView
    let empty: EmptyView?

    static let fields = Fields<AccountsPage> {
        Section("search") { $0.search }
        List("rows") { $0.rows }
        Section("pager") { $0.pager }
        Section("empty") { $0.empty }
    }
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

    static let fields = Fields<AccountRowView> {
        Text("name") { $0.name }
        Text("slug") { $0.slug }
        Text("users") { $0.users }
        Section("created") { $0.created }
        Flag("is_open") { $0.isOpen }
    }
}
