// The menu of Client account settings as somebody sees it on a page: put in order once, at the start, because every page has it.

import Spelling

package struct Menu: Sendable {
    /// A class, so that going through them copies no texts.
    private final class Entry: Sendable {
        let tab: Tab
        let children: [Entry]

        init(_ tab: Tab, _ children: [Entry] = []) {
            (self.tab, self.children) = (tab, children)
        }

        var all: [Entry] { [self] + children }
    }

    package let tabs: [Tab]
    private let entries: [Entry]
    /// Those of which something is counted.
    let counted: [Tab]
    private let logs: [Tab]

    package init(_ tabs: [Tab]) {
        let ordered = tabs.sorted { $0.order < $1.order }
        self.tabs = ordered
        entries = ordered.filter { $0.parent == nil }.map { parent in
            Entry(parent, ordered.filter { $0.parent == parent.path }.map { Entry($0) })
        }
        counted = ordered.filter { $0.waiting != nil }
        logs = ordered.filter(\.isChangeLog)
    }

    /// The tab that a page at `path` belongs to: of a parent and a child with one address, the child.
    func tab(of path: String) -> Tab? { place(of: path)?.tab }

    /// The path of the tab, not a sub-tab, that a page at `path` belongs to; empty: to none.
    func area(of path: String) -> String { tab(of: path).map { $0.parent ?? $0.path } ?? "" }

    /// Where changes are listed; nil: nowhere for these rights, or `path` is no tab's own page.
    func changeLog(of path: String, rights: Set<Right>) -> Tab? {
        guard tabs.contains(where: { $0.path == path }) else { return nil }
        return logs.first { rights.contains($0.right) }
    }

    /// Where somebody with these rights begins.
    func firstPath(rights: Set<Right>) -> String? {
        for entry in entries {
            if let path = Self.address(of: entry, rights) { return path }
        }
        return nil
    }

    /// The tabs that somebody with these rights sees, the one of `path` open. A tab's own address may need more than its
    /// sub-tabs do, so a parent shows when any of it may be seen, and leads to the first that may.
    func views(rights: Set<Right>, waiting: [String: Int] = [:], path: String, _ t: Translation) -> [Frame.TabView] {
        let current = place(of: path, rights: rights)
        var views: [Frame.TabView] = []
        views.reserveCapacity(entries.count)
        var group: String?
        for entry in entries {
            guard let address = Self.address(of: entry, rights) else { continue }
            let tab = entry.tab
            let isOpen = current === entry || entry.children.contains { $0 === current }
            let children = isOpen ? entry.children.filter { rights.contains($0.tab.right) } : []
            let count = waiting.isEmpty ? 0 : waiting[tab.path] ?? 0
            views.append(
                Frame.TabView(
                    label: t(tab.label), href: address, isCurrent: current === entry && children.isEmpty, isOpen: isOpen,
                    group: tab.group == group ? "" : tab.group.map { t($0) } ?? "",
                    count: count > 0 ? Numbers(language: t.language).text(count) : "",
                    children: children.map {
                        Frame.ChildTabView(label: t($0.tab.label), href: $0.tab.path, isCurrent: $0.tab.path == current?.tab.path)
                    }))
            group = tab.group
        }
        return views
    }

    private static func address(of entry: Entry, _ rights: Set<Right>) -> String? {
        rights.contains(entry.tab.right) ? entry.tab.path : entry.children.first { rights.contains($0.tab.right) }?.tab.path
    }

    /// - Parameter rights: nil: whoever asks.
    private func place(of path: String, rights: Set<Right>? = nil) -> Entry? {
        var found: Entry?
        var closest = 0
        for entry in entries {
            // The child after its parent, so that it has what is as close to both.
            for one in entry.all {
                let closeness = one.tab.closeness(to: path)
                if closeness > 0, closeness >= closest, rights?.contains(one.tab.right) ?? true { (found, closest) = (one, closeness) }
            }
        }
        return found
    }
}

extension Tab {
    /// How much of `path` leads to this tab; 0 when it is no page of it.
    fileprivate func closeness(to path: String) -> Int {
        max(Self.length(of: self.path, leadingTo: path), pagesBelow.map { Self.length(of: $0, leadingTo: path) } ?? 0)
    }

    /// 0 when `path` is neither that nor below it.
    private static func length(of own: String, leadingTo path: String) -> Int {
        guard path.begins(with: own) else { return 0 }
        let rest = path.utf8.dropFirst(own.utf8.count)
        return rest.isEmpty || rest.first == UInt8(ascii: "/") ? own.utf8.count : 0
    }
}
