// What every page stands on, made once at the start and shared by all requests.

package import Database
package import Logging
package import Templating
import Threading
package import Time

package final class Site: Sendable {
    package let database: Database
    package let vault: Vault
    package let clock: Clock
    package let ids: IDGenerator
    package let address: SiteAddress
    private let resources: Resources
    package let logger: Logger
    package let version: String
    package let sessions: SessionStore
    package let passwords: Passwords
    package let keys: APIKeyStore
    let keyUses: KeyUses
    package let refused: RefusedEntries
    /// Where the features' files stand, and uploads under way.
    package let dataFolder: String
    /// Room for deleting on a full disk.
    package let reserve: DiskReserve
    package let rights: RightCatalogue
    private let zones = ShortLock<[String: Zone]>([:])

    package init(
        database: Database, vault: Vault, address: SiteAddress, clock: Clock, ids: IDGenerator, resources: Resources,
        passwords: Passwords, dataFolder: String, version: String, logger: Logger, rights: RightCatalogue,
        accountLogo: AccountLogo?, menu: Menu, operatorsNeedFactor: Bool
    ) {
        self.database = database
        self.vault = vault
        self.address = address
        self.clock = clock
        self.ids = ids
        self.resources = resources
        self.passwords = passwords
        self.dataFolder = dataFolder
        reserve = DiskReserve(folder: dataFolder)
        self.version = version
        self.logger = logger
        self.rights = rights
        sessions = SessionStore(
            ids: ids, clock: clock, rights: rights, accountLogo: accountLogo, counted: menu.counted,
            operatorsNeedFactor: operatorsNeedFactor)
        keys = APIKeyStore(clock: clock)
        keyUses = KeyUses(database: database, clock: clock)
        refused = RefusedEntries(database: database, clock: clock, logger: logger)
    }

    package var locales: Locales { resources.locales }
    package var assets: Assets { resources.assets }

    /// Uploads under way; on the file system of what they become.
    package var uploadFolder: String { dataFolder + "/uploads" }

    /// The template of a page in all languages. Throws what is wrong with it: called when controllers are made, so a bad template
    /// stops the start.
    package func page<Page: TemplateData>(_ name: String, _ page: Page.Type = Page.self) throws -> PageTemplate<Page> {
        try resources.page(name)
    }

    /// A template without a frame, for a part of a page, in all languages. Throws what is wrong with it, at the start.
    package func part<View: TemplateData>(_ name: String, _ view: View.Type = View.self) throws -> [Language: CompiledTemplate<View>] {
        try resources.part(name)
    }

    /// A stored zone was checked when it was stored; should the system's list have lost it since, UTC with its offset shown.
    package func zone(_ identifier: String) -> Zone {
        zones.withLock { zones in
            if let zone = zones[identifier] { return zone }
            let zone = Zone(identifier: identifier) ?? .utc
            zones[identifier] = zone
            return zone
        }
    }
}
