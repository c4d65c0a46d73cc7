// What the pages of a list of domains show.

import Database
import HTTP
import Spelling
import Templating
import Time
import Web

struct DomainListPage: TemplateData {
    /// Rows of a page; an account may be given more domains than anybody reads through.
    private static let maximumRows = 500

    let path: String
    let search: SearchView
    let isFiltered: Bool
    let mayManage: Bool
    let isOfUsers: Bool
    let count: String
    /// Of users: that some have addresses of other domains. Empty: none has.
    let outside: String
    let caption: String
    let add: String
    let rows: [DomainRow]
    /// How many more there are.
    let more: String
    let empty: EmptyView?

    init<Item: DomainItem>(_ context: DomainContext<Item>, search: String, _ member: Member) {
        let t = member.t
        let kind = Item.kind
        let folded = SearchText.folded(search)
        let found = context.records.filter { record in
            folded.isEmpty || SearchText.folded(record.name.shown).has(folded) || record.name.ascii.has(folded)
        }
        let lookalikes = Lookalikes(context.names)
        let outside = kind.isOfUsers && !context.names.isEmpty ? context.outside(context.names) : 0
        path = kind.path
        self.search = SearchView("q", t("security.search"), value: search)
        isFiltered = !search.isEmpty
        mayManage = member.may(.manageSecurity)
        isOfUsers = kind.isOfUsers
        count = t("security.count", count: context.usage.used, ["limit": member.numbers.text(context.usage.maximum)])
        self.outside = outside > 0 ? t("user_domain.outside", count: outside) : ""
        caption = t("\(kind.name).tab")
        add = t("security.add")
        rows = found.prefix(Self.maximumRows).map { DomainRow($0, context, lookalikes, member) }
        more = found.count > Self.maximumRows ? t("security.more", count: found.count - Self.maximumRows) : ""
        empty =
            !found.isEmpty
            ? nil
            : search.isEmpty
                ? EmptyView(t("\(kind.name).empty.title"), t("\(kind.name).empty.text"))
                : EmptyView(t("security.none.title"), t("security.none.text"))
    }
}

struct DomainRow: TemplateData {
    let shown: String
    /// Where it is another than what is shown.
    let ascii: String
    let lookalike: BadgeView?
    let reasons: [String]
    /// By which wildcard of the list it is covered; empty: by none.
    let covered: String
    let users: String
    /// Where those users are listed; empty: nobody is, or the reader may not see them.
    let usersPath: String
    let created: TimeView
    let userName: String
    /// Empty: the reader may not.
    let deletion: String

    init<Item: DomainItem>(_ record: DomainRecord<Item>, _ context: DomainContext<Item>, _ lookalikes: Lookalikes, _ member: Member) {
        let t = member.t
        let name = record.name
        shown = name.shown
        ascii = name.shown.isIdentical(to: name.ascii) ? "" : name.ascii
        reasons = lookalikes.reasons(name).map { $0.words(t) }
        lookalike = reasons.isEmpty ? nil : BadgeView(.warning, t("security.lookalike"))
        covered = context.names.first { $0.covers(name) }.map { t("security.covered", ["domain": $0.shown]) } ?? ""
        let count = context.users[name] ?? 0
        users = Item.kind.isOfUsers ? t("user_domain.users", count: count) : ""
        usersPath = count > 0 && member.may(.viewPeople) ? UserController.path(havingAddressesOf: name.shown) : ""
        created = member.times.view(record.createdAt)
        userName = UnnamedActor(rawValue: record.userName)?.words(t) ?? record.userName
        deletion = member.may(.manageSecurity) ? Item.path(of: record.id) + "/delete" : ""
    }
}

extension UserController {
    /// The list of those whose address ends like this, and of few others.
    fileprivate static func path(havingAddressesOf domain: String) -> String {
        var query = FormData()
        query.append("q", "@" + domain)
        return "\(path)?\(query.encoded())"
    }
}
