//! What the response to a request must be. Each request declares it; it is checked in one place, before anybody uses the body.

use crate::exchange::Reply;

mod info;
mod json;
mod said;
mod statuses;
mod streamed;
mod unusable;

pub use streamed::Streamed;
pub use unusable::Unusable;

use said::{essence, is_html, unlike};

/// Names of members.
pub type Members = &'static [&'static str];

/// What a response with a good status (2xx) must be; anything else is no success, whatever its status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// 200 with one JSON object that has these members.
    Object(Members),
    /// 200 with a JSON list.
    List,
    /// 200 with a JSON list, or an object that has these members: the form depends on the API version.
    ListOrObject(Members),
    /// 201 with one JSON object that has these members: something was created.
    Created(Members),
    /// 200 or 201 with one JSON object that has these members: documents differ about the status.
    Made(Members),
    /// 200 or 201 with one JSON object that has these members, or 204 without a body: an upsert.
    Upserted(Members),
    /// 200 or 204, for a state that may be answered with an object that has these members, or without a body.
    ObjectOrNothing(Members),
    /// 200 or 201 with one result or a list of them; its reader counts them.
    Results,
    /// 204 without a body: an update, a delete.
    Done,
    /// 201 without a body: data that was taken.
    Taken,
    /// 200 with JSON that is large, and that its reader parses to its end before it uses anything of it.
    JsonPage,
    /// No body, whatever the status (RFC 7009, section 2.2).
    Empty,
    /// A SOAP envelope, which its reader parses to its end before it uses anything of it.
    Soap,
    /// 200 with an info of Bulk API 1.0 that has these members, in XML or JSON: the server has the choice.
    Info(Members),
    /// 201 with such an info: a job or batch was made.
    NewInfo(Members),
    /// 200 with a list of Bulk API 1.0: XML with this root, a JSON list, or an object with one.
    InfoList {
        /// The name of the root in XML.
        root: &'static str,
        /// The name of the entries.
        entry: &'static str,
    },
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
    /// A record.
    pub const RECORD: Self = Self::Object(&["attributes"]);
    /// A describe of an object.
    pub const DESCRIBE: Self = Self::Object(&["name", "fields"]);
    /// A page of a query that its reader does not keep in memory as it is.
    pub const PAGE: Self = Self::Object(&["totalSize", "done", "records"]);
    /// What the create of a record answers.
    pub const CREATED: Self = Self::Created(&["id", "success"]);
    /// Some JSON.
    pub const JSON: Self = Self::ListOrObject(&[]);
    /// An object of which nothing is known: what it has differs from org to org.
    pub const OBJECT: Self = Self::Object(&[]);

    /// Checks a response whose body is here. Other statuses than 2xx are for whoever takes them.
    pub fn check(self, reply: &Reply) -> Result<(), Unusable> {
        if !is_good(reply) {
            return Ok(());
        }
        self.check_head(reply)?;
        match self {
            Self::Upserted(_) | Self::ObjectOrNothing(_) if reply.status == 204 => {
                self.check_bare(reply)
            }
            Self::Object(members)
            | Self::Created(members)
            | Self::Made(members)
            | Self::Upserted(members)
            | Self::ObjectOrNothing(members) => json::object(self, reply, members),
            Self::List => json::list(self, reply),
            Self::ListOrObject(members) => json::list_or_object(self, reply, members),
            Self::Results => json::list_or_object(self, reply, &[]),
            Self::JsonPage => json::begins(self, reply, b"{["),
            Self::Info(members) | Self::NewInfo(members) => info::one(self, reply, members),
            Self::InfoList { root, entry } => info::list(self, reply, root, entry),
            Self::Done | Self::Taken | Self::Empty => self.check_bare(reply),
            _ if self.needs_bytes(reply.status) && reply.body.is_empty() => {
                Err(unlike(reply, &self.noun()))
            }
            // The reader of an envelope says what is wrong with it, and where.
            Self::Csv
            | Self::Document
            | Self::File { .. }
            | Self::Image
            | Self::Soap
            | Self::Anything => Ok(()),
        }
    }

    /// Checks what is known before the body is: a page of HTML is never data, and another good status than the documented one says
    /// that something else happened.
    pub fn check_head(self, reply: &Reply) -> Result<(), Unusable> {
        if !is_good(reply) {
            return Ok(());
        }
        let takes_html = match self {
            Self::Anything | Self::File { html: true } => true,
            Self::Done
            | Self::Taken
            | Self::Upserted(_)
            | Self::ObjectOrNothing(_)
            | Self::Empty => reply.body.is_empty(),
            _ => false,
        };
        let other = match self {
            Self::Csv => essence(reply) == "application/json",
            Self::Image => !said::may_be_image(&essence(reply)),
            _ => false,
        };
        if other || !takes_html && is_html(reply) {
            return Err(unlike(reply, &self.noun()));
        }
        match self.takes_status(reply.status) {
            true => Ok(()),
            false => Err(unlike(reply, &self.with_status())),
        }
    }

    /// Whether a streamed body must have at least one byte.
    pub fn needs_bytes(self, status: u16) -> bool {
        matches!(self, Self::Csv | Self::Document | Self::Image) && status != 204
    }

    fn check_bare(self, reply: &Reply) -> Result<(), Unusable> {
        match reply.body.is_empty() {
            true => Ok(()),
            false => Err(unlike(reply, "no body")),
        }
    }

    /// What is expected, in words.
    fn noun(self) -> String {
        match self {
            Self::Object(members)
            | Self::Created(members)
            | Self::Made(members)
            | Self::Upserted(members)
            | Self::ObjectOrNothing(members) => json::object_with(members),
            Self::List => "a JSON list".into(),
            Self::ListOrObject(members) => {
                format!("a JSON list or {}", json::object_with(members))
            }
            Self::Results => "results in JSON".into(),
            Self::JsonPage => "JSON".into(),
            Self::Done | Self::Taken | Self::Empty => "no body".into(),
            Self::Soap => "a SOAP envelope".into(),
            Self::Info(members) | Self::NewInfo(members) => info::one_with(members),
            Self::InfoList { root, .. } => format!("`{root}` in XML or JSON"),
            Self::Csv => "CSV".into(),
            Self::File { .. } => "the bytes of a file".into(),
            Self::Image => "an image".into(),
            Self::Document => "a document".into(),
            Self::Anything => "anything".into(),
        }
    }
}

fn is_good(reply: &Reply) -> bool {
    (200..=299).contains(&reply.status)
}

#[cfg(test)]
mod tests;
