// A form that makes something carries the new thing's id from the start, so that the same form sent twice, by an impatient finger or a
// step back, makes one thing: the second time leads to what the first has made.

package import Database

/// What has become of a form that was sent before.
package enum Made: Sendable {
    case not
    /// There is what it asks for.
    case asAsked
    /// There is what it made, and other things were asked for since.
    case otherwise
}

/// How a form's value has its id, and how to find what it made.
package struct Making<Value, Visitor>: Sendable {
    let id: @Sendable (Value) -> String
    let adopt: @Sendable (inout Value, String) -> Bool
    let made: @Sendable (Value, Visitor, any Connection) throws -> Made

    /// - Parameter made: looks for the id, in the visitor's account alone.
    package init<Entity: Identified & SendableMetatype>(
        _ path: any WritableKeyPath<Value, ID<Entity>> & Sendable, made: @escaping @Sendable (Value, Visitor, any Connection) throws -> Made
    ) {
        id = { $0[keyPath: path].description }
        adopt = { value, text in
            guard let id = ID<Entity>(text) else { return false }
            value[keyPath: path] = id
            return true
        }
        self.made = made
    }
}
