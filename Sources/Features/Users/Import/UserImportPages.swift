// What the pages of an import show.

import Database
import Templating
import Web

struct UserUploadPage: TemplateData {
    struct Column: TemplateData {
        let label: String
        let text: String
    }

    let form: FormView
    let columns: [Column]
    let exportURL: String
}

struct UserImportPage: TemplateData {
    struct Line: TemplateData {
        let number: String
        let name: String
        let email: String
        let state: BadgeView
        let text: String
    }

    let notice: String
    /// That there is no room, or that columns are left out.
    let warnings: [String]
    let summary: String
    let lines: [Line]
    /// How many lines are not shown.
    let more: String
    let id: String
    let seen: String
    let mayApply: Bool
    let canInvite: Bool
    let submit: String
    let apply: String
    let again: String

    init(
        _ plan: UserImport, id: String, failures: [(UserImportLine, String)], notice: String, canSend: Bool, shown maximum: Int,
        _ member: Member
    ) {
        let t = member.t
        self.id = id
        seen = plan.seen
        self.notice = notice
        var warnings: [String] = []
        if plan.isTooMany { warnings.append(t("users.import.no_room", count: plan.room)) }
        if !plan.columns.unknown.isEmpty {
            warnings.append(t("users.import.unknown_columns", ["columns": plan.columns.unknown.joined(separator: ", ")]))
        }
        // Whoever takes their own rights away gets them back from somebody else only.
        if let own = plan.lines.first(where: { $0.givesAnotherRole(to: member.session.user) }) {
            warnings.append(t("users.import.own_role", ["line": member.numbers.text(own.number)]))
        }
        self.warnings = warnings
        let numbers = member.numbers
        summary = t(
            "users.import.summary",
            [
                "created": numbers.text(plan.created), "changed": numbers.text(plan.changed), "same": numbers.text(plan.same),
                "refused": numbers.text(plan.refused),
            ])
        let failed = Dictionary(failures.map { ($0.0.number, $0.1) }, uniquingKeysWith: { first, _ in first })
        let ordered = plan.lines.enumerated().sorted { left, right in
            (left.element.rank(failed), left.offset) < (right.element.rank(failed), right.offset)
        }.map(\.element)
        lines = ordered.prefix(maximum).map { line in
            let (state, text) = line.words(failed[line.number], t)
            return Line(number: numbers.text(line.number), name: line.name, email: line.email, state: state, text: text)
        }
        more = ordered.count > maximum ? t("users.import.more", count: ordered.count - maximum) : ""
        let due = plan.created + plan.changed
        mayApply = due > 0 && !plan.isTooMany
        canInvite = canSend && plan.created > 0
        submit = t(plan.refused > 0 ? "users.import.apply.but" : "users.import.apply", count: due)
        apply = UserImportController.previewPath
        again = UserImportController.path
    }
}

extension UserImportLine {
    fileprivate func givesAnotherRole(to user: ID<User>) -> Bool {
        guard case .change(let old, let new, _, _) = outcome else { return false }
        return old.id == user && old.role != new.role
    }

    /// What is wrong comes first, what nothing happens to last.
    fileprivate func rank(_ failed: [Int: String]) -> Int {
        if failed[number] != nil { return 0 }
        switch outcome {
        case .refused: return 0
        case .create: return 1
        case .change: return 2
        case .same: return 3
        }
    }

    fileprivate func words(_ failure: String?, _ t: Translation) -> (BadgeView, String) {
        if let failure { return (BadgeView(.bad, t("users.import.refused")), failure) }
        switch outcome {
        case .refused(let complaints): return (BadgeView(.bad, t("users.import.refused")), complaints.joined(separator: " "))
        case .create: return (BadgeView(.good, t("users.import.create")), "")
        case .change(_, _, _, let words): return (BadgeView(.info, t("users.import.change")), words.joined(separator: " "))
        case .same: return (BadgeView(.neutral, t("users.import.same")), "")
        }
    }
}
