//! JSON pointers: where in the body an offset is. Walked when asked for, so that rows stay small.

use crate::json::{Cursor, push_index, push_key};
use bytestring::ByteString;

/// The pointers (RFC 6901) to the values that start at these offsets, in the order of the offsets
/// as they are given. One walk for all; an offset at which no value starts has the empty pointer.
pub(crate) fn pointers(text: &ByteString, targets: &[u32]) -> Vec<String> {
    let mut found = vec![String::new(); targets.len()];
    let mut sorted: Vec<_> = targets.iter().copied().zip(&mut found).collect();
    sorted.sort_by_key(|(target, _)| *target);
    let mut wanted = sorted.into_iter().peekable();
    let mut cursor = Cursor::at(text, 0);
    let mut pointer = String::new();
    // The objects and arrays around the cursor: the pointer's length there, and an array's index.
    let mut around: Vec<(usize, Option<usize>)> = Vec::new();
    'value: loop {
        let first = cursor.peek();
        while let Some((target, slot)) = wanted.next_if(|(target, _)| *target <= cursor.offset()) {
            if target == cursor.offset() {
                slot.clone_from(&pointer);
            }
        }
        let Some((target, _)) = wanted.peek() else { break };
        let before = cursor;
        cursor.skip_value();
        if *target < cursor.offset() && matches!(first, Some(b'{' | b'[')) {
            cursor = before;
            let length = pointer.len();
            if first == Some(b'{') {
                if cursor.enter_object() {
                    around.push((length, None));
                    push_key(&mut pointer, cursor.key());
                    continue;
                }
            } else if cursor.enter_array() {
                around.push((length, Some(0)));
                push_index(&mut pointer, 0);
                continue;
            }
        }
        // On to the next value, out of what ends here.
        while let Some((length, index)) = around.last_mut() {
            pointer.truncate(*length);
            match index {
                None if cursor.next_member() => {
                    push_key(&mut pointer, cursor.key());
                    continue 'value;
                }
                Some(index) if cursor.next_element() => {
                    *index += 1;
                    push_index(&mut pointer, *index);
                    continue 'value;
                }
                _ => around.pop(),
            };
        }
        break;
    }
    found
}

/// The pointer to the value that starts at `target`; empty for the body itself.
pub(crate) fn pointer(text: &ByteString, target: u32) -> String {
    pointers(text, &[target]).pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{ByteString, pointer, pointers};

    #[test]
    fn every_value_has_its_pointer() {
        let text = ByteString::from(r#" {"a": [1, {"b~/\u0063": "x"}], "e": [], "d": {}}"#);
        let expected = [
            ("{\"a", ""),
            ("[1", "/a"),
            ("1,", "/a/0"),
            ("{\"b", "/a/1"),
            ("\"x", "/a/1/b~0~1c"),
            ("[]", "/e"),
            ("{}", "/d"),
        ];
        let at = |needle: &str| text.find(needle).expect("in the text") as u32;
        for (needle, expected) in expected {
            assert_eq!(pointer(&text, at(needle)), expected, "{needle}");
        }
        // All at once, in whichever order; and what is no value's start.
        let mut targets: Vec<_> = expected.iter().rev().map(|(needle, _)| at(needle)).collect();
        targets.push(3);
        let mut found = pointers(&text, &targets);
        assert_eq!(found.pop().as_deref(), Some(""));
        assert!(found.iter().eq(expected.iter().rev().map(|(_, pointer)| pointer)));
    }
}
