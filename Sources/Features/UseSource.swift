// Each feature says in its `Feature` what of other features it uses, so that whoever deletes something asks all of them, and need not
// know any. They are asked behind the account's lock, which whoever begins to use something takes as well.

package import Database
package import Web

package struct UseSource: Sendable {
    private let prefix: String
    private let find: @Sendable (String, ID<Account>, any Connection) throws -> Uses

    /// - Parameter find: what of this account uses it, the first `Uses.maximumShown` by name.
    package init<Used: Identified & SendableMetatype>(
        of used: Used.Type, _ find: @escaping @Sendable (ID<Used>, ID<Account>, any Connection) throws -> Uses
    ) {
        prefix = Used.idPrefix
        self.find = { text, account, connection in try ID<Used>(text).map { try find($0, account, connection) } ?? Uses() }
    }

    fileprivate func uses<Used: Identified>(of id: ID<Used>, in account: ID<Account>, on connection: any Connection) throws -> Uses {
        guard prefix == Used.idPrefix else { return Uses() }
        return try find(id.description, account, connection)
    }
}

extension [UseSource] {
    package func uses<Used: Identified>(of id: ID<Used>, in account: ID<Account>, on connection: any Connection) throws -> Uses {
        try reduce(Uses()) { try $0 + $1.uses(of: id, in: account, on: connection) }
    }
}
