// What a feature gives to the product, all of it. What has to be known before there is anything to work with, the schema, the folders,
// the vocabularies, stands in the value itself; what needs the open installation is made by `run`. The menu, the rights, the
// administrators' roles, the route walk and the check of templates follow from these, so a feature that is in the list is whole.
// The shortest whole one, to be copied, is Tests/FeaturesTests/SmallTab.swift.

package import Cron
package import Database
package import Web

package struct Feature: Sendable {
    package let tabs: [Tab]
    /// All that its routes and pages ask for. Administrators have them by being administrators.
    package let rights: [Right]
    /// Those of its rights that the roles of a new account begin with.
    package let presets: [RolePreset: [Right]]
    /// When some of them count.
    package let conditions: [RightCondition]
    /// Of machines' keys.
    package let scopes: [Scope]
    /// What it can delete, for the Deletion history.
    package let deletes: [DeletedEntity]
    /// What it tells an account's administrators of by itself.
    package let raises: [AlertKind]
    /// What of its own an account may have only so many of.
    package let limits: [Limit]
    /// What of other features it uses: that cannot be deleted meanwhile.
    package let uses: [UseSource]
    /// From a hundred of its own.
    package let migrations: [Migration]
    /// Columns in which it keeps secrets.
    package let secrets: [SealedColumn]
    /// What it sets for a whole account.
    package let settings: [SettingsSource]
    /// In the data folder; made at the start.
    package let folders: [String]
    /// The account's picture in the frame, of the one feature that has it.
    package let accountLogo: AccountLogo?
    /// Rows for an account of the demonstration, in the transaction that makes it.
    package let demonstrate: @Sendable (App, ID<Account>, any Connection) throws -> Void
    package let run: @Sendable (App) throws -> Running

    /// What it does once the database is open.
    package struct Running: Sendable {
        package let routes: [Route]
        package let jobs: @Sendable () throws -> [Job]
        /// Called once, before the first job; what takes long goes on a thread of its own.
        package let onStart: @Sendable () throws -> Void
        /// Answers a form that was sent when its session had ended; of the one feature that signs people in.
        package let interruption: (@Sendable (Interruption) throws -> WebResponse)?

        package init(
            routes: [Route] = [], jobs: @escaping @Sendable () throws -> [Job] = { [] },
            onStart: @escaping @Sendable () throws -> Void = {},
            interruption: (@Sendable (Interruption) throws -> WebResponse)? = nil
        ) {
            self.routes = routes
            self.jobs = jobs
            self.onStart = onStart
            self.interruption = interruption
        }
    }

    package init(
        tabs: [Tab] = [], rights: [Right] = [], presets: [RolePreset: [Right]] = [:], conditions: [RightCondition] = [],
        scopes: [Scope] = [], deletes: [DeletedEntity] = [], raises: [AlertKind] = [], limits: [Limit] = [], uses: [UseSource] = [],
        migrations: [Migration] = [], secrets: [SealedColumn] = [], settings: [SettingsSource] = [], folders: [String] = [],
        accountLogo: AccountLogo? = nil,
        demonstrate: @escaping @Sendable (App, ID<Account>, any Connection) throws -> Void = { _, _, _ in },
        run: @escaping @Sendable (App) throws -> Running
    ) {
        self.tabs = tabs
        self.rights = rights
        self.presets = presets
        self.conditions = conditions
        self.scopes = scopes
        self.deletes = deletes
        self.raises = raises
        self.limits = limits
        self.uses = uses
        self.migrations = migrations
        self.secrets = secrets
        self.settings = settings
        self.folders = folders
        self.accountLogo = accountLogo
        self.demonstrate = demonstrate
        self.run = run
    }
}

extension [Feature] {
    /// The schema, in numbered steps: Web's from 100, each feature's from a hundred of its own.
    package var migrations: [Migration] { WebSchema.migrations + flatMap(\.migrations) }

    package var rights: RightCatalogue {
        let presets = RolePreset.allCases.map { preset in (preset, Set(flatMap { $0.presets[preset] ?? [] })) }
        return RightCatalogue(
            flatMap(\.rights), in: flatMap(\.tabs), flatMap(\.conditions), presets: Dictionary(uniqueKeysWithValues: presets))
    }
}
