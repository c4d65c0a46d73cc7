// From settings to the product.

import Features
import HTTPClient
import Logging
import Web

extension Settings {
    /// Takes the data folder's lock and opens everything in it. Throws `VerbFailure`.
    func open(dataFolder: String, logger: Logger) throws -> Application {
        guard ResourceFolder.holdsResources(resources) else {
            throw VerbFailure(
                .unavailable, "Templates, Locales and Public are not in \(resources). Say in HOOKSWITCH_RESOURCES where they are.")
        }
        try DataFolder.prepare(dataFolder)
        do {
            var installation = Installation(
                dataFolder: dataFolder, resources: try Resources(folder: resources),
                policy: AddressPolicy(allowing: allowedRanges, allowsHTTP: allowsHTTP), address: address, workers: workers,
                readers: readers)
            installation.operatorsNeedFactor = !operatorsWithoutFactor
            installation.relay = relay
            installation.mailAddress = mailAddress
            return try Application(installation, logger: logger)
        } catch {
            throw VerbFailure(error)
        }
    }
}
