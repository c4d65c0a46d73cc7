// Who confirms a deletion confirms the figures that were shown: they travel in the page, sealed, and are held against what is there when
// the answer comes.

import Database
import HTTP
import Spelling
import Templating
import Time
import Web

/// The figures of a page that asks, for one reader in one account.
struct ShownFigures: Equatable {
    /// What is asked, so that a confirmation of the one is none of the other.
    enum Question: String {
        case policy, purge
    }

    struct Sum: Equatable {
        let days: Int
        let items: Int
        let bytes: Int
    }

    /// The name of the field.
    static let field = "figures"
    /// What was shown longer ago is shown again before anything goes.
    private static let lasts = Duration.seconds(3600)

    let shownAt: Timestamp
    /// Of the account's policy, when they were shown.
    let version: Int
    /// In the order of all kinds; 0 days: kept without limit.
    let sums: [Sum]

    init(_ figures: [PurgeFigures], version: Int, at shownAt: Timestamp) {
        self.shownAt = shownAt
        self.version = version
        sums = figures.map { Sum(days: $0.days ?? 0, items: $0.items, bytes: $0.bytes) }
    }

    // MARK: In the page

    func hidden(_ question: Question, _ member: Member) throws -> HiddenField {
        let numbers = [Int(shownAt.milliseconds), version] + sums.flatMap { [$0.days, $0.items, $0.bytes] }
        let sealed = try member.site.vault.seal(
            numbers.map { String($0) }.joined(separator: " "), at: Self.place(question, member))
        return HiddenField(name: Self.field, value: Hexadecimal.text(of: sealed))
    }

    /// What came with a form. Nil when nothing did, when it was not given to this reader for this question, or too long ago.
    init?(_ question: Question, of member: Member) {
        guard let text = member.form[Self.field], let sealed = Hexadecimal.bytes(of: text),
            let opened = try? member.site.vault.open(sealed, at: Self.place(question, member))
        else { return nil }
        let numbers = opened.words(between: " ").compactMap { Int($0) }
        guard numbers.count == 2 + 3 * MediaKind.allCases.count else { return nil }
        shownAt = Timestamp(milliseconds: Int64(numbers[0]))
        version = numbers[1]
        sums = stride(from: 2, to: numbers.count, by: 3).map {
            Sum(days: numbers[$0], items: numbers[$0 + 1], bytes: numbers[$0 + 2])
        }
        // Nor of a clock that has been set back since.
        guard shownAt <= member.now, member.now - shownAt <= Self.lasts else { return nil }
    }

    private static func place(_ question: Question, _ member: Member) -> Vault.Place {
        Vault.Place(page: "retention figures", for: "\(question.rawValue)|\(member.owner)|\(member.session.user)")
    }

    // MARK: Compared

    func items(of kind: MediaKind) -> Int { MediaKind.allCases.firstIndex(of: kind).map { sums[$0].items } ?? 0 }

    /// They are of these days and no others.
    func isOf(_ policy: RetentionPolicy) -> Bool {
        version == policy.version && sums.map(\.days) == MediaKind.allCases.map { policy.days[$0] ?? 0 }
    }

    /// The kinds of which so much more or less would go now that who confirmed has to look again:
    /// **something where nothing was shown, or a number of items or of bytes that has changed by more than a tenth** – and by more than ten
    /// items, or 10 MB: among a few, a tenth is nothing that anybody would decide otherwise for.
    func changedALot(_ figures: [PurgeFigures]) -> [MediaKind] {
        zip(sums, figures).filter { shown, now in
            shown.items == 0 && now.items > 0 || Self.isALot(shown.items, now.items, moreThan: 10)
                || Self.isALot(shown.bytes, now.bytes, moreThan: 10_000_000)
        }.map(\.1.kind)
    }

    private static func isALot(_ before: Int, _ now: Int, moreThan least: Int) -> Bool {
        let change = abs(now - before)
        return change > least && change > before / 10
    }
}

/// A kind's figures as they were shown, and as they are.
struct ChangedFiguresView: TemplateData {
    struct Row: TemplateData {
        let kind: String
        let shown: String
        let now: String
    }

    let rows: [Row]

    init(_ shown: ShownFigures, _ figures: [PurgeFigures], _ member: Member) {
        let changed = shown.changedALot(figures)
        func text(_ items: Int, _ bytes: Int) -> String {
            items == 0
                ? member.t("retention.figures.nothing")
                : member.t("retention.changed.sum", count: items, ["size": member.numbers.bytes(bytes)])
        }
        rows = zip(shown.sums, figures).filter { changed.contains($1.kind) }.map { before, now in
            Row(kind: now.kind.label(member.t), shown: text(before.items, before.bytes), now: text(now.items, now.bytes))
        }
    }
}
