// The 148 events of the product, 98 of them from the seeds and spelt as there. Text rather than a resource, so that the
// program is one file. `live` in front of a summary marks news that is wrong when late.

extension EventCatalogue {
    package static let standard = EventCatalogue(table: table)

    /// Lines of a module's name on its own, or of a type's name, two spaces or more, and what it tells.
    private init(table: String) {
        var modules: [EventModule] = []
        var types: [EventType] = []
        for line in table.split(separator: "\n") {
            guard line.hasPrefix("    "), let module = modules.last else {
                modules.append(EventModule(name: String(line)))
                continue
            }
            let entry = line.drop { $0 == " " }
            let name = entry.prefix { $0 != " " }
            var summary = entry[name.endIndex...].drop { $0 == " " }
            let isLive = summary.hasPrefix("live: ")
            if isLive { summary = summary.dropFirst("live: ".count) }
            types.append(EventType(module: module, name: String(name), summary: String(summary), freshness: isLive ? .live : .durable))
        }
        self.init(modules: modules, types: types)
    }

    private static let table = """
        Users
            USER_LOGIN                     Sent when a user successfully logs into the system.
            USER_LOGIN_FAILURE             Sent when a user's login attempt fails.
            USER_CREATED                   Sent when a new user account is created.
            USER_MODIFIED                  User account details are changed.
            USER_DELETED                   User account is removed.
            USER_ENABLED                   Disabled user account is reactivated.
            USER_DISABLED                  User account is deactivated.
            USER_EMAIL_VERIFIED            User's email is confirmed.
            USER_MOBILE_NO_VERIFIED        Verifies a user's provided mobile phone number.
            USER_IDENTITY_ADDED            Extra identity, like a social media profile, to a user account.
            USER_IDENTITY_REMOVED          Linked identity is disconnected from account.
            USER_PASSWORD_CHANGED          User updates their password.
            EMAIL_CHANGED                  User changes their email address.
            USER_PASSWORD_RESET_INITIATE   User starts password reset process.
            USER_PASSWORD_RESET            User successfully resets password.
            USER_BLOCKED                   User's account is temporarily blocked.
            COMBINED                       Several checks were combined in one session.
            LOGOUT                         A user signed out.
            TOKEN_CHECKED                  The special code of a secure sign-out was verified.
            TOKEN_RENEWED                  A token was renewed.
            CODE_OBTAINED                  A code to renew a permission was obtained.
            ACCESS_TOKEN_OBTAINED          Permission to use something is obtained.
            ROLE_CREATED                   A role was created.
            ROLE_UPDATED                   A role was changed.
            ROLE_DELETED                   User role is removed.
            PERMISSION_CREATED             New permission is given to the user.
            PERMISSION_UPDATED             Permission is changed.
            PERMISSION_DELETED             Permission is removed.
            GROUP_CATEGORY_CREATED         New group type is defined.
            GROUP_CATEGORY_UPDATED         Group type is changed.
            GROUP_CATEGORY_DELETED         Group type is removed.
            GROUP_NEW_USER_ADDED           Records the addition of a new user to a group.
            INVITE_USER                    An invitation was sent to a user.
            RE_INVITE_USER                 An invitation was sent to a user again.
            INVITE_ACCEPTED                An invitation was accepted.
            INVITE_REVOKED                 An invitation was withdrawn.
            USER_CREATED_WITH_INVITE       User accounts are made using an invitation.
            GROUP_USER_ROLE_UPDATED        User's role in a group is changed.
            GROUP_USER_REMOVED             User removed from a group.
            GROUP_CREATED                  Marks the creation of a new group.
            GROUP_UPDATED                  Changes are made to the group's details.
            GROUP_DELETED                  Group is removed.
            GROUP_TYPE_CREATED             Signifies the creation of a new group type.
            GROUP_TYPE_UPDATED             Indicates updates made to an existing group type's detail.
            GROUP_TYPE_DELETED             Group category is removed.
            PROFILE_IMAGE_UPDATED          User's profile image is changed.
            PROFILE_IMAGE_REMOVED          User's profile image is removed.
            MFA_REQUIRED                   Users need to use multi-factor authentication.
            PHYSICAL_VERIFICATION_CONFIG   Settings for physical verification are defined.
            PHYSICAL_VERIFICATION_REMOVED  Physical verification settings are removed.
            PHYSICAL_VERIFICATION          Process of physically verifying something is started or completed.
            MFA_INITIATED                  The process of Multi-Factor Authentication begins.
            MFA_RE_INITIATED               Restarting Multi-Factor Authentication.
            MFA_VERIFIED                   Multi-factor authentication is successfully confirmed.
            user                           An action taken in the account by one of its users.
            user:activity_changed          live: A user changed activity (available, pause, wrap-up).
        Payment
            payment:requested              A payment was asked for.
            payment:succeeded              A payment succeeded.
            payment:failed                 A payment failed.
            payment:refunded               A payment was paid back.
            payment:instalment_due         An instalment falls due.
        Interaction
            EMAIL_SENT                     Indicates the sending of an email.
            PUSH_SENT                      Push notification is sent.
            call:start                     live: A call starts to ring; callee may still be unknown.
            call:update                    live: A call changes: answered, held, transferred, queued.
            call:end                       A call ends, with who ended it and why.
            call                           live: A call is received.
            cdr                            Call detail record, at the end of the conversation.
            call:declined                  A user declined a call.
            call:missed                    A call was not answered.
            call:transferred               A call was transferred.
            recording:ready                A recording can be fetched.
            voicemail:left                 A voice message was left.
            conversation:opened            A conversation (chat, email, message) was opened.
            conversation:assigned          A conversation was assigned to a user.
            conversation:closed            A conversation was closed.
        Voice campaign
            voice_campaign:started         A voice campaign started.
            voice_campaign:paused          A voice campaign was paused.
            voice_campaign:finished        A voice campaign finished.
            voice_campaign:target_called   A target of a voice campaign was called.
        CRM
            contact:created                A contact was created.
            contact:updated                A contact was changed.
            contact:deleted                A contact was removed.
            crm:sync_failed                A synchronisation with the CRM failed.
        Entry points
            IVR_TRIGGERED                  Interactive voice response is activated.
            FLOW_CREATED                   Sent when a new Blueprint is created.
            FLOW_UPDATED                   Existing Blueprint is updated.
            FLOW_DELETED                   Existing Blueprint is Deleted.
            entry_point:created            An entry point was created.
            entry_point:updated            An entry point was changed.
            entry_point:deleted            An entry point was removed.
        Document center
            TEMPLATE_CREATED               Marks the creation of a new template.
            TEMPLATE_UPDATED               Changes are made to template.
            TEMPLATE_DELETED               Template is removed.
            CUSTOM_TEMPLATE_CREATED        New custom template is made.
            CUSTOM_TEMPLATE_UPDATED        Changes are made to custom template.
            CUSTOM_TEMPLATE_DELETED        Custom template is removed.
            document:added                 A document was added.
            document:shared                A document was shared.
            document:deleted               A document was removed.
        SMS campaign
            SMS_SENT                       Marks the sending of an SMS message.
            sms:delivered                  An SMS reached the handset.
            sms:failed                     An SMS could not be delivered.
            sms:opted_out                  A recipient opted out.
            sms_campaign:started           An SMS campaign started.
            sms_campaign:finished          An SMS campaign finished.
        Cases
            case:created                   A case was opened.
            case:updated                   A case was changed.
            case:assigned                  A case was assigned.
            case:closed                    A case was closed.
            case:reopened                  A case was reopened.
        Toolbox
            APP_CREATED                    An app was created.
            APP_MODIFIED                   An app was changed.
            APP_DELETED                    App is removed.
            PROVIDER_CREATED               Signifies the addition of a new authentication provider to the system.
            PROVIDER_UPDATED               Indicates modifications made to an authentication provider's settings.
            PROVIDER_DELETED               Denotes the removal of an authentication provider from the system.
            TENANT_CREATED                 Records the creation of a new tenant.
            SCOPE_CREATED                  Signifies the creation of a new scope.
            SCOPE_UPDATED                  The scope's details are changed.
            SCOPE_DELETED                  Scope is removed.
            SCOPE_DEC_CREATED              Decision related to a scope is made.
            SCOPE_DEC_UPDATED              Changes are made to decision related to scope.
            SCOPE_DEC_DELETED              Decision related to a scope is removed.
            REGISTRATION_FIELD_CREATED     Marks the creation of a new registration field.
            REGISTRATION_FIELD_UPDATED     Registration field has changed.
            REGISTRATION_FIELD_DELETED     Registration field is removed.
            HOSTED_PAGE_CREATED            New hosted page is made.
            HOSTED_PAGE_UPDATED            Hosted page's details are changed.
            HOSTED_PAGE_DELETED            Hosted page is removed.
            WEBHOOK_CREATED                New webhook is created.
            WEBHOOK_UPDATED                Webhook is changed.
            WEBHOOK_DELETED                Webhook is removed.
            CAPTCHA_CREATED                New CAPTCHA is made.
            CAPTCHA_UPDATED                Changes are made to CAPTCHA.
            CAPTCHA_DELETED                CAPTCHA is removed.
            settings:changed               A client account setting was changed.
            retention:purged               A retention purge removed items.
            limit:reached                  A client account limit was reached.
        WhatsApp campaigns
            whatsapp:sent                  A WhatsApp message was sent.
            whatsapp:delivered             A WhatsApp message was delivered.
            whatsapp:read                  A WhatsApp message was read.
            whatsapp:failed                A WhatsApp message failed.
        Exports
            export:requested               An export was asked for.
            export:ready                   An export can be downloaded.
            export:failed                  An export failed.
            export:downloaded              An export was downloaded.
            export:expired                 An export expired.
        """
}
