//! The connection: checked whole, and nothing sent.

use super::bindings::exports::mediation::connector::connections::GuestConnection;
use super::bindings::exports::mediation::connector::types::{Fault, FaultKind};
use super::fault::{fault, parse, within};
use serde::{Deserialize, Serialize};

/// A connection to nothing: it greets.
pub struct Greeting {
    document: Document,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    greeting: String,
    #[serde(default, deserialize_with = "given")]
    session: Option<Session>,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Session {
    token: String,
}

/// Reads a member that may be left out, but not be null.
fn given<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<Option<Session>, D::Error> {
    Session::deserialize(reader).map(Some)
}

impl Greeting {
    /// Checks a connection.
    pub(crate) fn parse(config: &str) -> Result<Self, Fault> {
        let document: Document = parse("connection", config)?;
        let length = document.greeting.chars().count() as u64;
        within("the length of greeting", length, 1, 100)?;
        if document
            .session
            .as_ref()
            .is_some_and(|session| session.token.is_empty())
        {
            return Err(fault(
                FaultKind::Config,
                "`session.token` is empty: leave out `session`.",
            ));
        }
        Ok(Self { document })
    }

    /// Returns the greeting.
    pub(crate) fn greeting(&self) -> &str {
        &self.document.greeting
    }
}

impl GuestConnection for Greeting {
    /// Returns the session that the connection brought, or opens one: here, without a remote system.
    fn session(&self) -> Result<String, Fault> {
        let opened = Session {
            token: format!("token-of-{}", self.greeting().len()),
        };
        let session = self.document.session.as_ref().unwrap_or(&opened);
        serde_json::to_string(session).map_err(|error| {
            fault(
                FaultKind::Other,
                format!("The session is not JSON: {error}."),
            )
        })
    }
}
