//! What stands in the `value` of each field that a change may name.
//!
//! `value` reads by these tables; a field that is not here is a [`Change`](crate::Change) as a
//! whole.

use crate::{Kind, json::Str};

/// How the `value` of one field is read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// These members, beside `messaging_product` and `metadata`.
    Members(&'static [Member]),
    /// The same members, one level deeper under this key.
    Under(&'static str, &'static [Member]),
    /// The whole object is one event of this kind.
    Whole(Kind),
}

/// One member of a `value`, and what stands there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) key: &'static str,
    pub(super) items: Items,
}

/// What stands in the array of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Items {
    Contacts,
    /// Messages; of their own kinds, or all of this one.
    Messages(Option<Kind>),
    /// Statuses of messages or calls.
    Statuses(Kind),
    Errors,
    Calls,
    /// Objects that are each one event of this kind.
    Objects(Kind),
    /// No array: the member itself is one event of this kind.
    Itself(Kind),
}

/// No value has more members with events than this.
pub(super) const MOST_MEMBERS: usize = 6;

const fn member(key: &'static str, items: Items) -> Member {
    Member { key, items }
}

const CONTACTS: Member = member("contacts", Items::Contacts);
const ERRORS: Member = member("errors", Items::Errors);

/// `messages`, and the body of an On-Premises notification. The first four stand at the top of the
/// latter.
pub(super) static MESSAGES: Shape = Shape::Members(MESSAGE_MEMBERS);
pub(super) const MESSAGE_MEMBERS: &[Member] = &[
    CONTACTS,
    member("messages", Items::Messages(None)),
    member("statuses", Items::Statuses(Kind::Status)),
    ERRORS,
    member("user_actions", Items::Objects(Kind::UserAction)),
    member("conversation_context", Items::Itself(Kind::ConversationContext)),
];

/// How the `value` of the field of this name is read. A field without a shape is one that nobody
/// has heard of.
pub(super) fn shape(field: Str<'_>) -> Option<&'static Shape> {
    let name = field.among(NAMES);
    SHAPES.iter().find(|(known, _)| *known == name).map(|(_, shape)| shape)
}

/// The fields in whose values events of this kind stand.
pub(crate) fn fields(kind: Kind) -> impl Iterator<Item = &'static str> {
    let has = move |items: &Items| match items {
        Items::Messages(None) => kind.is_message(),
        Items::Messages(Some(all)) => *all == kind,
        Items::Statuses(one) | Items::Objects(one) | Items::Itself(one) => *one == kind,
        Items::Calls => kind == Kind::Call,
        Items::Contacts | Items::Errors => false,
    };
    let holds = move |shape: &Shape| match shape {
        Shape::Members(members) | Shape::Under(_, members) => {
            members.iter().any(|member| has(&member.items))
        }
        Shape::Whole(one) => *one == kind,
    };
    let messages = std::iter::once(("messages", &MESSAGES));
    let all = messages.chain(SHAPES.iter().map(|(name, shape)| (*name, shape)));
    all.filter(move |(_, shape)| holds(shape)).map(|(name, _)| name)
}

macro_rules! shapes {
    ($($name:literal: $shape:expr,)*) => {
        const NAMES: &[&str] = &[$($name),*];
        static SHAPES: &[(&str, Shape)] = &[$(($name, $shape)),*];
    };
}

