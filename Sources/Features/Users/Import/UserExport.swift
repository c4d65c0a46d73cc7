// All people of an account as a table, in the very columns that the import reads, so that it can be changed and sent back.

import Database
import HTTP
import HTTPTypes
import Web

struct UserExport {
    static let path = UserController.path + ".csv"
    private static let pageSize = 500

    private let store: UserStore
    private let roles: RoleStore

    init(_ app: App) {
        (store, roles) = (UserStore(app), RoleStore(app))
    }

    /// What the list shows, all of it; with `raw`, for programs, formulas are not neutralised.
    @Sendable func show(_ member: Member) throws -> WebResponse {
        let account = member.account.id
        let filter = UserFilter(member.query, among: try member.read { try roles.roles(of: account, on: $0) })
        let t = member.t
        let times = member.times
        let database = member.site.database
        let csv = CSV(language: member.visit.language, isRaw: member.query["raw"] != nil)
        let columns = UserColumns.labels(t)
        return WebResponse(
            fields: [.contentType: "text/csv; charset=utf-8", .contentDisposition: "attachment; filename=\"users.csv\""],
            body: .stream { write in
                let head = columns.map(\.label) + ["users.state", "users.created_at", "users.last_seen"].map { t($0) }
                // The byte order mark makes spreadsheets read UTF-8.
                try write(ArraySlice(("\u{FEFF}" + csv.line(head)).utf8))
                var query = FormData()
                while true {
                    let (found, queues) = try database.read(for: .page(account)) { connection in
                        let found = try store.page(of: account, filter, at: PagePosition(query), size: Self.pageSize, on: connection)
                        return (found, try QueueMemberStore.names(of: found.elements.map(\.entry.id), on: connection))
                    }
                    let lines = found.elements.map { user in
                        let typed = UserEntry.form.typed(user.entry)
                        let cells = columns.map { column in
                            switch column.name {
                            case "role": user.roleName
                            case "queues": queues[user.entry.id]?.joined(separator: "; ") ?? ""
                            default: typed[column.name] ?? ""
                            }
                        }
                        return csv.line(
                            cells + [
                                t("users.state.\(user.state.rawValue)"), times.iso8601(user.createdAt),
                                user.lastSeenAt.map { times.iso8601($0) } ?? "",
                            ])
                    }
                    if !lines.isEmpty { try write(ArraySlice(lines.joined().utf8)) }
                    guard found.elements.count == Self.pageSize, let last = found.elements.last else { return }
                    query.set("after", last.entry.id.description)
                }
            })
    }
}
