// The one place where a page's values are reached through untyped pointers. A template of any page type must be one flat
// program, and a pointer costs nothing where an existential or a copy of the struct would retain every field of every row.
//
// Why it is sound: an accessor made for Root is stored only in a `Schema` of Root, the compiler resolves a name to a pair of
// (accessor, slot) where the slot holds values of that schema, and the renderer fills the slot from the value of that type:
// the page itself, or what the accessor that opened the section lent for the length of a call. No pointer outlives its call.

/// How one declared field of some struct is written, tested and entered. Which of the three make sense is up to its kind.
final class Accessor: Sendable {
    typealias Write = @Sendable (UnsafeRawPointer, inout OutputBuffer) -> Void
    typealias Test = @Sendable (UnsafeRawPointer) -> Bool
    typealias Visit = @Sendable (UnsafeRawPointer, (UnsafeRawPointer) -> Void) -> Void

    /// Where, from the address that the accessor is given, what its closures take begins: a stored property's place in its struct.
    private let offset: Int
    private let writing: Write
    private let testing: Test
    private let visiting: Visit

    init(
        offset: Int = 0, write: @escaping Write = { _, _ in }, isTruthy: @escaping Test = { _ in false },
        visit: @escaping Visit = { _, _ in }
    ) {
        self.offset = offset
        writing = write
        testing = isTruthy
        visiting = visit
    }

    /// Appends the value's bytes, escaped unless it is markup.
    @inline(__always)
    func write(_ root: UnsafeRawPointer, _ output: inout OutputBuffer) { writing(root + offset, &output) }

    @inline(__always)
    func isTruthy(_ root: UnsafeRawPointer) -> Bool { testing(root + offset) }

    /// Calls the body with a pointer to each part: none where the value is falsy.
    @inline(__always)
    func visit(_ root: UnsafeRawPointer, _ body: (UnsafeRawPointer) -> Void) { visiting(root + offset, body) }

    /// The same of a stored property: `self` is given the address of its value.
    func stored(at offset: Int) -> Accessor {
        Accessor(offset: self.offset + offset, write: writing, isTruthy: testing, visit: visiting)
    }
}

/// Calls the getter on the value in place. `~Copyable` is what forbids the compiler to copy the struct first, which would
/// retain and release every string in it for each value written.
@inline(__always)
private func read<Root: ~Copyable, Value>(_ root: UnsafeRawPointer, _ get: (borrowing Root) -> Value) -> Value {
    get(root.assumingMemoryBound(to: Root.self).pointee)
}

extension Accessor {
    static func text<Root>(_ get: @escaping @Sendable (Root) -> String) -> Accessor {
        Accessor(
            write: { root, output in output.append(escaping: read(root, get)) },
            isTruthy: { root in !read(root, get).isEmpty },
            visit: { root, body in
                let text = read(root, get)
                if !text.isEmpty { withUnsafePointer(to: text) { body(UnsafeRawPointer($0)) } }
            })
    }

    static func optionalText<Root>(_ get: @escaping @Sendable (Root) -> String?) -> Accessor {
        Accessor(
            write: { root, output in
                if let text = read(root, get) { output.append(escaping: text) }
            },
            isTruthy: { root in read(root, get)?.isEmpty == false },
            visit: { root, body in
                if let text = read(root, get), !text.isEmpty {
                    withUnsafePointer(to: text) { body(UnsafeRawPointer($0)) }
                }
            })
    }

    static func number<Root>(_ get: @escaping @Sendable (Root) -> Int) -> Accessor {
        Accessor(write: { root, output in output.append(number: read(root, get)) })
    }

    static func flag<Root>(_ get: @escaping @Sendable (Root) -> Bool) -> Accessor {
        Accessor(isTruthy: { root in read(root, get) })
    }

    static func markup<Root>(_ get: @escaping @Sendable (Root) -> Markup) -> Accessor {
        Accessor(write: { root, output in output.append(markup: read(root, get).html) })
    }

    static func part<Root, Part>(_ get: @escaping @Sendable (Root) -> Part) -> Accessor {
        Accessor(
            isTruthy: { _ in true },
            visit: { root, body in
                withUnsafePointer(to: read(root, get)) { body(UnsafeRawPointer($0)) }
            })
    }

    static func optionalPart<Root, Part>(_ get: @escaping @Sendable (Root) -> Part?) -> Accessor {
        Accessor(
            isTruthy: { root in read(root, get) != nil },
            visit: { root, body in
                if let part = read(root, get) { withUnsafePointer(to: part) { body(UnsafeRawPointer($0)) } }
            })
    }

    static func list<Root, Part>(_ get: @escaping @Sendable (Root) -> [Part]) -> Accessor {
        Accessor(
            isTruthy: { root in !read(root, get).isEmpty },
            visit: { root, body in
                read(root, get).withUnsafeBufferPointer { parts in
                    guard let first = parts.baseAddress else { return }
                    for index in 0..<parts.count { body(UnsafeRawPointer(first + index)) }
                }
            })
    }

    /// A part that stands where the accessor is pointed at: nothing is copied, and nothing of its type need be known.
    static let storedPart = Accessor(isTruthy: { _ in true }, visit: { root, body in body(root) })

    /// `{{first.rest}}`: `rest` of the part that `first` enters, and falsy where there is none.
    static func path(_ first: Accessor, _ rest: Accessor) -> Accessor {
        Accessor(
            write: { root, output in first.visit(root) { rest.write($0, &output) } },
            isTruthy: { root in
                var isTruthy = false
                first.visit(root) { isTruthy = rest.isTruthy($0) }
                return isTruthy
            },
            visit: { root, body in first.visit(root) { rest.visit($0, body) } })
    }
}
