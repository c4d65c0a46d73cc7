// People from a table: what each line would do, said before it is done. The rules are the form's own: a line is what somebody would
// have typed into it.

import Database
import HTTP
import Spelling
import Web

/// The table's columns: those of the form, by name or by label in any language.
struct UserColumns {
    enum Problem: Error, Equatable {
        case empty
        /// Without them nobody can be made, or found.
        case missing([String])
        /// Two columns of one name.
        case twice(String)
    }

    /// A table of more is none of people: what stands behind them is not looked at.
    private static let maximum = 200
    /// Of those that are left out, how many are named.
    private static let maximumNamed = 20

    /// The form's name of each column; nil for one that is not of the form.
    let names: [String?]
    /// As the table calls those that are left out.
    let unknown: [String]

    /// In the form's order, with the words of a language.
    static func labels(_ t: Translation) -> [(name: String, label: String)] {
        UserEntry.form.declaration.postedNames.compactMap { posted in
            if case .kept(let name, let label, _) = posted { (name, t(label)) } else { nil }
        }
    }

    init(_ head: CSVRecord?, _ locales: Locales) throws(Problem) {
        guard let head else { throw .empty }
        var known: [String: String] = [:]
        for language in Language.allCases {
            for (name, label) in Self.labels(locales[language]) {
                known[SearchText.folded(label)] = name
                known[name] = name
            }
        }
        let cells = head.cells.prefix(Self.maximum).map { TypedText.prefix(TypedText.line($0), maximumBytes: 200) }
        names = cells.map { known[SearchText.folded($0)] }
        let others = zip(cells, names).filter { $1 == nil && !$0.isEmpty }.map(\.0)
        unknown = others.count > Self.maximumNamed ? Array(others.prefix(Self.maximumNamed)) + ["…"] : others
        var seen: Set<String> = []
        for name in names.compactMap(\.self) where !seen.insert(name).inserted { throw .twice(name) }
        let missing = ["name", "email"].filter { !seen.contains($0) }
        guard missing.isEmpty else { throw .missing(missing) }
    }

    func cell(_ name: String, of record: CSVRecord) -> String? {
        names.firstIndex(of: name).flatMap { $0 < record.cells.count ? record.cells[$0] : "" }
    }
}

/// What is chosen in a form, as a table writes it: by name, several with semicolons between them.
struct UserChoices {
    /// Queues of one person; what stands behind them is looked for as one.
    private static let maximum = 500
    /// Of those that there are not; the line is refused then, and looking for the others would take seconds in a table of them.
    private static let maximumUnknown = 5
    /// Semicolons in the name of a queue.
    private static let maximumSemicolons = 10

    /// Capitals and accents may be other ones, where no other name has those.
    private struct Names {
        private var exact: [String: String] = [:]
        private var folded: [String: Set<String>] = [:]

        init(_ names: [(String, String)]) {
            for (name, id) in names {
                exact[name] = id
                folded[SearchText.folded(name), default: []].insert(id)
            }
        }

        subscript(_ cell: String) -> String? {
            // No name is longer, and folding takes its time.
            guard cell.utf8.count <= 1000 else { return nil }
            if let id = exact[TypedText.name(cell)] { return id }
            let found = folded[SearchText.folded(cell)] ?? []
            return found.count == 1 ? found.first : nil
        }
    }

    private let roles: Names
    private let queues: Names
    /// Parts between semicolons of the queue's name that has most.
    private let mostParts: Int

    init(_ context: UserContext) {
        let semicolons = context.queues.map { queue in queue.label.utf8.count { $0 == UInt8(ascii: ";") } }
        mostParts = 1 + min(semicolons.max() ?? 0, Self.maximumSemicolons)
        roles = Names(context.roles.map { ($0.entry.name, $0.entry.id.description) })
        queues = Names(context.queues.map { ($0.label, $0.item.description) })
    }

    /// The name of a role that is none stays what it is, and the form complains of it. Queues that are none the form would pass over, as
    /// some that have gone: they are given back.
    func type(_ cell: String, into typed: inout FormData, as name: String) -> [String] {
        switch name {
        case "role":
            // Left blank it is what they have, or what one begins with.
            if !TypedText.line(cell).isEmpty { typed.set(name, roles[cell] ?? cell) }
            return []
        case "queues":
            let (found, unknown) = chosen(in: cell)
            typed.set(name, nil)
            for id in found { typed.append(name, id) }
            return unknown
        default:
            typed.set(name, cell)
            return []
        }
    }

    private func chosen(in cell: String) -> (found: [String], unknown: [String]) {
        var (found, unknown) = ([String](), [String]())
        var rest = cell.parts(between: ";", maximum: Self.maximum)[...]
        while let part = rest.first, unknown.count < Self.maximumUnknown {
            // Some have semicolons in their name.
            let names = (1...min(mostParts, rest.count)).reversed().map { ($0, rest.prefix($0).joined(separator: ";")) }
            if TypedText.line(String(part)).isEmpty {
                rest = rest.dropFirst()
            } else if let (length, name) = names.first(where: { queues[$0.1] != nil }), let id = queues[name] {
                found.append(id)
                rest = rest.dropFirst(length)
            } else {
                unknown.append(TypedText.prefix(TypedText.name(String(part)), maximumBytes: 200))
                rest = rest.dropFirst()
            }
        }
        return (found, unknown)
    }
}

