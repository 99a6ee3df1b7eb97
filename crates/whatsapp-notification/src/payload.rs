//! [`Payload`]: the types that stand in `Event<P>`, and the kinds that each covers.
//!
//! ```
//! use whatsapp_notification::{AnyMedia, AnyMessage, Image, Kind, Payload, Text};
//!
//! assert!(Text::KINDS.contains(Kind::Text));
//! assert!(!Text::KINDS.contains(Kind::Image));
//! assert!(AnyMedia::KINDS.contains(Kind::Image) && !AnyMedia::KINDS.contains(Kind::Text));
//! assert!(Image::KINDS.len() < AnyMedia::KINDS.len()); // narrower
//! assert!(AnyMedia::KINDS.len() < AnyMessage::KINDS.len());
//! ```

use crate::{
    Event, Kind, Kinds,
    json::{Raw, Value},
    view::{
        AnyContent, AnyView, ButtonMessage, ContactView, ContactsMessage, ErrorView,
        InteractiveMessage, LocationMessage, MediaContent, MediaMessage, Message, OrderMessage,
        ReactionMessage, StatusView, SystemMessage, TextMessage, UnsupportedMessage,
    },
};

/// What an [`Event`] is an event of: one kind, such as [`Text`], or several, such as
/// [`AnyMessage`].
///
/// Sealed: the payloads are those that WhatsApp sends. For a type of your own, read
/// [`Event::deserialize`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a payload of a WhatsApp event",
    label = "a payload type such as `Text`, `Status` or `AnyMessage` belongs here",
    note = "for a type of your own take `Event<Change>` (or another payload) and call `event.deserialize()`"
)]
pub trait Payload: sealed::Sealed + Sized + Send + Sync + 'static {
    /// What [`Event::get`] lends.
    type View<'a>;

    /// The kinds that it covers.
    const KINDS: Kinds;

    #[doc(hidden)]
    fn view(event: &Event<Self>) -> Self::View<'_>;
}

mod sealed {
    pub trait Sealed {}
}

