// Placing and releasing legal holds: each page says what it is on and asks for the reason, which the record keeps.

import Database
import HTTP
import HTTPTypes
import Templating
import Time
import Web

struct HoldController {
    static let path = "/settings/retention/holds"
    static let newPath = path + "/new"
    private static let pageSize = 50

    private let work: HoldWork
    private let list: PageTemplate<HoldsPage>
    private let onItem: SettingsEditor<Member, HoldEntry, HoldSituation>
    private let byFilter: SettingsEditor<Member, HoldEntry, HoldSituation>
    private let release: SettingsEditor<Member, HoldRelease, HoldSituation>

    static func releasePath(of hold: ID<MediaHold>) -> String { "\(path)/\(hold)/release" }

    init(_ app: App, _ work: HoldWork) throws {
        let template: PageTemplate<HoldFormPage> = try app.site.page("retention/hold")
        let site = app.site
        let schedule = try PurgeSchedule(app)
        self.work = work
        list = try site.page("retention/holds")
        let making = Making<HoldEntry, Member>(\.id, made: { try HoldMaking.made($0, of: $1.account.id, on: $2) })
        onItem = try SettingsEditor(
            HoldEntry.form, at: MediaItemsController.path + "/{id}/hold", action: "media.hold", making: making, subject: { $0.scope }, site,
            load: { member, connection in
                HoldEntry(id: member.site.ids.next(), scope: try HoldMaking.scope(ofItem: member.id(), member, on: connection))
            },
            context: { member, _, connection in try HoldMaking.situation(ofItem: member.id(), member, on: connection) },
            save: { new, _, member, connection in
                try HoldStore.place(HoldMaking.hold(new, .item, member), onItem: member.id(), in: member.account.id, on: connection)
            },
            page: { view, _, situation, member in
                let item = MediaItemsController.path(of: try member.id())
                let title = member.t("media_hold.title")
                let head = PageHead(title, up: [MediaStep.list(member.t), (member.t("media.this"), item)])
                return try Self.show(view, situation, template, back: item, head, member)
            })
        byFilter = try SettingsEditor(
            HoldEntry.form, at: Self.newPath, action: "media.hold", making: making, subject: { $0.scope }, site,
            load: { member, connection in
                let filter = HoldMaking.filter(of: member)
                return HoldEntry(
                    id: member.site.ids.next(), filter: filter, scope: try HoldMaking.scope(ofFilter: filter, member, on: connection))
            },
            context: { member, entry, connection in try HoldMaking.situation(ofFilter: entry.filter, member, on: connection) },
            save: { new, _, member, connection in
                var hold = HoldMaking.hold(new, .filter, member)
                let account = member.account.id
                hold.filter = try MediaFilter.stored(
                    try FormData(urlEncoded: new.filter.utf8), zone: member.account.timeZone, before: site.ids.next(), in: account, site,
                    on: connection)
                try HoldStore.begin(hold, MediaFilter(ofHold: hold.filter, site), in: account, on: connection)
            },
            page: { view, entry, situation, member in
                var view = view
                view.hidden.append(HiddenField(name: "filter", value: entry.filter))
                let head = PageHead(member.t("media_hold.title.filter"), up: [MediaStep.list(member.t)])
                return try Self.show(view, situation, template, back: MediaItemsController.path(of: entry.filter), head, member)
            })
        release = try SettingsEditor(
            HoldRelease.form, at: Self.path + "/{id}/release", action: "media.release", subject: { $0.scope }, site,
            load: { member, connection in
                let hold = try HoldStore.hold(member.id(), of: member.account.id, on: connection)
                return HoldRelease(id: hold.id, scope: hold.scope)
            },
            context: { member, _, connection in
                let next = schedule.next(after: member.now, in: member.accountTimes.zone) ?? member.now
                return try HoldMaking.situation(ofRelease: member.id(), nextPurge: next, member, on: connection)
            },
            save: { new, _, member, connection in
                try HoldStore.beginRelease(
                    new.id, for: new.reason, by: member.session.userName, at: member.now, in: member.account.id, on: connection)
            },
            page: { view, _, situation, member in
                var view = view
                view.isWarning = true
                let head = PageHead(member.t("media_release.title"), up: [(member.t("media.holds.title"), Self.path)])
                return try Self.show(view, situation, template, back: Self.path, head, member)
            })
    }

    var routes: [Route] {
        onItem.routes(.needs(.manageRetention), update: placeOnItem) + byFilter.routes(.needs(.manageRetention), update: placeByFilter)
            + [.get(Self.path + "/{id}/release", .needs(.manageRetention), askRelease)]
            + release.routes(.needs(.manageRetention), update: end).dropFirst()
    }

