//! [`IdChangeView`]: a customer's ids before and after, by whichever event they are told.
//!
//! ```
//! use whatsapp_notification::{IdChange, Notification};
//!
//! let body = r#"{"messages":[{"from":"15550001","id":"A","timestamp":"1750000000","type":"system",
//!     "system":{"type":"user_changed_number","new_wa_id":"15550002"}}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<IdChange>().ok());
//! let event = event.ok_or("no such event")?;
//! let number = event.get().wa_id;
//! assert!(number.previous.is_some_and(|old| old == "15550001"));
//! assert!(number.current.is_some_and(|new| new == "15550002"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{PreviousAndCurrent, SystemMessage, UserIdUpdateView};

/// A customer's ids before and after: of the system messages `user_changed_number` and
/// `user_changed_user_id`, and of the field `user_id_update`. What did not change, or is not told,
/// is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct IdChangeView<'a> {
    /// The WhatsApp id: the number's digits.
    pub wa_id: PreviousAndCurrent<'a>,
    /// The business-scoped user id. A system message tells the old one only as its sender.
    pub user_id: PreviousAndCurrent<'a>,
    /// The user id in the scope of the parent portfolio.
    pub parent_user_id: PreviousAndCurrent<'a>,
}

impl<'a> IdChangeView<'a> {
    pub(crate) fn of_message(message: &SystemMessage<'a>) -> Self {
        let header = &message.header;
        IdChangeView {
            wa_id: PreviousAndCurrent { previous: header.from, current: message.new_wa_id() },
            user_id: PreviousAndCurrent { previous: header.from_user_id, current: message.user_id },
            parent_user_id: PreviousAndCurrent {
                previous: header.from_parent_user_id,
                current: message.parent_user_id,
            },
        }
    }

    /// The update's `wa_id` has not changed, so that it says nothing here: it is the sender's.
    pub(crate) fn of_update(update: &UserIdUpdateView<'a>) -> Self {
        IdChangeView {
            wa_id: PreviousAndCurrent::default(),
            user_id: update.user_id.unwrap_or_default(),
            parent_user_id: update.parent_user_id.unwrap_or_default(),
        }
    }
}
