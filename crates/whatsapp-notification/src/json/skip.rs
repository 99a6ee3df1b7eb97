//! Passing over a value of any type.

use super::{Cursor, Fault};

impl Cursor<'_> {
    /// Passes over one value of any type. No recursion: one bit a level says object or array.
    #[inline]
    pub(crate) fn skip_value(&mut self) {
        match self.peek() {
            Some(b'"') => {
                self.string();
            }
            Some(b'{' | b'[') => self.aside(Self::skip_nested),
            _ => self.aside(Self::skip_scalar),
        }
    }

    fn skip_scalar(&mut self) {
        let known = match self.peek() {
            Some(b't') => self.literal(b"true"),
            Some(b'f') => self.literal(b"false"),
            Some(b'n') => self.literal(b"null"),
            _ => {
                self.number();
                return;
            }
        };
        if !known {
            self.fail(Fault::Syntax);
        }
    }

    fn skip_nested(&mut self) {
        let outer = self.depth;
        // The lowest bit is the innermost level: 1 for an object, 0 for an array.
        let mut objects: u128 = 0;
        loop {
            match self.peek() {
                Some(b'{') => {
                    objects = (objects << 1) | 1;
                    if self.enter_object() {
                        self.key();
                        continue;
                    }
                    objects >>= 1;
                }
                Some(b'[') => {
                    objects <<= 1;
                    if self.enter_array() {
                        continue;
                    }
                    objects >>= 1;
                }
                Some(b'"') => {
                    self.string();
                }
                _ => self.aside(Self::skip_scalar),
            }
            // Behind a value: on to the next one, closing what ends here.
            loop {
                if self.depth == outer || self.fault.is_some() {
                    return;
                }
                if objects & 1 == 1 {
                    if self.next_member() {
                        self.key();
                        break;
                    }
                } else if self.next_element() {
                    break;
                }
                objects >>= 1;
            }
        }
    }
}
