// The calling codes by name, for whoever chooses the region of a national trunk.

import Telephony
import Web

extension CallingCodes {
    /// `+33 France`, in the order of the codes; of more than three countries the first two are named.
    static func options(_ t: Translation) -> [(value: String, label: String)] {
        countries.map { line in
            let named = line.countries.count > 3 ? 2 : line.countries.count
            let names = line.countries.prefix(named).map { name($0, t) }.joined(separator: ", ")
            let rest = line.countries.count - named
            return ("+\(line.code)", "+\(line.code) \(rest > 0 ? t("account.trunk_region.more", count: rest, ["names": names]) : names)")
        }
    }

    static func label(_ region: String, _ t: Translation) -> String {
        options(t).first { $0.value == region }?.label ?? region
    }

    /// Kosovo, Ascension and Tristan da Cunha have codes, but are not in ISO 3166-1.
    static func name(_ country: String, _ t: Translation) -> String {
        t.has("account.region.\(country)") ? t("account.region.\(country)") : Countries.name(country, t)
    }
}

extension Options where Item == String {
    static var callingCodes: Self { .of(callingCodeList) }
}

private let callingCodeList = OptionCatalogue { CallingCodes.options($0) }
