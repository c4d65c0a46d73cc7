// The stored items of an account: a list with filters, and a page of each, which says what keeps it from being purged.

import Database
import HTTP
import HTTPTypes
import Logging
import Telephony
import Templating
import Threading
import Time
import Web

extension Feature {
    static let mediaItems = Feature(migrations: HoldSchema.migrations) { app in
        let items = try MediaItemsController(app)
        let work = HoldWork(site: app.site)
        let holds = try HoldController(app, work)
        let logger = app.site.logger
        return Running(
            routes: [
                .get(MediaItemsController.path, .needs(.viewRetention), items.index),
                .get(MediaItemsController.path + "/{id}", .needs(.viewRetention), items.show),
                .get(HoldController.path, .needs(.viewRetention), holds.index),
            ] + holds.routes,
            jobs: { [try work.job()] },
            onStart: {
                try OwnThread.start("holds-resume") {
                    do { try work.resumeAll() } catch { logger.error("Holds could not be resumed: \(error)") }
                }
            })
    }
}

struct MediaItemsController {
    static let path = "/settings/retention/items"
    private static let pageSize = 50

    private let list: PageTemplate<MediaItemsPage>
    private let template: PageTemplate<MediaItemPage>

    static func path(of media: ID<MediaFile>) -> String { "\(path)/\(media)" }

    static func path(of filter: String) -> String { filter.isEmpty ? path : "\(path)?\(filter)" }

    init(_ app: App) throws {
        list = try app.site.page("retention/items")
        template = try app.site.page("retention/item")
    }

    @Sendable func index(_ member: Member) throws -> WebResponse {
        let t = member.t
        let account = member.account.id
        let query = member.query
        let times = member.accountTimes
        let filter = MediaFilter(query, zone: times.zone)
        let (found, choices) = try member.read { connection in
            (
                try MediaListStore.page(
                    of: account, filter.resolved(in: account, on: connection), older: query["after"].flatMap { MediaPlace($0) },
                    newer: query["after"] == nil ? query["before"].flatMap { MediaPlace($0) } : nil, size: Self.pageSize, on: connection),
                try MediaChoices(filter, of: account, on: connection)
            )
        }
        let mayManage = member.may(.manageRetention)
        let carried = MediaFilter.carried(query)
        let page = MediaItemsPage(
            filters: FiltersView(
                action: Self.path, search: SearchView("q", t("media.search"), value: query["q"] ?? ""), range: filter.range,
                selects: choices.selects(filter, t), query: query, times: times, t: t),
            count: count(found.count, member), rows: found.rows.map { MediaRowView($0, mayManage: mayManage, times, member) },
            pager: PagerView(newer: href("before", found.newer, query), older: href("after", found.older, query)),
            note: found.searchedTo.map { t("media.searched_to", ["time": times.inSentence($0.recordedAt)]) } ?? "",
            goOn: goOn(found, query) ?? "",
            holdHref: mayManage && !found.rows.isEmpty ? HoldController.newPath + (carried.isEmpty ? "" : "?\(carried)") : "",
            empty: found.rows.isEmpty ? empty(query, isDone: found.searchedTo == nil, t) : nil)
        let head = PageHead(t("media.title"), lead: t("media.lead"), up: [(t("retention.title"), "/settings/retention")])
        return try member.page(list, page, head)
    }

    @Sendable func show(_ member: Member) throws -> WebResponse {
        let id: ID<MediaFile> = try member.id()
        let account = member.account.id
        let (media, holds) = try member.read { connection in
            (
                try MediaListStore.media(id, of: account, on: connection), try HoldStore.holds(on: id, of: account, on: connection)
            )
        }
        let head = PageHead(MediaWords.title(media, member.t, member.accountTimes), up: [MediaStep.list(member.t)])
        return try member.page(template, MediaItemPage(media, holds, member), head)
    }

    private func count(_ count: Int?, _ member: Member) -> String {
        guard let count, count > 0 else { return "" }
        return count > MediaListStore.maximumCounted
            ? member.t("media.count.more", ["count": member.numbers.text(MediaListStore.maximumCounted)])
            : member.t("media.count", count: count)
    }

    private func href(_ name: String, _ place: MediaPlace?, _ query: FormData) -> String? {
        guard let place else { return nil }
        var query = query
        for name in ["before", "after"] { query.set(name, nil) }
        query.set(name, place.description)
        return "\(Self.path)?\(query.encoded())"
    }

    private func goOn(_ found: MediaPage, _ query: FormData) -> String? {
        guard found.searchedTo != nil else { return nil }
        return query["after"] == nil && query["before"] != nil
            ? href("before", found.newer, query) : href("after", found.older, query)
    }

    private func empty(_ query: FormData, isDone: Bool, _ t: Translation) -> EmptyView {
        if !isDone { return EmptyView(t("media.none_yet.title"), t("media.none_yet.text")) }
        return MediaFilter.isUsed(query)
            ? EmptyView(t("media.none_fits.title"), t("media.none_fits.text"), action: (Self.path, t("media.none_fits.action")))
            : EmptyView(t("media.none.title"), t("media.none.text"))
    }
}

/// The way up from an item's pages.
enum MediaStep {
    static func list(_ t: Translation) -> (label: String, href: String) { (t("media.title"), MediaItemsController.path) }
}

/// What an item is called: it has no name of its own.
enum MediaWords {
    /// `Recordings, 22 Nov 2026 at 14:05 (+01:00)`
    static func title(_ media: MediaRecord, _ t: Translation, _ times: Times) -> String {
        title(media.kind, media.recordedAt, t, times)
    }

    private static func title(_ kind: MediaKind, _ recordedAt: Timestamp, _ t: Translation, _ times: Times) -> String {
        t("media.item", ["kind": kind.label(t), "time": times.inSentence(recordedAt)])
    }

    /// For records, which outlast it, in the account's language.
    static func scope(
        _ kind: MediaKind, _ recordedAt: Timestamp, userName: String?, number: String?, of account: ID<Account>, _ site: Site,
        on connection: any Connection
    ) throws -> String {
        let (t, times) = try accountWords(account, site, on: connection)
        let title = title(kind, recordedAt, t, times)
        let parts = [userName, number.map { PhoneNumbers.grouped($0) }].compactMap { $0 }.filter { !$0.isEmpty }
        return parts.isEmpty ? title : "\(title) · \(parts.joined(separator: " · "))"
    }

    static func searchText(id: ID<MediaFile>, userName: String?, number: String?, externalID: String?) -> String {
        SearchText.folded(
            userName ?? "", number ?? "", number.map { PhoneNumbers.grouped($0) } ?? "", externalID ?? "", id.description)
    }

    static func accountWords(
        _ account: ID<Account>, _ site: Site, on connection: any Connection
    ) throws -> (Translation, Times) {
        guard let place = try RetentionStore.place(of: account, on: connection) else { throw Refusal.notFound }
        let t = site.locales[Language(rawValue: place.language) ?? .english]
        return (t, Times(zone: site.zone(place.timeZone), translation: t, now: site.clock.now()))
    }
}
