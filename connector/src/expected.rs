//! What the response to a request must be. Each request declares it; it is checked in one place, before anybody uses the body.

use crate::exchange::Reply;
use crate::org::Unusable;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde::de::IgnoredAny;

mod streamed;

pub use streamed::Streamed;

/// Characters of an unexpected body that a message quotes.
const MAX_QUOTE: usize = 80;

/// What a response with a good status (2xx) must be; anything else is no success, whatever its status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// One JSON object or list, whole.
    Json,
    /// JSON that is large, and that its reader parses to its end before it uses anything of it.
    JsonPage,
    /// No body, with a status that says so: 201, 202 or 204.
    Nothing,
    /// JSON, or no body with a status that says so.
    JsonOrNothing,
    /// No body, whatever the status (RFC 7009, section 2.2).
    Empty,
    /// A SOAP envelope, which its reader parses to its end before it uses anything of it.
    Soap,
    /// One document, whole, in XML or JSON: infos of Bulk API 1.0, where the server has the choice.
    XmlOrJson,
    /// CSV; with 204 nothing. It may be streamed.
    Csv,
    /// The bytes of a file; a page of HTML only where the file is one.
    File {
        /// Whether the file is a page of HTML.
        html: bool,
    },
    /// The bytes of an image.
    Image,
    /// A document in the form of its job: CSV, XML or JSON. It may be streamed.
    Document,
    /// Whatever comes: the caller has written the request himself, and reads the response himself.
    Anything,
}

impl Expected {
    /// Checks a response whose body is here. Other statuses than 2xx are for whoever takes them.
    pub fn check(self, reply: &Reply) -> Result<(), Unusable> {
        if !is_good(reply) {
            return Ok(());
        }
        self.check_head(reply)?;
        let body = reply.body.as_slice();
        match self {
            Self::Json => json(reply),
            Self::JsonOrNothing if says_nothing(reply) && body.is_empty() => Ok(()),
            Self::JsonOrNothing => json(reply),
            Self::JsonPage => begins_with(reply, b"{[", "JSON"),
            Self::XmlOrJson if body.trim_ascii_start().starts_with(b"<") => xml(reply),
            Self::XmlOrJson => json(reply),
            Self::Nothing | Self::Empty if !body.is_empty() => Err(unlike(reply, "no body")),
            Self::Nothing if !says_nothing(reply) => Err(unlike(reply, "201 or 204")),
            _ if self.needs_bytes(reply.status) && body.is_empty() => {
                Err(unlike(reply, self.noun()))
            }
            Self::Nothing
            | Self::Empty
            | Self::Csv
            | Self::Document
            | Self::File { .. }
            | Self::Image
            // Its reader says what is wrong with it, and where.
            | Self::Soap
            | Self::Anything => Ok(()),
        }
    }

    /// Checks what is known before the body is: a page of HTML is never data.
    pub fn check_head(self, reply: &Reply) -> Result<(), Unusable> {
        let takes_html = match self {
            Self::Anything | Self::File { html: true } => true,
            Self::Nothing | Self::JsonOrNothing | Self::Empty => reply.body.is_empty(),
            _ => false,
        };
        if is_good(reply) && !takes_html && is_html(reply) {
            return Err(unlike(reply, self.noun()));
        }
        let other = match self {
            Self::Csv => essence(reply) == "application/json",
            Self::Image => !may_be_image(&essence(reply)),
            _ => false,
        };
        match is_good(reply) && other {
            true => Err(unlike(reply, self.noun())),
            false => Ok(()),
        }
    }

    /// Whether a streamed body must have at least one byte.
    pub fn needs_bytes(self, status: u16) -> bool {
        matches!(self, Self::Csv | Self::Document | Self::Image) && status != 204
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Json | Self::JsonPage | Self::JsonOrNothing => "JSON",
            Self::Nothing | Self::Empty => "no body",
            Self::Soap => "a SOAP envelope",
            Self::XmlOrJson => "XML or JSON",
            Self::Csv => "CSV",
            Self::File { .. } => "the bytes of a file",
            Self::Image => "an image",
            Self::Document => "a document",
            Self::Anything => "anything",
        }
    }
}

fn is_good(reply: &Reply) -> bool {
    (200..=299).contains(&reply.status)
}

fn says_nothing(reply: &Reply) -> bool {
    matches!(reply.status, 201 | 202 | 204)
}

/// The media type without its parameters, in lower case.
fn essence(reply: &Reply) -> String {
    let told = reply.header("content-type").unwrap_or_default();
    let essence = told.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

fn is_html(reply: &Reply) -> bool {
    matches!(
        essence(reply).as_str(),
        "text/html" | "application/xhtml+xml"
    ) || is_page(&reply.body)
}

/// Whether a media type is that of an image, or of bytes of which nothing is known.
fn may_be_image(essence: &str) -> bool {
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

fn json(reply: &Reply) -> Result<(), Unusable> {
    begins_with(reply, b"{[", "JSON")?;
    serde_json::from_slice::<IgnoredAny>(&reply.body)
        .map(drop)
        .map_err(|error| damaged(reply, "JSON", &error))
}

fn xml(reply: &Reply) -> Result<(), Unusable> {
    let mut reader = Reader::from_reader(reply.body.as_slice());
    let mut depth = 0_usize;
    loop {
        match reader.read_event() {
            Ok(Event::Start(_)) => depth += 1,
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Eof) if depth == 0 => return Ok(()),
            Ok(Event::Eof) => return Err(damaged(reply, "XML", &"it is cut short")),
            Ok(_) => {}
            Err(error) => return Err(damaged(reply, "XML", &error)),
        }
    }
}

fn begins_with(reply: &Reply, starts: &[u8], wanted: &str) -> Result<(), Unusable> {
    let first = reply.body.trim_ascii_start().first();
    match first.is_some_and(|first| starts.contains(first)) {
        true => Ok(()),
        false => Err(unlike(reply, wanted)),
    }
}

fn damaged(reply: &Reply, what: &str, why: &dyn std::fmt::Display) -> Unusable {
    Unusable(format!(
        "The org answered HTTP {} with damaged {what} ({why}): the answer cannot be used",
        reply.status
    ))
}

/// The complaint about a response that is something else.
fn unlike(reply: &Reply, wanted: &str) -> Unusable {
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
fn quote(body: &[u8]) -> String {
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

#[cfg(test)]
mod tests;
