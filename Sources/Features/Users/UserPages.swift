// What the pages of people show.

import Database
import Mail
import Telephony
import Templating
import Web

struct UsersPage: TemplateData {
    let search: SearchView
    let selects: [SelectView]
    let isFiltered: Bool
    let mayManage: Bool
    let count: String
    let rows: [UserRowView]
    let exportURL: String
    let pager: PagerView
    let empty: EmptyView?
}

struct UserRowView: TemplateData {
    let href: String
    let name: String
    let email: String
    let role: String
    let state: BadgeView
    let lastSeen: TimeView?
    let factor: BadgeView

    init(_ user: UserRecord, _ member: Member) {
        href = UserController.path(of: user.entry.id)
        name = user.entry.name
        email = user.entry.email
        role = user.roleName
        state = user.badge(member.t)
        lastSeen = user.lastSeenAt.map { member.times.view($0) }
        factor = BadgeView(factor: user.hasFactor, member.t)
    }
}

struct UserPage: TemplateData {
    let href: String
    let email: String
    let role: String
    let state: BadgeView
    let mobile: PhoneView?
    let headOfLine: PhoneView?
    /// Their names.
    let queues: [String]
    let hasQueues: Bool
    let created: TimeView
    let lastSeen: TimeView?
    /// What became of the last letter.
    let mail: String
    let mailAt: TimeView?
    let isMailRefused: Bool
    /// Of the last SMS, likewise.
    let sms: String
    let smsAt: TimeView?
    let isRefusedSMS: Bool
    let mayHaveText: Bool
    let textSubmit: String
    let mayChange: Bool
    /// The visitor changes people, but not this one, who may do more.
    let isBeyond: Bool
    let isEnabled: Bool
    let isOwn: Bool
    let mayHaveLink: Bool
    let factor: BadgeView
    let hasFactor: Bool
    /// Where they are signed in, for those who may end it.
    let sessions: [SessionView]
    let hasSessions: Bool
    let hasOtherSessions: Bool
    let linkTitle: String
    let linkText: String
    let linkSubmit: String

    init(
        _ user: UserRecord, _ mail: MailReport?, _ text: SMSReport?, _ open: [ProfileStore.OwnSession], queues: [String], canSend: Bool,
        canText: Bool, _ member: Member
    ) {
        let t = member.t
        href = UserController.path(of: user.entry.id)
        email = user.entry.email
        role = user.roleName
        state = user.badge(t)
        mobile = user.entry.mobile.map { PhoneView($0) }
        headOfLine = user.entry.headOfLine.map { PhoneView($0) }
        self.queues = queues
        hasQueues = !queues.isEmpty
        created = member.times.view(user.createdAt)
        lastSeen = user.lastSeenAt.map { member.times.view($0) }
        self.mail =
            mail.map { mail in
                let email = InternationalName.shownAddress(mail.recipient)
                return t("users.mail.\(mail.state.rawValue)", ["email": email, "answer": mail.answer])
            } ?? ""
        mailAt = mail.map { member.times.view($0.at) }
        isMailRefused = [.refused, .expired, .unreadable].contains(mail?.state)
        isOwn = user.entry.id == member.session.user
        sms =
            text.map {
                t("users.sms.\($0.state.rawValue)", ["number": PhoneNumbers.grouped($0.recipient), "answer": $0.answer])
            } ?? ""
        smsAt = text.map { member.times.view($0.at) }
        isRefusedSMS = text.map { !$0.state.isGood } ?? false
        mayHaveText = canText && user.entry.mobile != nil && user.entry.id != member.session.user
        textSubmit = t("users.link.text", ["number": user.entry.mobile.map { PhoneNumbers.grouped($0) } ?? ""])
        mayChange = member.may(.managePeople) && member.mayChange(user)
        isBeyond = member.may(.managePeople) && !member.mayChange(user)
        isEnabled = user.isEnabled
        mayHaveLink = user.isEnabled && (canSend || !isOwn)
        factor = BadgeView(factor: user.hasFactor, t)
        hasFactor = user.hasFactor
        let path = href
        sessions = mayChange ? open.map { SessionView($0, endedAt: "\(path)/sessions/\($0.id)/end", member) } : []
        hasSessions = !sessions.isEmpty
        hasOtherSessions = sessions.contains { !$0.isThis }
        let kind = user.hasPassword ? "reset" : "invitation"
        linkTitle = t("users.link.\(kind).title")
        linkText = t("users.link.\(kind).\(canSend ? "mail" : "show")", ["email": user.entry.email])
        linkSubmit = t("users.link.\(kind).\(canSend ? "send" : "make")")
    }
}

extension UserRecord {
    func badge(_ t: Translation) -> BadgeView {
        let words = t("users.state.\(state.rawValue)")
        switch state {
        case .active: return BadgeView(.good, words)
        case .invited: return BadgeView(.info, words)
        case .disabled: return BadgeView(.neutral, words)
        }
    }
}