/// What one line would do.
struct UserImportLine {
    enum Outcome {
        case create(UserEntry, [FieldChange])
        /// - Parameter words: each field that becomes another, with both values.
        case change(UserEntry, to: UserEntry, [FieldChange], words: [String])
        case same
        case refused([String])
    }

    let number: Int
    let name: String
    let email: String
    let outcome: Outcome

    /// Of somebody who would be changed.
    fileprivate var changedVersion: Int? { if case .change(let old, _, _, _) = outcome { old.version } else { nil } }
}

struct UserImport {
    /// Lines of one table, its head not counted: five times what an account begins with.
    static let maximumLines = 5000

    let lines: [UserImportLine]
    let columns: UserColumns
    /// Room for so many more people.
    let room: Int

    var created: Int { lines.count { if case .create = $0.outcome { true } else { false } } }
    var changed: Int { lines.count { if case .change = $0.outcome { true } else { false } } }
    var same: Int { lines.count { if case .same = $0.outcome { true } else { false } } }
    var refused: Int { lines.count { if case .refused = $0.outcome { true } else { false } } }

    /// Of each line that changes somebody, what it was that it would change: sent with the page that shows it.
    var seen: String {
        lines.enumerated().compactMap { place, line in line.changedVersion.map { "\(place)-\($0)" } }.joined(separator: ".")
    }

    /// It would change somebody who is not as the page had them: that has to be seen first. What another press has done by now does not
    /// matter.
    func isOlder(_ seen: String) -> Bool {
        let seen = Set(seen.parts(between: ".", maximum: Self.maximumLines + 1).map { String($0) })
        return lines.enumerated().contains { place, line in line.changedVersion.map { !seen.contains("\(place)-\($0)") } ?? false }
    }

    /// More than the account may have: it is for a person to say who is to go without.
    var isTooMany: Bool { created > room }

    /// Looks each line up, and holds it against the form's rules. Throws `CSVProblem`, `UserColumns.Problem`.
    init(_ text: String, _ member: Member, _ store: UserStore, _ editing: UserEditing) throws {
        let records = try CSVInput.records(text, upTo: Self.maximumLines + 1)
        let columns = try UserColumns(records.first, member.site.locales)
        let rows = records.dropFirst()
        let emails = rows.map { NewUser.spelled(columns.cell("email", of: $0) ?? "") }
        let (stored, context, blank) = try member.read { connection in
            (
                try store.users(emails: Set(emails), of: member.account.id, on: connection), try editing.context(member, on: connection),
                try editing.new(by: member, on: connection)
            )
        }
        let choices = UserChoices(context)
        var lineOf: [String: Int] = [:]
        lines = zip(rows, emails).map { row, email in
            func line(_ outcome: UserImportLine.Outcome) -> UserImportLine {
                UserImportLine(
                    number: row.line, name: TypedText.prefix(TypedText.name(columns.cell("name", of: row) ?? ""), maximumBytes: 200),
                    email: TypedText.prefix(email, maximumBytes: 254), outcome: outcome)
            }
            let t = member.t
            if !email.isEmpty, let first = lineOf[email] {
                return line(.refused([t("users.import.twice", ["line": member.numbers.text(first)])]))
            }
            lineOf[email] = row.line
            let known = stored[email]
            if let known, !member.mayChange(known) { return line(.refused([t("users.beyond")])) }
            var entry = known?.entry ?? blank
            if known == nil { entry.id = store.nextID() }
            var typed = UserEntry.form.typed(entry)
            var unknown: [String] = []
            for name in columns.names.compactMap(\.self) {
                guard let cell = columns.cell(name, of: row) else { continue }
                unknown += choices.type(cell, into: &typed, as: name)
            }
            let situation = Situation(t, context)
            let (value, errors) = UserEntry.form.read(typed, over: entry, situation)
            var complaints = UserColumns.labels(t).filter { !errors[$0.name].isEmpty }.map {
                t("users.import.complaint", ["label": $0.label, "text": errors[$0.name]])
            }
            for name in unknown {
                complaints.append(
                    t("users.import.complaint", ["label": t("user.queues"), "text": t("users.import.no_queue", ["name": name])]))
            }
            if known == nil, errors["email"].isEmpty, let problem = context.domains.problem(with: value.email) {
                complaints.append(
                    t("users.import.complaint", ["label": t("user.email"), "text": UserEntry.form.message(problem, t)]))
            }
            guard complaints.isEmpty else { return line(.refused(complaints)) }
            let changes = UserEntry.form.changes(from: entry, to: value, situation)
            guard known != nil else { return line(.create(value, changes)) }
            let differences = UserEntry.form.differences(from: entry, to: value, situation)
            let none = t("shared.conflict.none")
            let words = differences.map { difference in
                t(
                    "users.import.becomes",
                    [
                        "label": difference.label, "old": difference.old.isEmpty ? none : difference.old,
                        "new": difference.new.isEmpty ? none : difference.new,
                    ])
            }
            return line(differences.isEmpty ? .same : .change(entry, to: value, changes, words: words))
        }
        self.columns = columns
        room = max(0, context.usage.maximum - context.usage.used)
    }
}
