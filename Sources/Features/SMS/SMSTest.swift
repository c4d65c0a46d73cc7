// The form of a test: to whom, and what.

import HTTP
import Telephony
import Web

struct SMSTest: Sendable {
    /// E.164; nil: none yet.
    var to = ""
    var text = ""

    /// As people count, which is what the longest message of most providers is.
    static let maximumText = 1600

    static let form = Form<SMSTest, SMSTestContext>("sms_test") {
        Phone("to", \.to, country: { _, context in context.country })
        Line(
            "text", \.text, .area, upTo: maximumText * 4,
            rule: { text, _ in text.unicodeScalars.count > maximumText ? "too_long" : nil },
            parsing: { text, _ in .success(SMSText.spelled(text)) })
        Part("sms/counter") { at, _ in SMSCounterView(at.context.text, at.t) }
    }
}

/// What the form and its page know besides what is typed.
struct SMSTestContext: Sendable {
    /// As whose people dial.
    let country: String
    /// As it is counted.
    let text: String
}
