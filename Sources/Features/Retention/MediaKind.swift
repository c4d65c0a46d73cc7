// The four kinds of media that a policy is set for.

import Database
package import Web

package enum MediaKind: String, CaseIterable, Sendable, SQLConvertible {
    case recordings
    case voiceMailbox = "voice_mailbox"
    case personalVoicemail = "personal_voicemail"
    case ivrRecorder = "ivr_recorder"

    /// As the Deletion history names it.
    var entity: DeletedEntity { DeletedEntity(rawValue) }

    func label(_ t: Translation) -> String { t("entity.\(rawValue)") }
}

extension DeletedEntity {
    package static let recordings = MediaKind.recordings.entity
    package static let voiceMailbox = MediaKind.voiceMailbox.entity
    package static let personalVoicemail = MediaKind.personalVoicemail.entity
    package static let ivrRecorder = MediaKind.ivrRecorder.entity
}
