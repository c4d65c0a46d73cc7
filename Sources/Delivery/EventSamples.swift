// Believable data for every type, from a few shapes: what the documentation shows and the Test button sends.

package import JSON
import Spelling

package enum EventSamples {
    static let context = context(
        account: "demo", user: "usr_01jd8m2v7k3f9q5x0c6t4w8b1e", email: "camille.laurent@example.com", address: "203.0.113.24")

    /// In which account something happened, by whom, and from where.
    package static func context(account: String, user: String, email: String, address: String) -> JSONObject {
        ["account": .string(account), "user": ["id": .string(user), "email": .string(email)], "ip_address": .string(address)]
    }

    private static let user: JSONValue = [
        "id": "usr_01jd8m2v7k3f9q5x0c6t4w8b1e", "email": "camille.laurent@example.com", "name": "Camille Laurent",
    ]

    private static let call: JSONObject = [
        "call_id": "c-7f3a91d2", "direction": "inbound", "caller": "+33612345678", "callee": "+33187654321",
        "tracking_number": "+33187654300", "queue": "Sales", "user": user, "started_at": "2026-11-22T13:05:09.123Z",
    ]

    static func data(of type: EventType) -> JSONObject {
        if type.name == "test" { return ["message": "This is a test from Hookswitch."] }
        switch type.module.slug {
        case "users": return people(type)
        case "payment": return payment(type)
        case "interaction": return interaction(type)
        case "voice_campaign": return campaign(type)
        case "crm": return contact(type)
        case "cases":
            return ["case_id": "case-20418", "subject": "Invoice not received", "status": action(type), "priority": "normal", "user": user]
        case "sms_campaign": return type.name.begins(with: "sms_campaign") ? campaign(type) : message(type)
        case "whatsapp_campaigns": return message(type)
        case "exports":
            return ["export_id": "exp-311", "kind": "call_records", "format": "csv", "status": action(type), "rows": 12_480, "user": user]
        default: return resource(type)
        }
    }

    private static func words(of type: EventType) -> [Substring] {
        type.name.asciiLowercased.replacing(":", by: "_").words(between: "_")
    }

    /// The last word of the name: `payment:refunded` → `refunded`, `USER_CREATED` → `created`.
    private static func action(_ type: EventType) -> JSONValue {
        .string(words(of: type).last.map(String.init) ?? type.name)
    }

    private static func people(_ type: EventType) -> JSONObject {
        if type.name == "user:activity_changed" {
            return ["user": user, "activity": "pause", "previous_activity": "available", "reason": "Lunch"]
        }
        if type.name.begins(with: "GROUP") { return ["group": ["id": "grp-12", "name": "Support, first level"], "user": user] }
        if type.name.begins(with: "ROLE") { return role(id: "rol_01jd8m2v7k3f9q5x0c6t4w8b1f", name: "Supervisor", by: user) }
        if type.name.begins(with: "PERMISSION") {
            return ["role": ["id": "rol_01jd8m2v7k3f9q5x0c6t4w8b1f", "name": "Supervisor"], "permission": "calls:listen", "user": user]
        }
        return person(type, user, address: "203.0.113.24")
    }

    /// What an event tells of somebody, the product's own as well.
    ///
    /// - Parameter address: from where it was done; nil when that is nobody's business, or nowhere.
    package static func person(_ type: EventType, _ user: JSONValue, address: String?) -> JSONObject {
        var data: JSONObject = ["user": user, "action": .string(type.name.asciiLowercased)]
        if let address { data["ip_address"] = .string(address) }
        return data
    }

    package static func role(id: String, name: String, by user: JSONValue?) -> JSONObject {
        var data: JSONObject = ["role": ["id": .string(id), "name": .string(name)]]
        if let user { data["user"] = user }
        return data
    }

    private static func payment(_ type: EventType) -> JSONObject {
        [
            "payment_id": "pay-90112", "amount": .number("49.90"), "currency": "EUR", "status": action(type), "call_id": "c-7f3a91d2",
            "customer": ["name": "Nadia Benali", "phone": "+33698765432"],
        ]
    }

    private static func interaction(_ type: EventType) -> JSONObject {
        var data = call
        switch type.name {
        case "EMAIL_SENT", "PUSH_SENT": return message(type)
        case "call:start", "call": data["status"] = "ringing"
        case "call:update": data["status"] = "answered"
        case "call:end", "cdr":
            data["status"] = "ended"
            data["ended_at"] = "2026-11-22T13:09:41.870Z"
            data["duration_seconds"] = 272
            data["ended_by"] = "caller"
            data["cause"] = "normal"
        case "call:declined", "call:missed": data["status"] = action(type)
        case "call:transferred": data["transferred_to"] = "+33187654322"
        case "recording:ready":
            data["recording"] = ["id": "rec-5512", "seconds": 268, "format": "audio/ogg"]
        case "voicemail:left":
            data["voicemail"] = ["id": "vm-871", "seconds": 31]
        default:
            return [
                "conversation_id": "conv-3307", "channel": "chat", "status": action(type), "user": user,
                "customer": ["name": "Nadia Benali"],
            ]
        }
        return data
    }

    private static func campaign(_ type: EventType) -> JSONObject {
        var data: JSONObject = ["campaign_id": "camp-77", "name": "Autumn renewal", "targets": 1_250, "done": 418]
        if type.name.ends(with: "target_called") {
            data["call_id"] = "c-7f3a91d2"
            data["callee"] = "+33612345678"
            data["outcome"] = "answered"
        }
        return data
    }

    private static func contact(_ type: EventType) -> JSONObject {
        guard type.name.begins(with: "contact") else {
            return ["connector": "salesforce", "error": "The token has expired.", "failed_at": "2026-11-22T13:05:09.123Z", "records": 3]
        }
        return [
            "contact_id": "con-6641", "first_name": "Nadia", "last_name": "Benali", "phones": ["+33698765432"], "company": "Atelier Benali",
        ]
    }

    private static func message(_ type: EventType) -> JSONObject {
        var data: JSONObject = ["message_id": "msg-48213", "to": "+33612345678", "sender": "DEMO", "status": action(type), "parts": 1]
        if type.name == "EMAIL_SENT" { data["to"] = "nadia.benali@example.com" }
        if type.name.ends(with: ":failed") { data["error"] = "The number is not in service." }
        return data
    }

    private static func resource(_ type: EventType) -> JSONObject {
        let kind = words(of: type).dropLast().joined(separator: "_")
        return [
            "kind": .string(kind.isEmpty ? type.module.slug : kind), "id": "res-1027", "name": "Main menu", "action": action(type),
            "user": user,
        ]
    }
}
