// Tracking numbers: those that callers dial. Webhooks can be restricted to some, and know them as events do, by the number itself.

import Database
import Telephony
import Web

struct TrackingNumber: ReferenceItem {
    static let idPrefix = "tn"

    var id: ID<TrackingNumber>
    var name = ""
    var reference: String?
    /// E.164.
    var number = ""
    var version = 0

    init(id: ID<TrackingNumber>) { self.id = id }

    static let kind = ReferenceKind(
        name: "tracking_number", word: "tracking-numbers", table: "tracking_numbers", entity: .trackingNumber, limit: .trackingNumbers,
        creation: "tracking_number.create", change: "tracking_number.update")

    static let form = Form<TrackingNumber, ReferenceContext>("tracking_number") {
        naming(\.name, \.reference)
        Phone("number", \.number, country: { _, context in context.country })
    }

    static let record = Record(TrackingNumber(id: ID(value: 0))) {
        Column("id", \.id, isUpdated: false)
        Column("name", \.name)
        Column("reference", \.reference)
        Column("number", \.number)
        Column("version", \.version, isUpdated: false)
    }

    /// Several lines may be called "Sales".
    static let unique: [UniqueField<TrackingNumber>] = [.reference, UniqueField(name: "number", column: "number") { $0.number }]

    var searchText: String { SearchText.folded(name, reference ?? "", number, PhoneNumbers.grouped(number)) }

    func identifyingField(changedFrom stored: TrackingNumber) -> String? { number == stored.number ? nil : "number" }
}

extension DeletedEntity {
    static let trackingNumber = DeletedEntity("tracking_number")
}

extension Limit {
    static let trackingNumbers = Limit("tracking_numbers", standard: 1000) {
        "SELECT COUNT(*) FROM tracking_numbers WHERE account_id = \($0)"
    }
}