/// Declares a payload type: its documentation, its name, the kinds, the view and how to read it.
///
/// ```text
/// payload! {
///     /// A text message.
///     Text: [Text] => TextMessage<'a>, |event| message(event, None);
/// }
/// // expands to
/// pub struct Text(());
/// impl Payload for Text { type View<'a> = TextMessage<'a>; const KINDS: Kinds = …; … }
/// ```
macro_rules! payloads {
    ($(
        $(#[$meta:meta])*
        $Payload:ident: $kinds:expr => $View:ty, |$event:ident| $read:expr;
    )*) => {
        $(
            $(#[$meta])*
            #[derive(Debug)]
            pub struct $Payload(());

            impl sealed::Sealed for $Payload {}

            impl Payload for $Payload {
                type View<'a> = $View;

                const KINDS: Kinds = $kinds;

                #[inline]
                fn view($event: &Event<Self>) -> Self::View<'_> {
                    $read
                }
            }
        )*
    };
}

const fn only(kind: Kind) -> Kinds {
    Kinds::of(&[kind])
}

payloads! {
    /// A text message.
    Text: only(Kind::Text) => TextMessage<'a>, |event| message(event, "text", None);
    /// An image.
    Image: only(Kind::Image) => MediaMessage<'a>, |event| message(event, "image", None);
    /// An audio file; with the Cloud API a voice message too (`voice` is true).
    Audio: only(Kind::Audio) => MediaMessage<'a>, |event| message(event, "audio", None);
    /// A voice message of the On-Premises API. Some hosts put the media under `audio`.
    Voice: only(Kind::Voice) => MediaMessage<'a>,
        |event| message(event, "voice", Some("audio"));
    /// A video.
    Video: only(Kind::Video) => MediaMessage<'a>, |event| message(event, "video", None);
    /// A document.
    Document: only(Kind::Document) => MediaMessage<'a>,
        |event| message(event, "document", None);
    /// A sticker.
    Sticker: only(Kind::Sticker) => MediaMessage<'a>,
        |event| message(event, "sticker", None);
    /// A place.
    Location: only(Kind::Location) => LocationMessage<'a>,
        |event| message(event, "location", None);
    /// Contact cards.
    Contacts: only(Kind::Contacts) => ContactsMessage<'a>,
        |event| message(event, "contacts", None);
    /// A quick reply to a template.
    Button: only(Kind::Button) => ButtonMessage<'a>,
        |event| message(event, "button", None);
    /// A reply to buttons, lists, flows or call permissions.
    Interactive: only(Kind::Interactive) => InteractiveMessage<'a>,
        |event| message(event, "interactive", None);
    /// An order from a catalog.
    Order: only(Kind::Order) => OrderMessage<'a>, |event| message(event, "order", None);
    /// A reaction to a message, or its removal.
    Reaction: only(Kind::Reaction) => ReactionMessage<'a>,
        |event| message(event, "reaction", None);
    /// A system message.
    System: only(Kind::System) => SystemMessage<'a>,
        |event| message(event, "system", None);
    /// A message that WhatsApp itself cannot pass on.
    Unsupported: only(Kind::Unsupported) => UnsupportedMessage<'a>,
        |event| message(event, "unsupported", None);
    /// A message of a type that has no view in this version.
    OtherMessage: only(Kind::OtherMessage) => Message<'a, AnyContent<'a>>,
        |event| any_message(event);
    /// `image`, `audio`, `voice`, `video`, `document` or `sticker`.
    AnyMedia: Kinds::of(&[
        Kind::Image, Kind::Audio, Kind::Voice, Kind::Video, Kind::Document, Kind::Sticker,
    ]) => MediaMessage<'a>, |event| media(event);
    /// A message of any type.
    AnyMessage: Kinds::MESSAGES => Message<'a, AnyContent<'a>>, |event| any_message(event);
    /// What became of a message that the business sent.
    Status: only(Kind::Status) => StatusView<'a>, |event| object(event);
    /// An error beside messages and statuses.
    Error: only(Kind::Error) => ErrorView<'a>, |event| object(event);
    /// A contact that belongs to no message and no status.
    Contact: only(Kind::Contact) => ContactView<'a>, |event| object(event);
    /// A change of another field than `messages`: see [`Event::field`].
    Change: only(Kind::Change) => Raw<'a>, |event| Raw::new(event.raw());
    /// A member that this version does not know, or a body of neither API's form.
    Unknown: only(Kind::Unknown) => Raw<'a>, |event| Raw::new(event.raw());
    /// An item that is not an object, or lacks what routing needs.
    Malformed: only(Kind::Malformed) => Raw<'a>, |event| Raw::new(event.raw());
    /// A body that is not JSON: its bytes.
    Unparseable: only(Kind::Unparseable) => &'a [u8], |event| event.notification().body();
    /// Any event.
    Any: Kinds::ALL => AnyView<'a>, |event| any(event);
}

/// Reads the object that the event is. The scan has passed over it, so it is one.
#[inline]
fn object<'a, V: Value<'a> + Default, P>(event: &'a Event<P>) -> V {
    V::read_value(&mut event.cursor()).unwrap_or_default()
}

#[inline]
fn message<'a, C: Value<'a> + Default, P>(
    event: &'a Event<P>,
    key: &'static str,
    or_key: Option<&'static str>,
) -> Message<'a, C> {
    Message::read(&mut event.cursor(), key, or_key)
}

fn media<P>(event: &Event<P>) -> Message<'_, MediaContent<'_>> {
    match event.kind() {
        Kind::Voice => message(event, "voice", Some("audio")),
        kind => message(event, kind.name(), None),
    }
}

fn any_message<P>(event: &Event<P>) -> Message<'_, AnyContent<'_>> {
    match event.kind() {
        Kind::Text => Message::map(message(event, "text", None), AnyContent::Text),
        Kind::Location => Message::map(message(event, "location", None), AnyContent::Location),
        Kind::Contacts => Message::map(message(event, "contacts", None), AnyContent::Contacts),
        Kind::Button => Message::map(message(event, "button", None), AnyContent::Button),
        Kind::Interactive => {
            Message::map(message(event, "interactive", None), AnyContent::Interactive)
        }
        Kind::Order => Message::map(message(event, "order", None), AnyContent::Order),
        Kind::Reaction => Message::map(message(event, "reaction", None), AnyContent::Reaction),
        Kind::System => Message::map(message(event, "system", None), AnyContent::System),
        Kind::Unsupported => {
            Message::map(message(event, "unsupported", None), AnyContent::Unsupported)
        }
        kind if AnyMedia::KINDS.contains(kind) => Message::map(media(event), AnyContent::Media),
        _ => header(event),
    }
}

/// A message of which only the header is known.
fn header<P>(event: &Event<P>) -> Message<'_, AnyContent<'_>> {
    Message::map(message::<Raw<'_>, P>(event, "", None), |_| AnyContent::Other)
}

fn any<P>(event: &Event<P>) -> AnyView<'_> {
    match event.kind() {
        Kind::Status => AnyView::Status(object(event)),
        Kind::Error => AnyView::Error(object(event)),
        Kind::Contact => AnyView::Contact(object(event)),
        Kind::Unparseable => AnyView::Unparseable,
        kind if kind.is_message() => AnyView::Message(any_message(event)),
        _ => AnyView::Raw(Raw::new(event.raw())),
    }
}
