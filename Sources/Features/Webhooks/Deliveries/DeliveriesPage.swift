// What the list of deliveries shows. It is the page opened most often: a row holds finished words, made once a language.

import Database
import Delivery
import HTTPClient
import Templating
import Time
import Web

struct DeliveriesPage: TemplateData {
    let filters: FiltersView
    let rows: [DeliveryRowView]
    let pager: PagerView
    /// What links and buttons of rows carry along, so that one comes back to the same list.
    let carried: String
    let mayRetry: Bool
    let note: String
    /// Where the search goes on.
    let goOn: String
    let empty: EmptyView?
}

struct DeliveryRowView: TemplateData {
    let id: String
    let date: TimeView
    /// An event's name, to be broken between its words.
    let eventParts: [String]
    let url: URLView
    let authentication: String
    let code: String
    let badge: BadgeView
    let canRetry: Bool

    init(_ record: DeliveryRecord, _ words: DeliveryWords, _ times: inout TimeColumn, _ url: URLView) {
        id = record.id.description
        date = times.view(record.acceptedAt)
        eventParts = words.parts(ofType: record.eventType)
        self.url = url
        authentication = words.authentication(record.authentication)
        code = record.lastStatus.map { String($0) } ?? "–"
        badge = words.badge(
            record.state, attempts: record.attempts, type: record.eventType, nextAt: record.nextAt, status: record.lastStatus, times.times)
        canRetry = record.state.canRetry
    }

    static let fields = Fields<DeliveryRowView> {
        Text("date_text") { $0.date.text }
    }
}
