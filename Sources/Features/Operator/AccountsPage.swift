// What the operator's list of accounts shows.

import Templating
import Web

struct AccountsPage: TemplateData {
    let search: SearchView
    let state: SelectView
    let isFiltered: Bool
    let rows: [AccountRowView]
    let pager: PagerView
    let empty: EmptyView?
}

struct AccountRowView: TemplateData {
    let href: String
    let name: String
    let slug: String
    let state: BadgeView
    let users: String
    let created: TimeView
    let isOpen: Bool

    init(_ record: AccountRecord, _ person: Person) {
        href = ClientAccountController.path(of: record.slug)
        name = record.name
        slug = record.slug
        state = record.state.badge(person.t)
        users = person.numbers.text(record.users)
        created = person.times.view(record.createdAt)
        isOpen = person.session.account?.id == record.id
    }
}

extension AccountState {
    func badge(_ t: Translation) -> BadgeView {
        let words = t("operator.state.\(rawValue)")
        switch self {
        case .active: return BadgeView(.good, words)
        case .suspended: return BadgeView(.warning, words)
        case .closing, .deleting: return BadgeView(.bad, words)
        }
    }
}
