// What the pages of keys show.

import Database
import Templating
import Time
import Web

struct KeysPage: TemplateData {
    let mayManage: Bool
    let rows: [KeyRowView]
    let pager: PagerView
    let empty: EmptyView?
}

struct KeyRowView: TemplateData {
    let name: String
    let hint: String
    let scopes: [String]
    let state: BadgeView
    let created: TimeView
    let userName: String
    /// Nil: never.
    let expires: TimeView?
    let lastUsed: TimeView?
    /// Empty: it opens nothing any more, or the reader may not.
    let revocation: String

    init(_ key: KeyRecord, _ member: Member) {
        let t = member.t
        let state = key.state(at: member.now)
        name = key.name
        hint = "…\(key.hint)"
        scopes = key.scopes.map { $0.words(t) }
        self.state = state.badge(t)
        created = member.times.view(key.createdAt)
        userName = UnnamedActor(rawValue: key.userName)?.words(t) ?? key.userName
        expires = key.expiresAt.map { member.times.view($0) }
        lastUsed = key.lastUsedAt.map { member.times.view($0) }
        revocation = state == .good && member.may(.manageKeys) ? KeyController.path(of: key.id) + "/revoke" : ""
    }
}

/// The one time that it is shown.
struct KeySecretPage: TemplateData {
    let secret: CodeView
    let scopes: [String]
    let expires: TimeView?

    init(_ secret: String, _ key: KeyRecord, _ member: Member) {
        self.secret = CodeView(member.t("keys.secret.label"), secret, id: "secret")
        scopes = key.scopes.map { $0.words(member.t) }
        expires = key.expiresAt.map { member.times.view($0) }
    }
}

extension Scope {
    /// One that no feature knows any more has no words.
    func words(_ t: Translation) -> String { t.find("scope.\(rawValue)") ?? rawValue }
}

extension KeyRecord.State {
    func badge(_ t: Translation) -> BadgeView {
        let words = t("keys.state.\(rawValue)")
        switch self {
        case .good: return BadgeView(.good, words)
        case .expired: return BadgeView(.warning, words)
        case .revoked: return BadgeView(.neutral, words)
        }
    }
}
