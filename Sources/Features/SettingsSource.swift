// What a feature sets for a whole account, for those who read the settings of all features together. The form's declaration says how
// they are written; no secret is ever in it.

package import Database
package import JSON
package import Web

package struct SettingsSource: Sendable {
    /// The form's.
    package let name: String
    package let json: @Sendable (App, ID<Account>, any Connection) throws -> JSONValue

    /// What is a list, and no form's.
    package init(list name: String, _ json: @escaping @Sendable (ID<Account>, any Connection) throws -> JSONValue) {
        self.name = name
        self.json = { try json($1, $2) }
    }

    package init<Value, Context>(
        _ form: Form<Value, Context>, load: @escaping @Sendable (App, ID<Account>, any Connection) throws -> Value
    ) {
        name = form.name
        json = { form.json(try load($0, $1, $2)) }
    }
}
