//! What came instead of what was expected, in words.

use super::unusable::Unusable;
use crate::exchange::Reply;
use crate::media_type;

/// Characters of an unexpected body that a message quotes.
const MAX_QUOTE: usize = 80;

/// The media type without its parameters, in lower case.
pub fn essence(reply: &Reply) -> String {
    let told = reply.header("content-type").unwrap_or_default();
    media_type::essence(told).to_ascii_lowercase()
}

/// Whether a response is a page of HTML.
pub fn is_html(reply: &Reply) -> bool {
    matches!(
        essence(reply).as_str(),
        "text/html" | "application/xhtml+xml"
    ) || is_page(&reply.body)
}

/// Whether a media type is that of an image, or of bytes of which nothing is known.
pub fn may_be_image(essence: &str) -> bool {
    essence.is_empty() || essence.starts_with("image/") || essence.starts_with("application/octet")
}

/// Whether a text begins as a page of HTML does.
pub fn is_page(body: &[u8]) -> bool {
    let begins = |tag: &[u8]| {
        let start = body.trim_ascii_start();
        start
            .get(..tag.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(tag))
    };
    begins(b"<!doctype html") || begins(b"<html")
}

/// The error about a response that breaks off, or that no parser takes.
pub fn damaged(reply: &Reply, what: &str, why: &dyn std::fmt::Display) -> Unusable {
    Unusable(format!(
        "The org answered HTTP {} with damaged {what} ({why}): the answer cannot be used",
        reply.status
    ))
}

/// The error about a response that is something else.
pub fn unlike(reply: &Reply, wanted: &str) -> Unusable {
    Unusable(format!(
        "The org answered HTTP {} with {} instead of {wanted}: the answer cannot be used",
        reply.status,
        found(reply)
    ))
}

/// What a response is, with the beginning of its text.
fn found(reply: &Reply) -> String {
    let what = if is_html(reply) {
        "a page of HTML"
    } else if reply.body.is_empty() {
        return match essence(reply).as_str() {
            "" => "nothing".to_owned(),
            told => format!("an empty body or one of `{told}`"),
        };
    } else {
        "another body"
    };
    match quote(&reply.body).as_str() {
        "" => what.to_owned(),
        text => format!("{what} (`{text}`)"),
    }
}

/// The words of a body, without markup and control characters.
pub fn quote(body: &[u8]) -> String {
    let start = body.get(..MAX_QUOTE * 8).unwrap_or(body);
    let text = String::from_utf8_lossy(start);
    let mut plain = String::new();
    let mut inside = false;
    for character in text.chars() {
        match character {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                plain.push(' ');
            }
            _ if inside => {}
            _ if character.is_control() || character == '`' => plain.push(' '),
            _ => plain.push(character),
        }
    }
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.join(" ").chars().take(MAX_QUOTE).collect()
}
