// What the pages that place and release holds say before anybody decides, and the record that comes of it.

import Database
import HTTP
import Spelling
import Time
import Web

enum HoldMaking {
    static func hold(_ entry: HoldEntry, _ origin: HoldRecord.Origin, _ member: Member) -> HoldRecord {
        var hold = HoldRecord(id: entry.id, origin: origin, scope: entry.scope, reason: entry.reason)
        (hold.user, hold.userName, hold.createdAt) = (member.session.user, member.session.userName, member.now)
        return hold
    }

    /// What a form that was sent before has made.
    static func made(_ entry: HoldEntry, of account: ID<Account>, on connection: any Connection) throws -> Made {
        do {
            let hold = try HoldStore.hold(entry.id, of: account, on: connection)
            return hold.reason.isIdentical(to: entry.reason) ? .asAsked : .otherwise
        } catch Refusal.notFound {
            return .not
        }
    }

    // MARK: One item

    static func scope(ofItem id: ID<MediaFile>, _ member: Member, on connection: any Connection) throws -> String {
        let media = try MediaListStore.media(id, of: member.account.id, on: connection)
        return try MediaWords.scope(
            media.kind, media.recordedAt, userName: media.userName, number: media.trackingNumber, of: member.account.id, member.site,
            on: connection)
    }

    static func situation(ofItem id: ID<MediaFile>, _ member: Member, on connection: any Connection) throws -> HoldSituation {
        let t = member.t
        let media = try MediaListStore.media(id, of: member.account.id, on: connection)
        return HoldSituation(
            strong: t("media_hold.item.strong"), text: t("media_hold.item.text"),
            facts: [
                Fact(t("media.item.label"), MediaWords.title(media, t, member.accountTimes)), Fact(t("media.user"), media.userName ?? "–"),
                Fact(t("media.hold"), t(media.isHeld ? "media.held" : "media.not_held")),
            ], hasItems: media.state == "live")
    }

    // MARK: What matches a filter

    /// From the list that the page was opened from, or the form that it sent.
    static func filter(of member: Member) -> String {
        MediaFilter.carried(member.form["filter"].flatMap { try? FormData(urlEncoded: $0.utf8) } ?? member.query)
    }

    private static func parsed(_ filter: String, _ member: Member) throws -> MediaFilter {
        MediaFilter(try FormData(urlEncoded: filter.utf8), zone: member.accountTimes.zone)
    }

    static func scope(ofFilter filter: String, _ member: Member, on connection: any Connection) throws -> String {
        let (t, times) = try MediaWords.accountWords(member.account.id, member.site, on: connection)
        return try words(parsed(filter, member), t, times, member, on: connection)
    }

    private static func words(
        _ filter: MediaFilter, _ t: Translation, _ times: Times, _ member: Member, on connection: any Connection
    ) throws -> String {
        let userName = try filter.user.flatMap { try MediaListStore.userName($0, of: member.account.id, on: connection) }
        return filter.words(t, times, userName: userName)
    }

    static func situation(ofFilter filter: String, _ member: Member, on connection: any Connection) throws -> HoldSituation {
        let t = member.t
        let filter = try parsed(filter, member)
        let account = member.account.id
        let (count, isWhole) = try MediaListStore.tally(of: account, filter.resolved(in: account, on: connection), on: connection)
        return HoldSituation(
            strong: isWhole
                ? t("media_hold.filter.strong", count: count)
                : t("media_hold.filter.strong.at_least", ["count": member.numbers.text(count)]),
            text: t("media_hold.filter.text"),
            facts: [Fact(t("media_hold.filter"), try words(filter, t, member.accountTimes, member, on: connection))],
            // What was not looked at may hold some.
            hasItems: count > 0 || !isWhole)
    }

    // MARK: A release

    static func situation(
        ofRelease id: ID<MediaHold>, nextPurge: Timestamp, _ member: Member, on connection: any Connection
    ) throws -> HoldSituation {
        let t = member.t
        let hold = try HoldStore.hold(id, of: member.account.id, on: connection)
        let effect = try HoldStore.releaseEffect(of: id, in: member.account.id, asOf: nextPurge, on: connection)
        var facts = [
            Fact(t("media.hold.scope"), hold.scope), Fact(t("media.hold.reason"), hold.reason), Fact(t("media.hold.by"), hold.who(t)),
            Fact(t("media.hold.placed"), member.accountTimes.text(hold.createdAt)),
            Fact(t("media_release.freed"), member.numbers.text(effect.freed)),
            Fact(t("media_release.kept"), member.numbers.text(effect.kept)),
            Fact(
                t("media_release.due", ["date": member.accountTimes.inSentence(nextPurge)]),
                effect.due == 0
                    ? t("media_release.due.none")
                    : t("media.count", count: effect.due) + " (" + member.numbers.bytes(effect.dueBytes) + ")"),
        ]
        if !effect.isWhole { facts.append(Fact(t("media_release.partly"), t("media_release.partly.text"))) }
        return HoldSituation(
            strong: t(effect.isWhole ? "media_release.strong" : "media_release.strong.at_least", count: effect.freed),
            text: t(effect.due == 0 ? "media_release.text" : "media_release.text.due"), facts: facts, hasItems: true)
    }
}
