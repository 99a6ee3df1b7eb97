//! The macros behind the views: `members!` and `object!`.

/// Walks over the members of the object at the cursor.
///
/// Keys are listed in the order in which WhatsApp usually writes them. First they are tried as
/// literal bytes in that order, which costs a comparison each; whatever stands elsewhere, is
/// written with escapes or is not listed is read by its name, and then they are tried again. Keys
/// that are `rare` are not tried. A repeated key runs its code again, so that the last one wins.
///
/// A bet in brackets comes before all: an expression that is `Some` when it has passed over the first members
/// in one go (`crate::usual`), what is noted then, and the members that are read by their names
/// otherwise.
///
/// ```text
/// members!(cursor, {
///     [usual_head(cursor) => |head| item.begin(head)] {
///         "id" => id = cursor.text_or_number(),
///     }
///     "type" => kind = cursor.text_or_number(),
///     rare "to" => to = cursor.text_or_number(),
///     _(key) => cursor.skip_value(),
/// });
/// // expands to
/// 'object: {
///     if let Some(head) = usual_head(cursor) {
///         item.begin(head);
///         if !cursor.next_member() { break 'object; }
///     } else {
///         if !cursor.enter_object() { break 'object; }
///         if cursor.usual_key(b"\"id\":") { id = …; if !cursor.next_member() { break 'object; } }
///     }
///     loop {
///         if cursor.usual_key(b"\"type\":") { kind = …; if !cursor.next_member() { break 'object; } }
///         let key = cursor.key();
///         match key.among(&["id", "type", "to"]) {
///             "id" => id = …,
///             "type" => kind = …,
///             "to" => to = …,
///             _ => cursor.skip_value(),
///         }
///         if !cursor.next_member() { break 'object; }
///     }
/// }
/// ```
macro_rules! members {
    ($cursor:expr, {
        $([$bet:expr => |$won:ident| $note:expr] { $($first:literal => $read_first:expr,)* })?
        $($($rare:ident)? $key:literal => $read:expr,)*
        _($name:ident) => $rest:expr $(,)?
    }) => {
        'object: {
            $crate::view::first_members!('object, $cursor $(, $bet => |$won| $note, { $($first => $read_first,)* })?);
            loop {
                $($crate::view::usual_member!('object, $cursor, $($rare)? $key => $read);)*
                let $name = $cursor.key();
                match $name.among(&[$($($first,)*)? $($key),*]) {
                    $($($first => { $read_first; })*)?
                    $($key => { $read; })*
                    _ => { $rest; }
                }
                if !$cursor.next_member() {
                    break 'object;
                }
            }
        }
    };
}

/// The way into an object: by a bet on its first members, or by their names.
macro_rules! first_members {
    ($object:lifetime, $cursor:expr) => {
        if !$cursor.enter_object() {
            break $object;
        }
    };
    ($object:lifetime, $cursor:expr, $bet:expr => |$won:ident| $note:expr, { $($key:literal => $read:expr,)* }) => {
        if let Some($won) = $bet {
            $note;
            if !$cursor.next_member() {
                break $object;
            }
        } else {
            if !$cursor.enter_object() {
                break $object;
            }
            $($crate::view::usual_member!($object, $cursor, $key => $read);)*
        }
    };
}

/// A member at its usual place.
macro_rules! usual_member {
    ($object:lifetime, $cursor:expr, $key:literal => $read:expr) => {
        if $cursor.usual_key(concat!("\"", $key, "\":").as_bytes()) {
            $read;
            if !$cursor.next_member() {
                break $object;
            }
        }
    };
    ($object:lifetime, $cursor:expr, rare $key:literal => $read:expr) => {};
}

/// Declares the view of one JSON object: the struct, its reader and its `Serialize`.
///
/// One line a field: its documentation, name, type and key on the wire. Any [`Field`] type fits:
/// `Option<Str>`, `Option<Number>`, `Option<bool>`, `Option<Timestamp>`, `Option<AnotherView>`,
/// `List<T>`. A field with another reader names it in brackets; one that few objects have is `rare`.
/// A view that has a bet of its own names it in brackets behind its name (`crate::usual`).
///
/// ```text
/// object! {
///     /// A reply by button.
///     pub struct Button<'a> {
///         /// What the business put into the button.
///         pub payload: Option<Str<'a>> = "payload",
///         /// In milliseconds.
///         pub pressed: Option<Timestamp> = rare "pressed" [Timestamp::read_millis],
///     }
/// }
/// // expands to
/// pub struct Button<'a> { pub payload: Option<Str<'a>>, pub pressed: Option<Timestamp> }
/// impl<'a> Object<'a> for Button<'a> { … members!(cursor, { "payload" => …, rare "pressed" => …, … }) }
/// impl<'a> Value<'a> for Button<'a> { /* reads the object; lists what the fields do not hold */ }
/// impl Serialize for Button<'_> { /* the members that are there, under the wire's names */ }
/// ```
///
/// [`Field`]: crate::json::Field
macro_rules! object {
    ($(#[$meta:meta])* pub struct $View:ident<$a:lifetime> $([|$view:ident, $bet:ident| $usual:block])? { $($fields:tt)* }) => {
        $crate::view::object_of! {
            $a, [$View<$a>], [<$a>], [$(|$view, $bet| $usual)?], $(#[$meta])* $View { $($fields)* }
        }
    };
    // A view of nothing that stays in the body.
    ($(#[$meta:meta])* pub struct $View:ident { $($fields:tt)* }) => {
        $crate::view::object_of! { 'a, [$View], [], [], $(#[$meta])* $View { $($fields)* } }
    };
}

/// What `object!` expands to, for a lifetime, the view's type and its generics.
macro_rules! object_of {
    (
        $a:lifetime, [$Type:ty], [$($generics:tt)*], [$(|$view:ident, $bet:ident| $usual:block)?],
        $(#[$meta:meta])*
        $View:ident {
            $(
                $(#[$field_meta:meta])*
                pub $field:ident: $Field:ty = $($rare:ident)? $key:literal $([$reader:expr])?,
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $View $($generics)* {
            $(
                $(#[$field_meta])*
                pub $field: $Field,
            )*
        }

        impl<$a> $crate::view::Object<$a> for $Type {
            $(
                #[inline(always)]
                fn usual(&mut self, $bet: &mut $crate::json::Bet<$a>) -> Option<()> {
                    let $view = self;
                    $usual
                }
            )?

            #[inline(always)]
            fn usual_members(&mut self, bet: &mut $crate::json::Bet<$a>) -> bool {
                let mut member = bet.mark();
                $($crate::view::usual_field!(self, bet, member, $($rare)? $field $key $([$reader])?);)*
                bet.back_to(member);
                false
            }

            #[inline]
            fn named_member(
                &mut self,
                cursor: &mut $crate::json::Cursor<$a>,
                mut rest: impl FnMut($crate::json::Str<$a>, &mut $crate::json::Cursor<$a>),
            ) {
                let key = cursor.key();
                match key.among(&[$($key),*]) {
                    $($key => self.$field = $crate::view::read_field!(cursor $([$reader])?),)*
                    _ => rest(key, cursor),
                }
            }

            fn untyped_with(
                cursor: &mut $crate::json::Cursor<$a>,
                found: &mut $crate::json::Untyped,
                mut rest: impl FnMut(
                    $crate::json::Str<$a>,
                    &mut $crate::json::Cursor<$a>,
                    &mut $crate::json::Untyped,
                ),
            ) {
                let mut more = cursor.enter_object();
                while more {
                    let key = cursor.key();
                    found.member(key, |found| match key.among(&[$($key),*]) {
                        $($key => $crate::view::untyped_field!(cursor, found, $Field $(, $reader)?),)*
                        _ => rest(key, cursor, found),
                    });
                    more = cursor.next_member();
                }
            }

            fn serialize_members<M: serde::ser::SerializeMap>(
                &self,
                map: &mut M,
            ) -> Result<(), M::Error> {
                $(
                    if !$crate::json::Field::is_absent(&self.$field) {
                        map.serialize_entry($key, &self.$field)?;
                    }
                )*
                Ok(())
            }
        }

        impl<$a> $crate::json::Value<$a> for $Type {
            #[inline]
            fn read_value(cursor: &mut $crate::json::Cursor<$a>) -> Option<Self> {
                let mut view = Self::default();
                $crate::view::read_object(&mut view, cursor).then_some(view)
            }

            #[inline]
            fn read_to(&mut self, cursor: &mut $crate::json::Cursor<$a>) {
                $crate::view::read_object(self, cursor);
            }

            #[inline(never)]
            fn pass(cursor: &mut $crate::json::Cursor<$a>) {
                let mut view = Self::default();
                $crate::view::read_object_inline(&mut view, cursor);
            }

            #[inline(always)]
            fn bet(bet: &mut $crate::json::Bet<$a>) -> Option<Self> {
                let mut view = None;
                Self::bet_to(&mut view, bet)?;
                view
            }

            #[inline(always)]
            fn bet_to(
                slot: &mut Option<Self>,
                bet: &mut $crate::json::Bet<$a>,
            ) -> Option<()> {
                bet.enter_object()?;
                let view = slot.insert(Self::default());
                let mut member = bet.offset();
                while !$crate::view::Object::usual_members(view, bet) {
                    // Behind an unusual order it may go on as usual.
                    if bet.offset() == member {
                        return None;
                    }
                    member = bet.offset();
                }
                Some(())
            }

            fn untyped(cursor: &mut $crate::json::Cursor<$a>, found: &mut $crate::json::Untyped) {
                $crate::view::untyped_object::<Self>(cursor, found);
            }
        }

        impl<$a> serde::Serialize for $Type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                let mut map = serializer.serialize_map(None)?;
                $crate::view::Object::serialize_members(self, &mut map)?;
                map.end()
            }
        }
    };
}

/// How `object!` reads one field: by its type, or by the reader named in brackets.
macro_rules! read_field {
    ($cursor:ident) => {
        $crate::json::Field::read($cursor)
    };
    ($cursor:ident [$reader:expr]) => {
        $reader($cursor)
    };
}

/// A field at its usual place: reads it and goes on, or goes back to the separator before it.
macro_rules! usual_field {
    ($view:ident, $bet:ident, $member:ident, $field:ident $key:literal) => {
        if $bet.key(concat!("\"", $key, "\":").as_bytes()) {
            if $crate::json::Field::bet(&mut $view.$field, $bet).is_some()
                && let Some(more) = $bet.next_member()
            {
                if !more {
                    return true;
                }
                $member = $bet.mark();
            } else {
                $bet.back_to($member);
                return false;
            }
        }
    };
    ($view:ident, $bet:ident, $member:ident, $($not_tried:tt)*) => {};
}

/// How `object!` lists what one field leaves out.
macro_rules! untyped_field {
    ($cursor:ident, $found:ident, $Type:ty) => {
        <$Type as $crate::json::Field>::untyped($cursor, $found)
    };
    ($cursor:ident, $found:ident, $Type:ty, $reader:expr) => {
        $crate::json::untyped($cursor, $found, |cursor| {
            let value: $Type = $reader(cursor);
            $crate::json::Field::is_absent(&value)
        })
    };
}

pub(crate) use {
    first_members, members, object, object_of, read_field, untyped_field, usual_field, usual_member,
};
