//! Reading an operation of style `source`.

use super::{Session, SessionError};
use crate::contract::Message;
use crate::runtime::Source;

/// Name of the attribute by which a connector says that it opened another session.
const RENEWED: &str = "session-renewed";

/// Says whether a message says that the session was renewed.
pub(super) fn is_renewed(message: &Message) -> bool {
    message.attribute(RENEWED) == Some("true")
}

/// The bytes of a source chunk by chunk, and keeps the session when the connector renews it on the way.
#[derive(Debug)]
pub struct Reader<'s> {
    session: &'s Session,
    source: Source,
    renewed: bool,
}

impl<'s> Reader<'s> {
    pub(super) const fn new(session: &'s Session, source: Source) -> Self {
        Self {
            session,
            source,
            renewed: false,
        }
    }

    /// Returns the next chunk of at most `max_bytes`; none at the end.
    ///
    /// # Errors
    /// The connector answered with a fault: the bytes read so far are not the whole.
    pub async fn next(&mut self, max_bytes: u32) -> Result<Option<Vec<u8>>, SessionError> {
        match self.source.read(max_bytes).await {
            Ok(chunk) => {
                self.keep_session().await?;
                Ok(chunk)
            }
            Err(error) => Err(self.session.after_failure(error.into()).await),
        }
    }

    /// Returns the media type and the facts known so far, with an empty body.
    ///
    /// # Errors
    /// The instance has ended.
    pub async fn head(&self) -> Result<Message, SessionError> {
        Ok(self.source.head().await?)
    }

    /// Keeps a renewed session. The attribute stays once it is set; where the session is kept in a file, it is asked for each time.
    async fn keep_session(&mut self) -> Result<(), SessionError> {
        if !self.renewed && is_renewed(&self.head().await?) {
            self.renewed = true;
            return self.session.keep_renewed().await;
        }
        self.session.keep_if_kept().await
    }
}
