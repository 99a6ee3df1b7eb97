//! The field `messages`, and the body of an On-Premises notification: messages by their types,
//! statuses, and what else stands beside them.

mod button;
mod contacts;
mod context;
mod conversation_context;
mod edit;
mod identity;
mod interactive;
mod location;
mod media;
mod message;
mod order;
mod payment;
mod reaction;
mod referral;
mod revoke;
mod status;
mod system;
mod text;
mod unsupported;
mod user_actions;

pub use button::ButtonContent;
pub use contacts::{
    ContactAddress, ContactCard, ContactEmail, ContactIm, ContactName, ContactOrg, ContactPhone,
    ContactUrl,
};
pub use context::{Context, ReferredProduct};
pub use conversation_context::{ConversationContextView, ConversationSummary};
pub use edit::{EditContent, EditedMessage};
pub use identity::Identity;
pub use interactive::{
    ButtonReply, CallPermissionReply, InteractiveContent, InteractiveReply, ListReply, NfmReply,
};
pub use location::LocationContent;
pub use media::{MediaContent, StickerMetadata};
pub use message::{
    ButtonMessage, ContactsMessage, EditMessage, InteractiveMessage, LocationMessage, MediaMessage,
    Message, MessageHeader, NoContent, OrderMessage, ReactionMessage, RevokeMessage, SystemMessage,
    TextMessage, UnsupportedMessage,
};
pub use order::{OrderContent, ProductItem};
pub use payment::{
    Payment, PaymentAmount, PaymentError, PaymentMethod, PaymentRefund, PaymentTransaction,
};
pub use reaction::ReactionContent;
pub use referral::{Referral, WelcomeMessage};
pub use revoke::RevokeContent;
pub use status::{Conversation, ConversationOrigin, Delivery, Pricing, StatusMessage, StatusView};
pub use system::SystemContent;
pub use text::TextContent;
pub use unsupported::UnsupportedContent;
pub use user_actions::{LinkClick, UserActionView};
