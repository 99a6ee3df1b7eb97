//! [`Untyped`]: the list of what typed readers pass over.

use super::{Cursor, Str};
use std::fmt::Write;

/// JSON pointers (RFC 6901) to the values that no typed field holds, collected on a walk.
#[derive(Default)]
pub(crate) struct Untyped {
    /// The pointer to the value that the walk is at.
    path: String,
    found: Vec<String>,
}

impl Untyped {
    /// Notes the value that the walk is at.
    pub(crate) fn here(&mut self) {
        self.found.push(self.path.clone());
    }

    /// Passes over the value at the cursor and notes it; `null` is nothing.
    pub(crate) fn whole(&mut self, cursor: &mut Cursor<'_>) {
        if cursor.peek() != Some(b'n') {
            self.here();
        }
        cursor.skip_value();
    }

    /// Walks into the member of this key.
    pub(crate) fn member(&mut self, key: Str<'_>, walk: impl FnOnce(&mut Self)) {
        let outer = self.enter_member(key);
        walk(self);
        self.leave(outer);
    }

    /// Walks into the item of this index.
    pub(crate) fn item(&mut self, index: usize, walk: impl FnOnce(&mut Self)) {
        let outer = self.enter_item(index);
        walk(self);
        self.leave(outer);
    }

    /// Steps into a member; gives what [`leave`](Self::leave) takes.
    pub(crate) fn enter_member(&mut self, key: Str<'_>) -> usize {
        let outer = self.path.len();
        push_key(&mut self.path, key);
        outer
    }

    /// Steps into an item; gives what [`leave`](Self::leave) takes.
    pub(crate) fn enter_item(&mut self, index: usize) -> usize {
        let outer = self.path.len();
        push_index(&mut self.path, index);
        outer
    }

    pub(crate) fn leave(&mut self, outer: usize) {
        self.path.truncate(outer);
    }

    pub(crate) fn into_pointers(self) -> Vec<String> {
        self.found
    }
}

/// Adds a member's name to a pointer.
pub(crate) fn push_key(pointer: &mut String, key: Str<'_>) {
    pointer.push('/');
    for char in key.chars() {
        match char {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            char => pointer.push(char),
        }
    }
}

/// Adds an item's index to a pointer.
pub(crate) fn push_index(pointer: &mut String, index: usize) {
    // Writing to a string cannot fail.
    let _ = write!(pointer, "/{index}");
}
