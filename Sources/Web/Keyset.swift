// Pages of a list by the id that they start after, so that the thousandth page costs what the first does.

package import Database
package import HTTP

/// Where in a list a page is, from `after` (older than) and `before` (newer than) of its query.
package struct PagePosition<Entity: Identified> {
    package let after: ID<Entity>?
    package let before: ID<Entity>?

    package init(_ query: FormData) {
        after = query["after"].flatMap { ID($0) }
        before = after == nil ? query["before"].flatMap { ID($0) } : nil
    }

    /// The rows wanted are newer than `before`: to be read in ascending order.
    package var isBackward: Bool { before != nil }
    package var isFirst: Bool { after == nil && before == nil }

    /// `AND id < …`, or nothing. `column` is the id in a newest-first list.
    package func condition(on column: SQL) -> SQL {
        if let after { return "AND \(column) < \(after)" }
        if let before { return "AND \(column) > \(before)" }
        return ""
    }

    /// The same in a list by name, the first first. A row that has gone since leads to the beginning.
    ///
    /// - Parameters:
    ///   - name: what the list is in the order of, and `id`, which orders those of one name; columns of `rows`.
    ///   - rows: the list's own, `table WHERE …`: where a row of somebody else's would stand tells what its name is.
    package func condition(byName name: SQL, _ id: SQL, of rows: SQL, on connection: any Connection) throws -> SQL {
        guard let anchor = after ?? before else { return "" }
        let text: String? = try connection.value("SELECT \(name) FROM \(rows) AND \(id) = \(anchor)")
        guard let text else { return "" }
        return isBackward ? "AND (\(name), \(id)) < (\(text), \(anchor))" : "AND (\(name), \(id)) > (\(text), \(anchor))"
    }
}

/// One page of a list, newest first or by name, and whether there is more on either side.
package struct Keyset<Element> {
    package let elements: [Element]
    private let hasNewer: Bool
    private let hasOlder: Bool

    /// - Parameter found: up to `size` + 1 rows in the order they were read.
    package init<Entity>(_ found: [Element], size: Int, _ position: PagePosition<Entity>) {
        let page = Array(found.prefix(size))
        let hasMore = found.count > size
        elements = position.isBackward ? page.reversed() : page
        hasNewer = position.isBackward ? hasMore : !position.isFirst
        hasOlder = position.isBackward ? true : hasMore
    }

    /// Links that keep the filters. `id` gives the id in the list's order.
    package func pager<Entity>(
        path: String, query: FormData, isByName: Bool = false, id: (Element) -> ID<Entity>
    ) -> PagerView {
        func link(_ name: String, _ element: Element?) -> String? {
            guard let element else { return nil }
            var query = query
            query.set("after", nil)
            query.set("before", nil)
            query.set(name, id(element).description)
            return "\(path)?\(query.encoded())"
        }
        return PagerView(
            newer: hasNewer ? link("before", elements.first) : nil, older: hasOlder ? link("after", elements.last) : nil,
            isByName: isByName)
    }
}
