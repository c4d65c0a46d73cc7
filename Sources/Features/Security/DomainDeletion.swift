// What will be otherwise once a domain has gone from its list, said before it goes.

import Web

struct DomainDeletion {
    private static let maximumNamed = 5

    let strong: String
    let text: String
    /// As much of both as depends on the rest of the list. How many users there are does not, and changes all the time.
    private let ofList: String

    init<Item: DomainItem>(_ name: DomainName, _ context: DomainContext<Item>, _ t: Translation) {
        let others = context.names.filter { $0 != name }
        guard !Item.kind.isOfUsers else {
            strong = t(others.isEmpty ? "user_domain.delete.last" : "user_domain.delete.strong", ["domain": name.shown])
            let count = context.users[name] ?? 0
            text = count > 0 ? t("user_domain.delete.users", count: count) : t("user_domain.delete.nobody")
            ofList = strong
            return
        }
        if let wide = others.first(where: { $0.covers(name) }) {
            strong = t("chat_domain.delete.covered", ["domain": name.shown, "by": wide.shown])
            text = ""
            ofList = strong
            return
        }
        strong = t(
            name.isWildcard ? "chat_domain.delete.wildcard" : "chat_domain.delete.strong", ["domain": DomainName(stored: name.host).shown])
        let below = others.filter { name.covers($0) }.map(\.shown)
        var texts: [String] = []
        if !below.isEmpty {
            let named = below.prefix(Self.maximumNamed) + (below.count > Self.maximumNamed ? ["…"] : [])
            texts.append(t("chat_domain.delete.stay", ["domains": named.joined(separator: ", ")]))
        }
        if others.isEmpty { texts.append(t("chat_domain.delete.none_left")) }
        text = texts.joined(separator: " ")
        ofList = ([strong] + texts).joined(separator: " ")
    }

    func fact(_ t: Translation) -> Fact { Fact(t("security.delete.consequence"), ofList) }
}
