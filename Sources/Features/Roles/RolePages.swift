// What the pages of roles show.

import Database
import Templating
import Web

struct RolesPage: TemplateData {
    let mayManage: Bool
    let rows: [RoleRowView]
}

struct RoleRowView: TemplateData {
    let href: String
    let name: String
    let people: String
    let rights: [Fact]
    /// In place of rights: everything, or nothing.
    let summary: String

    init(_ role: RoleRecord, people count: Int, _ member: Member) {
        href = RoleController.path(of: role.entry.id)
        name = role.entry.name
        let maximum = RoleStore.maximumCounted
        people = count > maximum ? member.t("roles.many", ["count": member.numbers.text(maximum)]) : member.numbers.text(count)
        rights = role.facts(member)
        summary = role.summary(member.t)
    }
}

struct RolePage: TemplateData {
    struct Holder: TemplateData {
        let name: String
        /// Empty: the reader may not see people.
        let href: String
    }

    let href: String
    let rights: [Fact]
    let summary: String
    /// Among the rights is one that does not count just now.
    let isSuspended: Bool
    /// Supervision is on in the account, and this role is without it.
    let lacksSupervision: Bool
    let people: String
    /// All of them in the list of users; empty where there are none, or the reader may not see people.
    let peopleHref: String
    let holders: [Holder]
    let more: String
    let mayCopy: Bool
    let mayChange: Bool
    let mayDelete: Bool
    let isAdministrator: Bool

    init(_ role: RoleRecord, _ holders: RoleHolders, suspended: Set<Right>, _ member: Member) {
        let t = member.t
        href = RoleController.path(of: role.entry.id)
        rights = role.facts(member)
        summary = role.summary(t)
        isSuspended = !role.authority.rights.isDisjoint(with: suspended)
        lacksSupervision = !suspended.contains(.supervise) && !role.authority.rights.contains(.supervise)
        people = holders.count == 0 ? t("roles.people.none") : t("roles.people", count: holders.count)
        let seesPeople = member.may(.viewPeople)
        peopleHref = seesPeople && holders.count > 0 ? UserController.path(havingRole: role.entry.id) : ""
        self.holders = holders.people.map { person in
            Holder(name: person.name, href: seesPeople ? UserController.path(of: person.id) : "")
        }
        let further = holders.count - holders.people.count
        more = further > 0 ? t("roles.people.more", count: further) : ""
        isAdministrator = role.authority.isAdministrator
        let mayManage = member.may(.manageRoles)
        mayCopy = mayManage && member.session.authority.covers(role.authority.rights)
        mayChange = mayManage && member.session.authority.covers(role.authority)
        mayDelete = mayChange && !isAdministrator && holders.count == 0
    }

    static let fields = Fields<RolePage> {
        Flag("held") { !$0.holders.isEmpty }
    }
}

extension RoleRecord {
    /// By module. Of administrators none are named: they have those that come later, too.
    func facts(_ member: Member) -> [Fact] {
        authority.isAdministrator ? [] : member.site.rights.words(authority.rights, member.t).map { Fact($0.label, $0.text) }
    }

    func summary(_ t: Translation) -> String {
        if authority.isAdministrator { return t("roles.everything") }
        return authority.rights.isEmpty ? t("roles.nothing") : ""
    }
}

/// The way up from the pages of a role.
enum RoleStep {
    static func list(_ t: Translation) -> (label: String, href: String) { (t("roles.title"), RoleController.path) }
}
