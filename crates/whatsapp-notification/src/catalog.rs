//! The catalog: every kind of event, once.
//!
//! A new kind is one line here; a new field of a view is one line in the view's file. The rooms
//! that have something to say of every kind each take the table with a macro of their own:
//!
//! | room | makes of it |
//! |---|---|
//! | `kind` | the enum `Kind` and its names |
//! | `payload` | a payload type for each, and how its view is read |
//! | `view::any` | `AnyContent` and `AnyView` |
//! | `scan::item` | which reader passes over a message's content |
//!
//! ```text
//! catalog!(mine, 'a);
//! // expands to
//! mine! { 'a;
//!     messages {
//!         /// A text message.
//!         Text = "text": TextContent<'a>;            // its type, and what stands under that key
//!         Voice = "voice" | "audio": MediaContent<'a>; // … or under another key
//!     }
//!     systems {
//!         UserChangedNumber = "user_changed_number"; // a `system` message of this type
//!     }
//!     others {
//!         Call = "call" by "event": CallView<'a>;    // its name; the member that tells more
//!     }
//! }
//! ```

/// Hands the table of all kinds to the macro of this name. The lifetime is the taker's: one of a
/// macro's own would not be the same as one of another macro's.
macro_rules! catalog {
    ($take:ident, $a:lifetime) => {
        $take! { $a;
            messages {
                /// A text message.
                Text = "text": TextContent<$a>;
                /// An image.
                Image = "image": MediaContent<$a>;
                /// A reply to buttons, lists, flows or call permissions.
                Interactive = "interactive": InteractiveContent<$a>;
                /// A quick reply to a template.
                Button = "button": ButtonContent<$a>;
                /// An audio file; with the Cloud API a voice message too (`voice` is true).
                Audio = "audio": MediaContent<$a>;
                /// A voice message of the On-Premises API. Some hosts put the media under `audio`.
                Voice = "voice" | "audio": MediaContent<$a>;
                /// A video.
                Video = "video": MediaContent<$a>;
                /// A document.
                Document = "document": MediaContent<$a>;
                /// A sticker.
                Sticker = "sticker": MediaContent<$a>;
                /// A place.
                Location = "location": LocationContent<$a>;
                /// Contact cards.
                Contacts = "contacts": List<$a, ContactCard<$a>>;
                /// An order from a catalog.
                Order = "order": OrderContent<$a>;
                /// A reaction to a message, or its removal.
                Reaction = "reaction": ReactionContent<$a>;
                /// A customer has edited a message (Cloud, 2026).
                Edit = "edit": EditContent<$a>;
                /// A customer has deleted a message for everyone (Cloud, 2026).
                Revoke = "revoke": RevokeContent<$a>;
                /// A customer opens the chat for the first time (Cloud, conversational components).
                RequestWelcome = "request_welcome": NoContent;
                /// A disappearing message, whose content never arrives (On-Premises, since 2.39.4).
                Ephemeral = "ephemeral": NoContent;
                /// Stands for media in a history; the media come by themselves (Cloud, history).
                MediaPlaceholder = "media_placeholder": NoContent;
                /// A system message: a changed identity, an event of a group.
                System = "system": SystemContent<$a>;
                /// A message that WhatsApp itself cannot pass on (`unsupported`, formerly `unknown`).
                Unsupported = "unsupported" | "unknown": UnsupportedContent<$a>;
            }
            systems {
                /// A customer has another number: a system message. See also `IdChange`.
                UserChangedNumber = "user_changed_number";
                /// A customer has another business-scoped user id: a system message. See also
                /// `IdChange`.
                UserChangedUserId = "user_changed_user_id";
            }
            others {
                /// What became of a message that the business sent.
                Status = "status" by "status": StatusView<$a>;
                /// An error beside messages and statuses.
                Error = "error" by "code": ErrorView<$a>;
                /// A contact that belongs to nothing else in the body: a look-up's result, a profile.
                Contact = "contact": ContactView<$a>;
                /// A customer's click on a marketing message (Cloud, `user_actions`).
                UserAction = "user_action" by "action_type": UserActionView<$a>;
                /// A summary of the conversation so far (Cloud, conversation routing).
                ConversationContext = "conversation_context" by "type": ConversationContextView<$a>;
                /// A message that the business sent by other means: its phone (`smb_message_echoes`)
                /// or another application (`message_echoes`).
                Echo = "echo" by "type": Message<$a, AnyContent<$a>>;
                /// A piece of the history of a business that came from the app (Cloud, `history`).
                History = "history": HistoryView<$a>;
                /// A message of the history that comes by itself, for its media (Cloud, `history`).
                HistoryMessage = "history_message" by "type": Message<$a, AnyContent<$a>>;
                /// A contact of the business's app, added or removed (Cloud, `smb_app_state_sync`).
                StateSync = "state_sync" by "action": StateSyncView<$a>;
                /// A call: offered, ended, recorded (Cloud, `calls`).
                Call = "call" by "event": CallView<$a>;
                /// What became of a call that the business made (Cloud, `calls`).
                CallStatus = "call_status" by "status": CallStatusView<$a>;
                /// Control over a conversation has passed (Cloud, `messaging_handovers`).
                Handover = "messaging_handovers" by "type": HandoverView<$a>;
                /// A message to an application that is not in control (Cloud, `standby`).
                StandbyMessage = "standby_message" by "type": Message<$a, AnyContent<$a>>;
                /// A status for an application that is not in control (Cloud, `standby`).
                StandbyStatus = "standby_status" by "status": StatusView<$a>;
                /// What the application in control has sent (Cloud, `standby`).
                StandbyEcho = "standby_echo": StandbyEchoView<$a>;
                /// A group was created or deleted (Cloud).
                GroupLifecycle = "group_lifecycle_update" by "type": GroupLifecycleView<$a>;
                /// Who joined, left or asks to join a group (Cloud).
                GroupParticipants = "group_participants_update" by "type": GroupParticipantsView<$a>;
                /// A group's subject, description or picture changed (Cloud).
                GroupSettings = "group_settings_update" by "type": GroupSettingsView<$a>;
                /// A group was suspended, or is no longer (Cloud).
                GroupStatus = "group_status_update" by "type": GroupStatusView<$a>;
                /// A customer's choice about marketing messages (Cloud, `user_preferences`).
                UserPreference = "user_preference" by "value": UserPreferenceView<$a>;
                /// A customer has other user ids (Cloud). See also `IdChange`.
                UserIdUpdate = "user_id_update": UserIdUpdateView<$a>;
                /// A conversion that WhatsApp found by itself (Cloud, `automatic_events`).
                AutomaticEvent = "automatic_event" by "event_name": AutomaticEventView<$a>;
                /// Settings of a phone number changed, such as calling (Cloud).
                AccountSettings = "account_settings_update" by "type": AccountSettingsView<$a>;
                /// A limit, badge or profile picture was granted, deferred or lost (Cloud).
                AccountAlert = "account_alerts": AccountAlertView<$a>;
                /// The review of a business account was decided (Cloud).
                AccountReview = "account_review_update" by "decision": AccountReviewView<$a>;
                /// Something about a business account: partners, violations, restrictions (Cloud).
                AccountUpdate = "account_update" by "event": AccountUpdateView<$a>;
                /// Limits of a business changed (Cloud).
                BusinessCapability = "business_capability_update": BusinessCapabilityView<$a>;
                /// A business's user name was approved, reserved or deleted (Cloud,
                /// `business_username_updates`).
                BusinessUsername = "business_username_update" by "status": BusinessUsernameView<$a>;
                /// The review of a number's name was decided (Cloud).
                PhoneNumberName = "phone_number_name_update" by "decision": PhoneNumberNameView<$a>;
                /// A number's throughput or limit changed (Cloud).
                PhoneNumberQuality = "phone_number_quality_update" by "event": PhoneNumberQualityView<$a>;
                /// A number's PIN was changed or asked for (Cloud).
                Security = "security" by "event": SecurityView<$a>;
                /// A multi-partner solution was created or changed (Cloud).
                PartnerSolution = "partner_solutions" by "event": PartnerSolutionView<$a>;
                /// A configuration for payments changed (Cloud).
                PaymentConfiguration = "payment_configuration_update" by "status": PaymentConfigurationView<$a>;
                /// A template was approved, rejected, paused … (Cloud).
                TemplateStatus = "message_template_status_update" by "event": TemplateStatusView<$a>;
                /// A template's quality changed (Cloud).
                TemplateQuality = "message_template_quality_update" by "new_quality_score": TemplateQualityView<$a>;
                /// A template was edited (Cloud).
                TemplateComponents = "message_template_components_update": TemplateComponentsView<$a>;
                /// A template's category changed, or will (Cloud).
                TemplateCategory = "template_category_update" by "new_category": TemplateCategoryView<$a>;
                /// A template's category was found to be wrong (Cloud).
                TemplateCorrectCategory = "template_correct_category_detection" by "correct_category": TemplateCorrectCategoryView<$a>;
                /// A flow changed its status, or its endpoint is in trouble (Cloud).
                Flow = "flows" by "event": FlowView<$a>;
                /// The field `consumer_profile` (Cloud): no payload is documented.
                ConsumerProfile = "consumer_profile": Raw<$a>;
                /// The field `tracking_events` (Cloud): no payload is documented.
                TrackingEvents = "tracking_events": Raw<$a>;
                /// The field `business_status_update` (Cloud): no payload is documented.
                BusinessStatus = "business_status_update": Raw<$a>;
                /// The field `campaign_status_update` (Cloud): no payload is documented.
                CampaignStatus = "campaign_status_update": Raw<$a>;
                /// The field `template_performance_metrics` (Cloud): no payload is documented.
                TemplatePerformance = "template_performance_metrics": Raw<$a>;
                /// The names of fields that changed, where the application does not ask for values
                /// (Graph API, "include values" off).
                ChangedFields = "changed_fields": List<$a, Str<$a>>;
                /// A change of a field that this version does not know: see `Event::field`.
                Change = "change": Raw<$a>;
                /// A member that this version does not know, or a body of neither API's form.
                Unknown = "unknown": Raw<$a>;
                /// An item that is not an object, or lacks what routing needs.
                Malformed = "malformed": Raw<$a>;
            }
        }
    };
}

pub(crate) use catalog;
