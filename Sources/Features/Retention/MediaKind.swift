// The four kinds of media that a policy is set for.

import Database
import Web

package enum MediaKind: String, CaseIterable, Sendable, SQLConvertible {
    case recordings
    case voiceMailbox = "voice_mailbox"
    case personalVoicemail = "personal_voicemail"
    case ivrRecorder = "ivr_recorder"

    /// As the Deletion history names it.
    var entity: DeletedEntity {
        switch self {
        case .recordings: .recordings
        case .voiceMailbox: .voiceMailbox
        case .personalVoicemail: .personalVoicemail
        case .ivrRecorder: .ivrRecorder
        }
    }

    func label(_ t: Translation) -> String { t("entity.\(rawValue)") }
}
