//! Text on its way to a terminal: nothing in it moves the cursor, hides or reorders what stands there, and none is longer
//! than people read.
//!
//! Names, messages and data of remote systems and connectors are foreign. Control characters among them become visible:
//! `\u{1b}` for an escape. So do the characters that change the direction of text, which make one name look like another.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::masking::masker;
use crate::text;

/// Length of one message for people, in characters: some 20 lines of a terminal. More is cut, and counted.
pub const MAX_MESSAGE: usize = 2_000;

/// Length of one text in a line of JSON (`--json-errors`), in bytes.
pub const MAX_JSON_TEXT: usize = 64 * 1024;

/// Beginning of every further line of a message, so that no foreign line looks like one of ours.
const CONTINUATION: &str = "\n  | ";

/// Says whether a character changes what a terminal shows beyond its own cell; a line feed and a tab do not count.
#[must_use]
pub fn is_hidden(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        // Marks, embeddings, overrides and isolates of the bidirectional algorithm (Unicode, UAX #9).
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            true
        }
        // Separators that some terminals take for line feeds, the byte order mark, and invisible tags.
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}' => true,
        // C0 and C1, with DEL.
        other => other.is_control(),
    }
}

/// Makes hidden characters visible. A line feed after a carriage return stands for both.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '\r' && letters.peek() == Some(&'\n') {
            continue;
        }
        if is_hidden(letter) {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(letter));
        } else {
            shown.push(letter);
        }
    }
    Cow::Owned(shown)
}

/// Cuts a text after so many characters, and says how much is left out.
#[must_use]
pub fn cut(text: &str, max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max) {
        None => Cow::Borrowed(text),
        Some((at, _)) => {
            let (kept, rest) = text.split_at(at);
            Cow::Owned(format!(
                "{kept}… ({} more bytes)",
                text::thousands(rest.len() as u64)
            ))
        }
    }
}

/// Prepares a message for people: without secrets, of readable length, without hidden characters, its further lines set
/// off from ours.
#[must_use]
pub fn message(text: &str) -> String {
    let masked = mask_start(text, MAX_MESSAGE);
    let cut = cut(&masked, MAX_MESSAGE);
    let lines = cut.trim_end_matches('\n');
    visible(lines).replace('\n', CONTINUATION)
}

/// Masks as much of a text as is going to be shown: a message of 60 MB is not searched whole. What follows keeps its
/// length, so that it can be counted.
fn mask_start(text: &str, shown: usize) -> Cow<'_, str> {
    /// Longest secret that may stand across the cut, in bytes, escapes included.
    const ACROSS: usize = 16 * 1024;
    let end = shown * 4 + ACROSS;
    if text.len() <= end {
        return masker().mask(text);
    }
    let end = (end..text.len())
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(text.len());
    let (start, rest) = text.split_at(end);
    match masker().mask(start) {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        Cow::Owned(masked) => Cow::Owned(masked + rest),
    }
}

/// Writes a JSON document in one line: its texts without secrets and of bounded length, hidden characters as escapes.
#[must_use]
pub fn json_line(mut document: serde_json::Value) -> String {
    bound(&mut document);
    masker().mask_json(&mut document);
    escaped(&document.to_string())
}

/// Escapes the hidden characters that JSON lets stand.
#[must_use]
pub fn escaped(json: &str) -> String {
    let mut line = String::with_capacity(json.len());
    for letter in json.chars() {
        if is_hidden(letter) {
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                let _ = write!(line, "\\u{unit:04x}");
            }
        } else {
            line.push(letter);
        }
    }
    line
}

fn bound(document: &mut serde_json::Value) {
    match document {
        serde_json::Value::String(text) if text.len() > MAX_JSON_TEXT => {
            let characters = text
                .char_indices()
                .take_while(|(at, _)| *at < MAX_JSON_TEXT)
                .count();
            *text = cut(text, characters).into_owned();
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(bound),
        serde_json::Value::Object(members) => members.values_mut().for_each(bound),
        _ => {}
    }
}

/// Filter that makes the data of a stream visible, piece by piece: a character may be cut in two by the end of a piece.
#[derive(Debug, Default)]
pub struct VisibleStream {
    held: Vec<u8>,
}

impl VisibleStream {
    /// Returns what can be shown so far.
    pub fn piece(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(bytes);
        let keep = unfinished(&self.held);
        let rest = self.held.split_off(self.held.len() - keep);
        let whole = std::mem::replace(&mut self.held, rest);
        visible(&String::from_utf8_lossy(&whole))
            .into_owned()
            .into_bytes()
    }

    /// Returns what is left at the end.
    pub fn end(&mut self) -> Vec<u8> {
        let left = std::mem::take(&mut self.held);
        visible(&String::from_utf8_lossy(&left))
            .into_owned()
            .into_bytes()
    }
}

/// Counts the bytes at the end that begin a character or a line's end.
fn unfinished(bytes: &[u8]) -> usize {
    if bytes.last() == Some(&b'\r') {
        return 1;
    }
    let continued = bytes
        .iter()
        .rev()
        .take(3)
        .take_while(|byte| **byte & 0xc0 == 0x80)
        .count();
    let Some(first) = bytes.iter().rev().nth(continued) else {
        return 0;
    };
    let length = match first {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf7 => 4,
        _ => 1,
    };
    if length > continued + 1 {
        continued + 1
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_moves_the_cursor_or_turns_the_text_is_visible() {
        assert_eq!(visible("a\u{1b}[2Jb\u{9b}c"), "a\\u{1b}[2Jb\\u{9b}c");
        assert_eq!(visible("evil\u{202e}txt.exe"), "evil\\u{202e}txt.exe");
        assert_eq!(visible("over\rwritten\r\n"), "over\\u{d}written\n");
        assert_eq!(visible("Grüße\t✓\n"), "Grüße\t✓\n");
    }

    #[test]
    fn a_long_message_is_cut_and_counted() {
        let long = "ä".repeat(MAX_MESSAGE + 10);
        let shown = message(&long);
        assert!(shown.ends_with("ä… (20 more bytes)"), "{shown}");
        assert!(message(&"x".repeat(60_000_000)).len() < MAX_MESSAGE + 40);
    }

    #[test]
    fn no_line_of_a_message_looks_like_one_of_ours() {
        assert_eq!(message("bad\nhint: run this\n"), "bad\n  | hint: run this");
    }

    #[test]
    fn lines_of_json_are_bounded_and_have_nothing_hidden() {
        let line =
            json_line(json!({"a": "\u{9b}\u{e0041}\u{1b}", "b": "y".repeat(MAX_JSON_TEXT * 2)}));
        assert!(line.is_char_boundary(0) && !line.chars().any(is_hidden));
        assert!(line.len() < MAX_JSON_TEXT + 200);
        let parsed: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(parsed["a"], "\u{9b}\u{e0041}\u{1b}");
    }

    #[test]
    fn characters_cut_in_two_are_shown_whole() {
        let text = "é\r\n✓\u{1b}😀";
        for at in 0..=text.len() {
            let (first, second) = text.as_bytes().split_at(at);
            let mut stream = VisibleStream::default();
            let shown = [stream.piece(first), stream.piece(second), stream.end()].concat();
            assert_eq!(String::from_utf8_lossy(&shown), "é\n✓\\u{1b}😀", "{at}");
        }
    }
}
