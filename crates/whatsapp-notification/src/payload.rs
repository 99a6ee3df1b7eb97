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
    catalog::catalog,
    json::{List, Raw, Str, Value},
    view::*,
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

/// Declares one payload type: the kinds that it covers, its view, and how the view is read.
macro_rules! payload {
    ($(#[$meta:meta])* $Payload:ident<$a:lifetime>: $kinds:expr => $View:ty, |$event:ident| $read:expr) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $Payload(());

        impl sealed::Sealed for $Payload {}

        impl Payload for $Payload {
            type View<$a> = $View;

            const KINDS: Kinds = $kinds;

            #[inline]
            fn view($event: &Event<Self>) -> Self::View<'_> {
                $read
            }
        }
    };
}

/// Declares a payload type for each kind of the [catalog](crate::catalog).
macro_rules! payloads {
    (
        $a:lifetime;
        messages { $($(#[$message_meta:meta])* $Message:ident = $type:literal $(| $or:literal)?: $Content:ty;)* }
        systems { $($(#[$system_meta:meta])* $System:ident = $system:literal;)* }
        others { $($(#[$other_meta:meta])* $Other:ident = $name:literal $(by $by:literal)?: $View:ty;)* }
    ) => {
        $(payload! {
            $(#[$message_meta])*
            $Message<$a>: kinds_of(Kind::$Message) => Message<$a, $Content>,
            |event| Message::read(&mut event.cursor(), $type, None$(.or(Some($or)))?)
        })*
        $(payload! {
            $(#[$system_meta])*
            $System<$a>: only(Kind::$System) => SystemMessage<$a>,
            |event| Message::read(&mut event.cursor(), "system", None)
        })*
        $(payload! {
            $(#[$other_meta])*
            $Other<$a>: only(Kind::$Other) => $View,
            |event| value(event)
        })*

        /// The view of an event of any kind.
        fn any(event: &Event<Any>) -> AnyView<'_> {
            match event.kind() {
                $(Kind::$Other => AnyView::$Other(value(event)),)*
                Kind::Unparseable => AnyView::Unparseable,
                _ => AnyView::Message(any_message(event)),
            }
        }
    };
}

catalog!(payloads, 'a);

payload! {
    /// A message of a type that has no view in this version.
    OtherMessage<'a>: only(Kind::OtherMessage) => Message<'a, AnyContent<'a>>, |event| any_message(event)
}
payload! {
    /// A body that is not JSON: its bytes.
    Unparseable<'a>: only(Kind::Unparseable) => &'a [u8], |event| event.notification().body()
}
payload! {
    /// `image`, `audio`, `voice`, `video`, `document` or `sticker`.
    AnyMedia<'a>: Kinds::of(&[
        Kind::Image, Kind::Audio, Kind::Voice, Kind::Video, Kind::Document, Kind::Sticker,
    ]) => MediaMessage<'a>, |event| media(event)
}
payload! {
    /// A message of any type.
    AnyMessage<'a>: Kinds::MESSAGES => Message<'a, AnyContent<'a>>, |event| any_message(event)
}
payload! {
    /// A customer has another number or another user id, by whichever event it is told.
    IdChange<'a>: Kinds::of(&[
        Kind::UserChangedNumber, Kind::UserChangedUserId, Kind::UserIdUpdate,
    ]) => IdChangeView<'a>, |event| id_change(event)
}
payload! {
    /// Any event.
    Any<'a>: Kinds::ALL => AnyView<'a>, |event| any(event)
}

const fn only(kind: Kind) -> Kinds {
    Kinds::of(&[kind])
}

/// What the payload of this name covers: the system messages that have kinds of their own are
/// system messages, too.
const fn kinds_of(kind: Kind) -> Kinds {
    match kind {
        Kind::System => {
            Kinds::of(&[Kind::System, Kind::UserChangedNumber, Kind::UserChangedUserId])
        }
        kind => only(kind),
    }
}

/// Reads what the event is. The scan has passed over it.
#[inline]
fn value<'a, V: Value<'a> + Default, P>(event: &'a Event<P>) -> V {
    let mut view = V::default();
    view.read_to(&mut event.cursor());
    view
}

fn media<P>(event: &Event<P>) -> MediaMessage<'_> {
    let or_key = if event.kind() == Kind::Voice { Some("audio") } else { None };
    Message::read(&mut event.cursor(), event.kind().name(), or_key)
}

fn any_message<P>(event: &Event<P>) -> Message<'_, AnyContent<'_>> {
    Message::read_kind(&mut event.cursor(), event.kind())
}

fn id_change<P>(event: &Event<P>) -> IdChangeView<'_> {
    if event.kind() == Kind::UserIdUpdate {
        IdChangeView::of_update(&value(event))
    } else {
        IdChangeView::of_message(&Message::read(&mut event.cursor(), "system", None))
    }
}
