// Domain names: where the chat module may stand on a page. A browser is to load it within pages of these domains alone, whatever the port.

import Database
import Web

struct ChatDomain: DomainItem {
    static let idPrefix = "cdo"
    static let path = "/settings/security/domains"

    var id: ID<ChatDomain>
    var domain = ""

    init(id: ID<ChatDomain>) { self.id = id }

    static let kind = DomainKind(
        name: "chat_domain", path: path, table: "chat_domains", entity: .chatDomain, limit: .chatDomains, creation: "chat_domain.create")

    static let form = Form<ChatDomain, DomainContext<ChatDomain>>("chat_domain") {
        DomainName.line("domain", \.domain, mayBeWildcard: true)
    }
}

extension Feature {
    static let chatDomains = Feature(
        tabs: [.security(order: 71, label: "chat_domain.tab", path: ChatDomain.path)], deletes: [.chatDomain], limits: [.chatDomains],
        settings: [SettingsSource(list: "chat_domains") { try DomainStore.json(of: ChatDomain.self, in: $0, on: $1) }],
        demonstrate: { app, account, connection in
            try DomainStore.demonstrate(ChatDomain.self, ["www.", "*.shop.", "genève.agences."], app, account, on: connection)
        }
    ) { Running(routes: try DomainController<ChatDomain>($0).routes) }
}

extension DeletedEntity {
    static let chatDomain = DeletedEntity("chat_domain")
}

extension Limit {
    static let chatDomains = Limit("chat_domains", standard: 100) { "SELECT COUNT(*) FROM chat_domains WHERE account_id = \($0)" }
}
