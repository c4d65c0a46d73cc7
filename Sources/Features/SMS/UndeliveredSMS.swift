// What a provider refuses nobody would miss, as with mail: the account's administrators are told.

import Database
import JSON
import Telephony
import Web

extension AlertKind {
    /// An SMS to somebody of the account did not go. Over with the next one that does.
    static let smsUndelivered = AlertKind(
        "sms_undelivered", .warning, .lasting, variants: SMSState.allCases.filter { !$0.isGood }.map(\.rawValue), right: .viewPeople
    ) { subject in ID<User>(subject).map { UserController.path(of: $0) } }
}

extension App {
    func tellOfUndeliveredSMS() {
        texts.whenSettled { [weak alerts] due, state, answer, connection in
            guard let alerts else { return }
            let subject = due.user.description
            guard !state.isGood else { return try alerts.resolve(.smsUndelivered, for: due.account, of: subject, on: connection) }
            try alerts.raise(
                .smsUndelivered, for: due.account, of: subject, variant: state.rawValue,
                ["number": .string(PhoneNumbers.grouped(due.recipient)), "answer": .string(answer)], butNotTo: due.user, on: connection)
        }
    }
}
