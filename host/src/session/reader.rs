//! Reading an operation of style `source`.

use super::{Session, SessionError};
use crate::contract::Head;
use crate::runtime::Source;

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

    /// Returns the media type and the facts known so far.
    ///
    /// # Errors
    /// The instance has ended.
    pub async fn head(&self) -> Result<Head, SessionError> {
        Ok(self.source.head().await?)
    }

    /// Keeps a renewed session. It stays told once it is; where the session is kept in a file, it is asked for each time.
    async fn keep_session(&mut self) -> Result<(), SessionError> {
        if !self.renewed && self.head().await?.metadata.session_renewed {
            self.renewed = true;
            return self.session.keep_renewed().await;
        }
        self.session.keep_if_kept().await
    }
}
