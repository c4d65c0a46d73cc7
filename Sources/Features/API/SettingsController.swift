// What the platform's services may read of an account's settings: those of every feature, as their forms declare them.

import Crypto
import Database
import Foundation
import HTTP
import HTTPTypes
import JSON
import Spelling
package import Web

extension Scope {
    package static let readSettings = Scope(
        "settings:read", needs: [.viewAccountSettings, .viewRetention, .viewSMS, .viewSecurity, .viewWebhooks, .viewPeople])
}

extension Feature {
    static let settingsAPI = Feature(scopes: [.readSettings]) { app in
        Running(routes: [.machine(.get, "/settings", .readSettings, SettingsController(app: app).show)])
    }
}

struct SettingsController {
    let app: App

    /// All settings of one moment, a member a feature. With a tag, so that a service which asks every minute is told that nothing is new.
    ///
    /// With `?user=`, an id or an email address, and `?queue=`, an id or a reference, or either alone, a member `effective` more: what
    /// applies to that person (country, language, time zone, head of line, supervision) or to a call from that queue, each as
    /// `{"value": …, "source": …}`. The source is `user` or `account`; of the head of line `queue`, `user`, `account` or `anonymous`, in
    /// this order; of supervision `account` while it is off there, and else `role`. The settings of the account stay beside it as they
    /// are: retention, for one, is never a person's own. The tag is of the whole answer, so each person has one of their own. 404 for
    /// somebody, or a queue, that the account has not, and 400 for a parameter that can name nothing.
    @Sendable func show(_ call: MachineCall) throws -> WebResponse {
        let sources = app.features.flatMap(\.settings)
        let question = try EffectiveQuestion(call.request.query)
        let members = try call.read { connection in
            let members = try sources.map { ($0.name, try $0.json(app, call.account, connection)) }
            guard let question else { return members }
            let effective = try EffectiveStore.settings(question, of: call.account, app.site.rights, on: connection)
            return members + [("effective", effective.json)]
        }
        return Self.answer(.object(JSONObject(members: members)), to: call.request)
    }

    private static func answer(_ json: JSONValue, to request: Request) -> WebResponse {
        var response = WebResponse.json(json)
        let tag = "\"\(Data(SHA256.hash(data: json.serialized()).prefix(16)).base64EncodedString())\""
        if matches(tag, ifNoneMatch: request.fields[.ifNoneMatch] ?? "") { response = .empty(.notModified) }
        response.fields[.eTag] = tag
        // May be kept, and asked about each time.
        response.fields[.cacheControl] = "private, no-cache"
        return response
    }

    /// The weak comparison of RFC 9110 § 13.1.2.
    private static func matches(_ tag: String, ifNoneMatch header: String) -> Bool {
        header.words(between: ",").contains { part in
            let text = part.withoutBlanks
            return text == "*" || text == tag || text == "W/" + tag
        }
    }
}
