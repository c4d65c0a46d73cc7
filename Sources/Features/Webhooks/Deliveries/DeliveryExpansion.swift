// What a row of the list opens to. It is fetched when it is opened: fifty of them were three quarters of the page. Without the script
// the row leads to the delivery in full.

import Database
import Delivery
import HTTP
import HTTPClient
import HTTPTypes
import Templating
import Time
import Web

struct DeliveryExpansion {
    /// Characters of a payload that it shows.
    static let excerpt = 600

    let event: ID<Event>
    let state: DeliveryState
    let attempts: Int
    let nextAt: Timestamp?
    let lastStatus: Int?
    let lastFault: String?
    /// Its beginning, up to one character more than is shown; nil unless asked for.
    let payload: String?
}

extension DeliveryStore {
    /// - Parameter withPayload: whether the payload is read at all.
    static func expansion(
        of delivery: ID<WebhookDelivery>, in account: ID<Account>, withPayload: Bool, on connection: any Connection
    ) throws -> DeliveryExpansion? {
        let payload: SQL = withPayload ? "SUBSTR(e.body, 1, CAST(\(DeliveryExpansion.excerpt + 1) AS INTEGER))" : "NULL"
        return try connection.first(
            """
            SELECT d.event_id, d.state, d.attempt, d.next_at, d.last_status, d.last_fault, \(payload)
            FROM deliveries d LEFT JOIN events e ON e.id = d.event_id
            WHERE d.id = \(delivery) AND d.account_id = \(account)
            """
        ) { row in
            DeliveryExpansion(
                event: try row.next(), state: try row.next(), attempts: try row.next(), nextAt: try row.next(),
                lastStatus: try row.next(), lastFault: try row.next(), payload: try row.next())
        }
    }
}

struct DeliveryExpansionView: TemplateData {
    let event: IdentifierView
    let attempts: Int
    let fault: String
    let next: TimeView?
    let payload: String
    let isPayloadCut: Bool

    init(_ expansion: DeliveryExpansion, _ words: DeliveryWords, _ times: Times) {
        event = IdentifierView(expansion.event.description)
        attempts = expansion.attempts
        fault = words.fault(expansion.lastFault, status: expansion.lastStatus)?.short ?? ""
        next = expansion.state == .pending ? expansion.nextAt.map { times.view($0) } : nil
        let payload = expansion.payload ?? ""
        isPayloadCut = payload.unicodeScalars.count > DeliveryExpansion.excerpt
        self.payload = isPayloadCut ? String(String.UnicodeScalarView(payload.unicodeScalars.dropLast())) : payload
    }
}

struct DeliveryExpansionController {
    private let templates: [Language: CompiledTemplate<DeliveryExpansionView>]
    private let words: [Language: DeliveryWords]

    init(_ app: App) throws {
        templates = try app.site.part("webhooks/deliveries/expansion")
        words = DeliveryWords.all(app.site.locales)
    }

    @Sendable func show(_ member: Member) throws -> WebResponse {
        let id = try member.id(as: WebhookDelivery.self)
        let withPayload = member.may(.viewPayloads)
        let found = try member.read { try DeliveryStore.expansion(of: id, in: member.account.id, withPayload: withPayload, on: $0) }
        guard let found else { throw Abort(.notFound) }
        let language = member.t.language
        guard let template = templates[language] else { throw Abort(.notFound) }
        return .html(template.render(DeliveryExpansionView(found, words[language] ?? DeliveryWords(member.t), member.times)))
    }
}
