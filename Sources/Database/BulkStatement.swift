// One statement for many rows. Its text is made once for each power of two, so that a list of any length runs in few
// statements, all of them prepared already.

package struct BulkStatement: Sendable {
    /// More rows save nothing noticeable, and every row is parameters that the engine must know by name.
    private static let maximumRows = 64

    private let columns: Int
    private let before: Int
    private let after: Int
    private let isRepeatable: Bool
    /// For 1, 2, 4, … rows.
    private let shapes: [SQL]

    /// `head`, then for each row its values in parentheses, `constants` behind them, then `tail`. What is interpolated into
    /// `head` and `tail` only marks a place; the values come with each run.
    ///
    /// - Parameter isRepeatable: a row may as well be given twice, as in `IN (VALUES …)`. A list then is filled up with its last row where
    ///   that saves a statement.
    package init(_ head: SQL, columns: Int, constants: SQL = "", _ tail: SQL = "", isRepeatable: Bool = false) {
        let place: String? = nil
        self.init(head, row: (0..<columns).map { _ in "\(place)" as SQL }.joined(by: ", ") + constants, tail, isRepeatable: isRepeatable)
    }

    /// As above, where a row is more than its values: the places of `row` stand for them.
    package init(_ head: SQL, row: SQL, _ tail: SQL = "", isRepeatable: Bool = false) {
        self.isRepeatable = isRepeatable
        columns = row.values.count
        before = head.values.count
        after = tail.values.count
        let row = "(" + row + ")"
        var shapes: [SQL] = []
        var rows = 1
        while rows <= Self.maximumRows {
            shapes.append(head + Array(repeating: row, count: rows).joined(by: ", ") + tail)
            rows *= 2
        }
        self.shapes = shapes
    }

    /// - Parameter values: of all rows, one after the other.
    /// - Returns: how many rows of the table changed.
    @discardableResult
    package func execute(_ values: [SQLValue], before: [SQLValue] = [], after: [SQLValue] = [], on connection: any Connection) throws -> Int
    {
        var changed = 0
        try forEachPiece(of: values, before: before, after: after) { changed += try connection.execute($0) }
        return changed
    }

    package func forEachRow(
        _ values: [SQLValue], before: [SQLValue] = [], after: [SQLValue] = [], on connection: any Connection, _ body: (Row) throws -> Void
    ) throws {
        try forEachPiece(of: values, before: before, after: after) { try connection.forEachRow($0, body) }
    }

    private func forEachPiece(
        of values: [SQLValue], before: [SQLValue], after: [SQLValue], _ body: (SQL) throws -> Void
    ) throws {
        precondition(values.count.isMultiple(of: columns) && before.count == self.before && after.count == self.after)
        var start = 0
        while start < values.count {
            let rowsLeft = (values.count - start) / columns
            var shape = min(shapes.count - 1, Int.bitWidth - 1 - rowsLeft.leadingZeroBitCount)
            var fillings = 0
            if isRepeatable, shape + 1 < shapes.count, rowsLeft > 1 << shape {
                let missing = 2 << shape - rowsLeft
                if missing <= max(1, rowsLeft / 4) {
                    shape += 1
                    fillings = missing
                }
            }
            let end = min(values.count, start + columns << shape)
            var bound: [SQLValue] = []
            bound.reserveCapacity(before.count + columns << shape + after.count)
            bound += before
            bound += values[start..<end]
            for _ in 0..<fillings { bound += values.suffix(columns) }
            bound += after
            try body(shapes[shape].binding(bound))
            start = end
        }
    }
}
