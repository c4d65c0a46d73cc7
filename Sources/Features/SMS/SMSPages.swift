// What the pages of SMS show.

import HTTPClient
import Telephony
import Templating
import Web

struct SMSPage: TemplateData {
    let form: FormView
    let mayTest: Bool
    let testPath = SMSTestController.path
    /// There is no provider: it says how to begin.
    let isEmpty: Bool
    let isUnreadable: Bool
    let last: SMSLastTestView?

    init(_ form: FormView, _ settings: SMSSettings, _ last: SMSTestResult?, _ member: Member) {
        self.form = form
        mayTest = settings.url != nil
        isEmpty = settings.url == nil && !form.isRefused
        isUnreadable = settings.isUnreadable
        self.last = last.map { SMSLastTestView($0, member) }
    }
}

/// The last test, beside the settings that it was made with or not.
struct SMSLastTestView: TemplateData {
    let status: BadgeView
    let recipient: PhoneView
    let at: TimeView
    let href: String

    init(_ test: SMSTestResult, _ member: Member) {
        let t = member.t
        status = test.verdict == .accepted ? BadgeView(.good, t("sms.test.good")) : BadgeView(.bad, t("outgoing.test.bad"))
        recipient = PhoneView(test.recipient)
        at = member.times.view(test.exchange.startedAt)
        href = SMSTestController.path(of: test.id)
    }
}

struct SMSTestResultPage: TemplateData {
    let exchange: ExchangeView
    let recipient: PhoneView
    let again = SMSTestController.path
    let isAccepted: Bool

    init(_ test: SMSTestResult, _ member: Member) {
        let t = member.t
        recipient = PhoneView(test.recipient)
        isAccepted = test.verdict == .accepted
        exchange = ExchangeView(
            test.exchange, FaultView(test, t), good: t("sms.test.good"), request: t("sms.test.request"), member)
    }
}

extension FaultView {
    /// Nil when the provider has taken it.
    init?(_ test: SMSTestResult, _ t: Translation) {
        switch test.verdict {
        case .accepted: return nil
        case .webPage: self.init(words: t("sms.fault.web_page"), advice: t("sms.fault.web_page.advice"), detail: "")
        case .error(let said):
            self.init(words: t("sms.fault.error", ["said": said]), advice: t("sms.fault.error.advice"), detail: "")
        case .fault:
            let fault = test.exchange.fault
            let name = fault == .receiverStatus ? Self.answer(test.exchange.status ?? 0) : fault.rawValue
            self.init(
                words: t.find("sms.fault.\(name)") ?? t("outgoing.fault.\(fault.rawValue)"),
                advice: t.find("sms.fault.\(name).advice") ?? t("outgoing.fault.\(name).advice"), detail: test.exchange.detail)
        }
    }
}

/// How addresses with placeholders are written; `sms/format`.
struct SMSFormatView: TemplateData {
    struct Row: TemplateData {
        let name: String
        let meaning: String
    }

    let rows: [Row]
    /// Of Kannel, which many gateways follow.
    let example =
        "https://sms.example.com/cgi-bin/sendsms?username={login}&password={password}&from={sender}&to={to}&text={text}&coding={coding}&charset=UTF-8"

    init(_ t: Translation) {
        rows = SMSPlaceholder.allCases.map { Row(name: "{\($0.rawValue)}", meaning: t("sms.placeholder.\($0.rawValue)")) }
    }
}

/// What a text comes to as SMS; the script of the page goes on counting with what stands here. `sms/counter`
struct SMSCounterView: TemplateData {
    let characters: String
    let encoding: String
    let credits: String
    let room: String
    /// Why it is not GSM; empty when it is.
    let note: String

    /// Of the script: the alphabet, its extension, the limits, and the words that change.
    let basic: String
    let further = GSMAlphabet.extension
    let limits: String
    let gsm: String
    let unicode: String
    let noteWords: String
    let maximumStrange = String(SMSText.maximumStrange)

    init(_ text: String, _ t: Translation) {
        let counted = SMSText(text)
        let numbers = Numbers(language: t.language)
        characters = numbers.text(counted.length)
        credits = numbers.text(counted.credits)
        room = numbers.text(counted.room)
        gsm = t("sms.encoding.gsm7")
        unicode = t("sms.encoding.ucs2")
        encoding = counted.encoding == .gsm7 ? gsm : unicode
        noteWords = t("sms.counter.note")
        let strange = counted.strange.map(Self.named).joined(separator: " ")
        note = strange.isEmpty ? "" : t("sms.counter.note", ["characters": strange])
        basic = String(String.UnicodeScalarView(GSMAlphabet.basic.unicodeScalars.filter { $0 != "\u{1B}" && $0 != "\r" }))
        limits = SMSText.Encoding.allCases.map { "\($0.single) \($0.part)" }.joined(separator: " ")
    }

    /// What nobody sees has its code: a space that does not break, as French has before a colon, is a reason for many.
    private static func named(_ scalar: Unicode.Scalar) -> String {
        switch scalar.properties.generalCategory {
        case .spaceSeparator, .lineSeparator, .paragraphSeparator, .control, .format, .surrogate, .privateUse, .unassigned,
            .nonspacingMark, .spacingMark, .enclosingMark:
            let digits = String(scalar.value, radix: 16, uppercase: true)
            return "U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
        default: return String(scalar)
        }
    }
}
