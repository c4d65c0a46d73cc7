// What the relay refuses nobody would miss: whoever sent the invitation believes that it came. The account's administrators are told.

import Database
import JSON
import Mail
import Web

extension AlertKind {
    /// A message to somebody of the account did not go. Over with the next one that does.
    static let mailUndelivered = AlertKind(
        "mail_undelivered", .warning, .lasting, variants: [MailState.refused, .expired, .unreadable].map(\.rawValue), right: .viewPeople
    ) { subject in ID<User>(subject).map { UserController.path(of: $0) } }
}

extension App {
    func tellOfUndeliveredMail() {
        // Weak: the mailer is part of what it would hold.
        mailer.whenSettled { [weak alerts] settlement, connection in
            guard let account = settlement.account, let alerts else { return }
            let subject = settlement.user?.description ?? settlement.recipient
            switch settlement.state {
            case .waiting: break
            case .sent: try alerts.resolve(.mailUndelivered, for: account, of: subject, on: connection)
            case .refused, .expired, .unreadable:
                try alerts.raise(
                    .mailUndelivered, for: account, of: subject, variant: settlement.state.rawValue,
                    [
                        "email": .string(InternationalName.shownAddress(settlement.recipient)), "answer": .string(settlement.answer),
                    ], butNotTo: settlement.user, on: connection)
            }
        }
    }
}