shapes! {
    "calls": Shape::Members(&[
        CONTACTS,
        member("calls", Items::Calls),
        member("statuses", Items::Statuses(Kind::CallStatus)),
        ERRORS,
    ]),
    "history": Shape::Members(&[
        CONTACTS,
        member("history", Items::Objects(Kind::History)),
        member("messages", Items::Messages(Some(Kind::HistoryMessage))),
        member("message_echoes", Items::Messages(Some(Kind::HistoryMessage))),
        ERRORS,
    ]),
    "smb_message_echoes": Shape::Members(ECHO_MEMBERS),
    "message_echoes": Shape::Members(ECHO_MEMBERS),
    "smb_app_state_sync": Shape::Members(&[
        CONTACTS,
        member("state_sync", Items::Objects(Kind::StateSync)),
        ERRORS,
    ]),
    "standby": Shape::Under("standby", &[
        CONTACTS,
        member("messages", Items::Messages(Some(Kind::StandbyMessage))),
        member("statuses", Items::Statuses(Kind::StandbyStatus)),
        member("message_echoes", Items::Objects(Kind::StandbyEcho)),
        ERRORS,
    ]),
    "group_lifecycle_update": Shape::Members(&[
        CONTACTS, member("groups", Items::Objects(Kind::GroupLifecycle)), ERRORS,
    ]),
    "group_participants_update": Shape::Members(&[
        CONTACTS, member("groups", Items::Objects(Kind::GroupParticipants)), ERRORS,
    ]),
    "group_settings_update": Shape::Members(&[
        CONTACTS, member("groups", Items::Objects(Kind::GroupSettings)), ERRORS,
    ]),
    "group_status_update": Shape::Members(&[
        CONTACTS, member("groups", Items::Objects(Kind::GroupStatus)), ERRORS,
    ]),
    "user_preferences": Shape::Members(&[
        CONTACTS, member("user_preferences", Items::Objects(Kind::UserPreference)), ERRORS,
    ]),
    "user_id_update": Shape::Members(&[
        CONTACTS, member("user_id_update", Items::Objects(Kind::UserIdUpdate)), ERRORS,
    ]),
    "automatic_events": Shape::Members(&[
        CONTACTS, member("automatic_events", Items::Objects(Kind::AutomaticEvent)), ERRORS,
    ]),
    "messaging_handovers": Shape::Whole(Kind::Handover),
    "account_settings_update": Shape::Whole(Kind::AccountSettings),
    "account_alerts": Shape::Whole(Kind::AccountAlert),
    "account_review_update": Shape::Whole(Kind::AccountReview),
    "account_update": Shape::Whole(Kind::AccountUpdate),
    "business_capability_update": Shape::Whole(Kind::BusinessCapability),
    // The page's title has the plural, its sample the singular (Meta, business-scoped user ids).
    "business_username_updates": Shape::Whole(Kind::BusinessUsername),
    "business_username_update": Shape::Whole(Kind::BusinessUsername),
    "phone_number_name_update": Shape::Whole(Kind::PhoneNumberName),
    "phone_number_quality_update": Shape::Whole(Kind::PhoneNumberQuality),
    "security": Shape::Whole(Kind::Security),
    "partner_solutions": Shape::Whole(Kind::PartnerSolution),
    "payment_configuration_update": Shape::Whole(Kind::PaymentConfiguration),
    "message_template_status_update": Shape::Whole(Kind::TemplateStatus),
    "message_template_quality_update": Shape::Whole(Kind::TemplateQuality),
    "message_template_components_update": Shape::Whole(Kind::TemplateComponents),
    "template_category_update": Shape::Whole(Kind::TemplateCategory),
    "template_correct_category_detection": Shape::Whole(Kind::TemplateCorrectCategory),
    "flows": Shape::Whole(Kind::Flow),
    "consumer_profile": Shape::Whole(Kind::ConsumerProfile),
    "tracking_events": Shape::Whole(Kind::TrackingEvents),
    "business_status_update": Shape::Whole(Kind::BusinessStatus),
    "campaign_status_update": Shape::Whole(Kind::CampaignStatus),
    "template_performance_metrics": Shape::Whole(Kind::TemplatePerformance),
}

const ECHO_MEMBERS: &[Member] = &[
    CONTACTS,
    member("message_echoes", Items::Messages(Some(Kind::Echo))),
    // Some samples of `message_echoes` have their echoes here.
    member("messages", Items::Messages(Some(Kind::Echo))),
    ERRORS,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn members(shape: &Shape) -> &'static [Member] {
        match shape {
            Shape::Members(members) | Shape::Under(_, members) => members,
            Shape::Whole(_) => &[],
        }
    }

    #[test]
    fn contacts_come_first_and_no_value_has_too_many_members() {
        for (name, shape) in SHAPES.iter().chain([&("messages", Shape::Members(MESSAGE_MEMBERS))]) {
            let members = members(shape);
            assert!(members.len() <= MOST_MEMBERS, "{name}");
            assert!(members.first().is_none_or(|first| *first == CONTACTS), "{name}");
        }
    }
}
