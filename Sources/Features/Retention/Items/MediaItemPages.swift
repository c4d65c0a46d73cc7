// What the pages of stored items show.

import Database
import Spelling
import Telephony
import Templating
import Time
import Web

struct MediaItemsPage: TemplateData {
    let filters: FiltersView
    let count: String
    let rows: [MediaRowView]
    let pager: PagerView
    let note: String
    /// Where the search goes on.
    let goOn: String
    /// Where all that matches is put under hold; empty: nothing to hold, or not by this reader.
    let holdHref: String
    let empty: EmptyView?
}

struct MediaRowView: TemplateData {
    let href: String
    let recorded: TimeView
    let kind: String
    let userName: String
    /// The list of what is theirs; empty where it is nobody's.
    let userHref: String
    let number: PhoneView?
    let size: String
    let connector: String
    let hold: BadgeView?
    let mayManage: Bool

    init(_ media: MediaRecord, mayManage: Bool, _ times: Times, _ member: Member) {
        href = MediaItemsController.path(of: media.id)
        recorded = times.view(media.recordedAt)
        kind = media.kind.label(member.t)
        userName = media.userName ?? ""
        userHref = media.user.map { MediaItemsController.path(of: "user=\($0)") } ?? ""
        number = media.trackingNumber.map { PhoneView($0) }
        size = member.numbers.bytes(media.bytes)
        connector = media.connector ?? ""
        hold = media.isHeld ? MediaRowView.badge(member.t) : nil
        self.mayManage = mayManage
    }

    static func badge(_ t: Translation) -> BadgeView { BadgeView(.warning, t("media.held")) }

    static let fields = Fields<MediaRowView> {
        Text("recorded_text") { $0.recorded.text }
    }
}

/// What the list can be narrowed to beside words and dates.
struct MediaChoices {
    private let users: [(id: ID<User>, name: String)]
    private let numbers: [(number: String, name: String)]

    /// Who is chosen and is no user any more is among them, and so is a number.
    init(_ filter: MediaFilter, of account: ID<Account>, on connection: any Connection) throws {
        var users: [(id: ID<User>, name: String)] = try AccountStore.users(
            of: account, matching: "", limit: MediaListStore.maximumChoices, on: connection
        ).map { ($0.id, $0.name) }
        if let user = filter.user, !users.contains(where: { $0.id == user }) {
            users.append((user, try MediaListStore.userName(user, of: account, on: connection) ?? user.description))
        }
        var numbers = try MediaListStore.numbers(of: account, on: connection)
        if let number = filter.number, !numbers.contains(where: { $0.number == number }) { numbers.append((number, "")) }
        (self.users, self.numbers) = (users, numbers)
    }

    func selects(_ filter: MediaFilter, _ t: Translation) -> [SelectView] {
        let all = ("", t("media.any"))
        return [
            SelectView(
                "kind", t("media.kind"), selected: filter.kind?.rawValue ?? "",
                options: [all] + MediaKind.allCases.map { ($0.rawValue, $0.label(t)) }),
            SelectView(
                "user", t("media.user"), selected: filter.user?.description ?? "",
                options: [all] + users.map { ($0.id.description, $0.name) }),
            SelectView(
                "number", t("media.number"), selected: filter.number ?? "",
                options: [all]
                    + numbers.map { number in
                        let grouped = PhoneNumbers.grouped(number.number)
                        return (number.number, number.name.isEmpty ? grouped : "\(TextDirection.isolated(number.name)) (\(grouped))")
                    }),
            SelectView(
                "held", t("media.hold"), selected: filter.isHeld.map { $0 ? "yes" : "no" } ?? "",
                options: [all, ("yes", t("media.held")), ("no", t("media.not_held"))]),
        ]
    }
}

struct MediaItemPage: TemplateData {
    let href: String
    let facts: [Fact]
    let hold: BadgeView
    /// A purge has it: nothing can be done any more.
    let isPurging: Bool
    let mayHold: Bool
    let rows: [HoldRowView]

    init(_ media: MediaRecord, _ holds: [HoldRecord], _ member: Member) {
        let t = member.t
        href = MediaItemsController.path(of: media.id)
        func fact(_ key: String, _ value: String?, isCode: Bool = false) -> Fact? {
            value.flatMap { $0.isEmpty ? nil : Fact(t("media.\(key)"), $0, isCode: isCode) }
        }
        facts = [
            fact("recorded", member.accountTimes.text(media.recordedAt)), fact("kind", media.kind.label(t)), fact("user", media.userName),
            fact("number", media.trackingNumber.map { PhoneNumbers.grouped($0) }), fact("size", member.numbers.bytes(media.bytes)),
            fact("connector", media.connector), fact("format", media.fileExtension), fact("external_id", media.externalID, isCode: true),
            fact("id", media.id.description, isCode: true), fact("registered", member.accountTimes.text(media.createdAt)),
        ].compactMap { $0 }
        hold = media.isHeld ? MediaRowView.badge(t) : BadgeView(.neutral, t("media.not_held"))
        isPurging = media.state == "purging"
        mayHold = member.may(.manageRetention) && media.state == "live"
        rows = holds.map { HoldRowView($0, member) }
    }

    static let fields = Fields<MediaItemPage> {
        Flag("has_holds") { !$0.rows.isEmpty }
    }
}
