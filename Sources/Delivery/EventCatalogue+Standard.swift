// The 148 events of the product, 98 of them from the seeds and spelt as there. Text rather than a resource, so that the
// program is one file. `live` after a name marks events that are wrong when late. What each tells stands in Locales/*/events.json.

import Spelling

extension EventCatalogue {
    package static let standard = EventCatalogue(table: table)

    /// A line is a module's name, or, indented, a type's name, with `live` after it where that is its freshness.
    private init(table: String) {
        var modules: [EventModule] = []
        var types: [EventType] = []
        for line in table.words(between: "\n") {
            guard line.begins(with: "    "), let module = modules.last else {
                modules.append(EventModule(name: String(line)))
                continue
            }
            let entry = line.words()
            guard let name = entry.first else { continue }
            types.append(EventType(module: module, name: String(name), freshness: entry.last == "live" ? .live : .durable))
        }
        self.init(modules: modules, types: types)
    }

    private static let table = """
        Users
            USER_LOGIN
            USER_LOGIN_FAILURE
            USER_CREATED
            USER_MODIFIED
            USER_DELETED
            USER_ENABLED
            USER_DISABLED
            USER_EMAIL_VERIFIED
            USER_MOBILE_NO_VERIFIED
            USER_IDENTITY_ADDED
            USER_IDENTITY_REMOVED
            USER_PASSWORD_CHANGED
            EMAIL_CHANGED
            USER_PASSWORD_RESET_INITIATE
            USER_PASSWORD_RESET
            USER_BLOCKED
            COMBINED
            LOGOUT
            TOKEN_CHECKED
            TOKEN_RENEWED
            CODE_OBTAINED
            ACCESS_TOKEN_OBTAINED
            ROLE_CREATED
            ROLE_UPDATED
            ROLE_DELETED
            PERMISSION_CREATED
            PERMISSION_UPDATED
            PERMISSION_DELETED
            GROUP_CATEGORY_CREATED
            GROUP_CATEGORY_UPDATED
            GROUP_CATEGORY_DELETED
            GROUP_NEW_USER_ADDED
            INVITE_USER
            RE_INVITE_USER
            INVITE_ACCEPTED
            INVITE_REVOKED
            USER_CREATED_WITH_INVITE
            GROUP_USER_ROLE_UPDATED
            GROUP_USER_REMOVED
            GROUP_CREATED
            GROUP_UPDATED
            GROUP_DELETED
            GROUP_TYPE_CREATED
            GROUP_TYPE_UPDATED
            GROUP_TYPE_DELETED
            PROFILE_IMAGE_UPDATED
            PROFILE_IMAGE_REMOVED
            MFA_REQUIRED
            PHYSICAL_VERIFICATION_CONFIG
            PHYSICAL_VERIFICATION_REMOVED
            PHYSICAL_VERIFICATION
            MFA_INITIATED
            MFA_RE_INITIATED
            MFA_VERIFIED
            user
            user:activity_changed live
        Payment
            payment:requested
            payment:succeeded
            payment:failed
            payment:refunded
            payment:instalment_due
        Interaction
            EMAIL_SENT
            PUSH_SENT
            call:start live
            call:update live
            call:end
            call live
            cdr
            call:declined
            call:missed
            call:transferred
            recording:ready
            voicemail:left
            conversation:opened
            conversation:assigned
            conversation:closed
        Voice campaign
            voice_campaign:started
            voice_campaign:paused
            voice_campaign:finished
            voice_campaign:target_called
        CRM
            contact:created
            contact:updated
            contact:deleted
            crm:sync_failed
        Entry points
            IVR_TRIGGERED
            FLOW_CREATED
            FLOW_UPDATED
            FLOW_DELETED
            entry_point:created
            entry_point:updated
            entry_point:deleted
        Document center
            TEMPLATE_CREATED
            TEMPLATE_UPDATED
            TEMPLATE_DELETED
            CUSTOM_TEMPLATE_CREATED
            CUSTOM_TEMPLATE_UPDATED
            CUSTOM_TEMPLATE_DELETED
            document:added
            document:shared
            document:deleted
        SMS campaign
            SMS_SENT
            sms:delivered
            sms:failed
            sms:opted_out
            sms_campaign:started
            sms_campaign:finished
        Cases
            case:created
            case:updated
            case:assigned
            case:closed
            case:reopened
        Toolbox
            APP_CREATED
            APP_MODIFIED
            APP_DELETED
            PROVIDER_CREATED
            PROVIDER_UPDATED
            PROVIDER_DELETED
            TENANT_CREATED
            SCOPE_CREATED
            SCOPE_UPDATED
            SCOPE_DELETED
            SCOPE_DEC_CREATED
            SCOPE_DEC_UPDATED
            SCOPE_DEC_DELETED
            REGISTRATION_FIELD_CREATED
            REGISTRATION_FIELD_UPDATED
            REGISTRATION_FIELD_DELETED
            HOSTED_PAGE_CREATED
            HOSTED_PAGE_UPDATED
            HOSTED_PAGE_DELETED
            WEBHOOK_CREATED
            WEBHOOK_UPDATED
            WEBHOOK_DELETED
            CAPTCHA_CREATED
            CAPTCHA_UPDATED
            CAPTCHA_DELETED
            settings:changed
            retention:purged
            limit:reached
        WhatsApp campaigns
            whatsapp:sent
            whatsapp:delivered
            whatsapp:read
            whatsapp:failed
        Exports
            export:requested
            export:ready
            export:failed
            export:downloaded
            export:expired
        """
}