    private static func show(
        _ view: FormView, _ situation: HoldSituation, _ template: PageTemplate<HoldFormPage>, back: String, _ head: PageHead,
        _ member: Member
    ) throws -> WebResponse {
        var view = view
        view.wayOut = .init(member.t("media_hold.back"), to: back)
        if !situation.hasItems { view.notice = member.t("media_hold.nothing") }
        let page = HoldFormPage(strong: situation.strong, text: situation.text, facts: situation.facts, form: view)
        return try member.page(template, page, head, hasErrors: view.isRefused)
    }

    // MARK: The list

    @Sendable func index(_ member: Member) throws -> WebResponse {
        let t = member.t
        let filter = HoldFilter(member.query)
        let found = try member.read {
            try HoldStore.page(of: member.account.id, filter, at: PagePosition(member.query), size: Self.pageSize, on: $0)
        }
        let isFiltered = filter.part != .inForce || filter.placer != nil
        let page = HoldsPage(
            selects: [
                SelectView(
                    "state", t("media.hold.state"), selected: filter.part.rawValue,
                    options: HoldFilter.Part.allCases.map {
                        ($0.rawValue, t("media.holds.part.\($0 == .inForce ? "in_force" : $0.rawValue)"))
                    }),
                SelectView(
                    "by", t("media.hold.by"), selected: filter.placer?.rawValue ?? "",
                    options: [("", t("media.any"))] + HoldFilter.Placer.allCases.map { ($0.rawValue, t("media.holds.by.\($0.rawValue)")) }),
            ], isFiltered: isFiltered, rows: found.elements.map { HoldRowView($0, member) },
            pager: found.pager(path: Self.path, query: member.query) { $0.id },
            empty: !found.elements.isEmpty
                ? nil
                : isFiltered
                    ? EmptyView(
                        t("media.holds.none_fits.title"), t("media.holds.none_fits.text"),
                        action: (Self.path, t("media.holds.part.in_force")))
                    : EmptyView(
                        t("media.holds.none.title"), t("media.holds.none.text"), action: (MediaItemsController.path, t("media.title"))))
        let head = PageHead(t("media.holds.title"), lead: t("media.holds.lead"), up: [(t("retention.title"), "/settings/retention")])
        return try member.page(list, page, head)
    }

    // MARK: Placing

    @Sendable private func placeOnItem(_ member: Member) throws -> WebResponse {
        let item = MediaItemsController.path(of: try member.id())
        do {
            return try onItem.save(try onItem.submission(member), to: item, after: { member.t("media_hold.saved") })
        } catch is HoldStore.TooLate {
            return member.redirect(to: item, .warning, saying: member.t("media.hold.too_late"))
        }
    }

    @Sendable private func placeByFilter(_ member: Member) throws -> WebResponse {
        // Without it all items would come under it.
        guard let filter = member.form["filter"], (try? FormData(urlEncoded: filter.utf8)) != nil else {
            return member.redirect(to: MediaItemsController.path, .warning, saying: member.t("media.hold.lost"))
        }
        var submission = try byFilter.submission(member)
        if !submission.context.hasItems, submission.made == .not { submission.errors.add("notice", member.t("media_hold.nothing")) }
        let id = submission.value.id
        return try byFilter.save(submission, to: HoldController.path, after: { try carryOut(id, member) })
    }

    // MARK: Releasing

    @Sendable private func askRelease(_ member: Member) throws -> WebResponse { try refusal(member) ?? release.edit(member) }

    @Sendable private func end(_ member: Member) throws -> WebResponse {
        if let refusal = try refusal(member) { return refusal }
        let id: ID<MediaHold> = try member.id()
        do {
            return try release.save(try release.submission(member), to: HoldController.path, after: { try carryOut(id, member) })
        } catch is HoldStore.AlreadyReleased {
            return try refusal(member) ?? member.redirect(to: HoldController.path)
        }
    }

    /// Where there is nothing to release, or not yet.
    private func refusal(_ member: Member) throws -> WebResponse? {
        let hold = try member.read { try HoldStore.hold(member.id(), of: member.account.id, on: $0) }
        switch hold.state {
        case .placed: return nil
        case .placing:
            return member.redirect(to: HoldController.path, .info, saying: member.t("media.hold.not_yet"))
        case .releasing, .released:
            return member.redirect(
                to: HoldController.path, .info, saying: member.t("media.hold.released_already", ["name": hold.releasedBy ?? ""]))
        }
    }

    /// As far as it comes while somebody waits, and what to say then.
    private func carryOut(_ id: ID<MediaHold>, _ member: Member) throws -> String {
        work.begin(in: member.account.id)
        let hold = try member.read { try HoldStore.hold(id, of: member.account.id, on: $0) }
        switch hold.state {
        case .placing: return member.t("media.hold.goes_on")
        case .placed:
            let done = member.t("media.hold.done", count: hold.items)
            return hold.late == 0 ? done : "\(done) \(member.t("media.hold.late", count: hold.late))"
        case .releasing: return member.t("media.release.goes_on")
        case .released: return member.t("media.release.done", count: hold.freed)
        }
    }
}
