//! JSON pointers: where in the body an offset is. Walked when asked for, so that rows stay small.

use crate::json::{Cursor, push_index, push_key};
use bytestring::ByteString;

/// The pointer (RFC 6901) to the value that starts at `target`; empty for the body itself.
pub(crate) fn pointer(text: &ByteString, target: usize) -> String {
    let mut pointer = String::new();
    // A target that is not there leaves the pointer at the nearest value around it.
    walk(&mut Cursor::at(text, 0), target, &mut pointer);
    pointer
}

fn walk(cursor: &mut Cursor<'_>, target: usize, pointer: &mut String) {
    loop {
        let first = cursor.peek();
        if cursor.offset() >= target {
            return;
        }
        match first {
            Some(b'{') => {
                let mut more = cursor.enter_object();
                while more {
                    let key = cursor.key();
                    if !passes_over(cursor, target) {
                        push_key(pointer, key);
                        break;
                    }
                    more = cursor.next_member();
                }
                if !more {
                    return;
                }
            }
            Some(b'[') => {
                let mut more = cursor.enter_array();
                let mut index = 0_usize;
                while more && passes_over(cursor, target) {
                    more = cursor.next_element();
                    index += 1;
                }
                if !more {
                    return;
                }
                push_index(pointer, index);
            }
            _ => return,
        }
    }
}

/// Passes over the value at the cursor; not if `target` is in it.
fn passes_over(cursor: &mut Cursor<'_>, target: usize) -> bool {
    let before = *cursor;
    cursor.skip_value();
    let passed = cursor.offset() <= target;
    if !passed {
        *cursor = before;
    }
    passed
}

#[cfg(test)]
mod tests {
    use super::{ByteString, pointer};

    #[test]
    fn every_value_has_its_pointer() {
        let text = ByteString::from(r#" {"a": [1, {"b~/\u0063": "x"}], "d": {}}"#);
        for (needle, expected) in [
            ("{\"a", ""),
            ("[1", "/a"),
            ("1,", "/a/0"),
            ("{\"b", "/a/1"),
            ("\"x", "/a/1/b~0~1c"),
            ("{}", "/d"),
        ] {
            let at = text.find(needle).expect("in the text");
            assert_eq!(pointer(&text, at), expected, "{needle}");
        }
    }
}
