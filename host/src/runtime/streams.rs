//! Bytes out of a connector, and bytes into it.

use super::{Instance, promises};
use crate::contract::{Head, OutcomeSet, Progress};
use crate::error::HostError;
use wasmtime::component::ResourceAny;

/// Bytes that come out in chunks. Dropping it before the end discards what remains.
#[derive(Debug)]
pub struct Source {
    resource: Resource,
}

/// Bytes that go in, in chunks. Dropping it neither closes nor aborts: what was begun in the remote system continues there, and
/// can be resumed from the journal.
#[derive(Debug)]
pub struct Sink {
    resource: Resource,
    /// Bytes of the input that the sink was given, here and before it was resumed.
    given: u64,
}

/// A resource of the guest, dropped there when it is dropped here.
#[derive(Debug)]
struct Resource {
    instance: Instance,
    handle: ResourceAny,
    operation: String,
}

impl Resource {
    fn during(&self, verb: &str) -> String {
        format!("{verb} `{}`", self.operation)
    }
}

impl Drop for Resource {
    fn drop(&mut self) {
        let handle = self.handle;
        self.instance
            .run_detached(move |guest| Box::pin(guest.drop_resource(handle)));
    }
}

impl Source {
    pub(super) fn new(instance: Instance, handle: ResourceAny, operation: String) -> Self {
        Self {
            resource: Resource {
                instance,
                handle,
                operation,
            },
        }
    }

    /// Returns the next chunk, never larger than `max_bytes` and never empty; none at the end.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance. After either, the bytes read so far are not the whole.
    pub async fn read(&mut self, max_bytes: u32) -> Result<Option<Vec<u8>>, HostError> {
        let Resource {
            instance, handle, ..
        } = &self.resource;
        let handle = *handle;
        let during = self.resource.during("read");
        let chunk = instance
            .run(during.clone(), 0, move |guest| {
                Box::pin(guest.read(handle, max_bytes))
            })
            .await?;
        if let Some(chunk) = &chunk {
            promises::chunk(chunk.len(), max_bytes)
                .map_err(|problem| HostError::broken(during, problem))?;
        }
        Ok(chunk)
    }

    /// Returns the next chunk as text, cut between characters, never larger than `max_bytes` in UTF-8 and never empty; none at the end.
    /// `max_bytes` is at least 4.
    ///
    /// # Errors
    /// As for [`Source::read`], and a fault of kind `protocol` where the bytes are not text.
    pub async fn read_text(&mut self, max_bytes: u32) -> Result<Option<String>, HostError> {
        let handle = self.resource.handle;
        let during = self.resource.during("read text of");
        let instance = &self.resource.instance;
        let chunk = instance
            .run(during.clone(), 0, move |guest| {
                Box::pin(guest.read_text(handle, max_bytes))
            })
            .await?;
        if let Some(chunk) = &chunk {
            promises::chunk(chunk.len(), max_bytes)
                .map_err(|problem| HostError::broken(during, problem))?;
        }
        Ok(chunk)
    }

    /// Returns the media type and the facts known so far.
    ///
    /// # Errors
    /// The end of the instance.
    pub async fn head(&self) -> Result<Head, HostError> {
        let Resource {
            instance, handle, ..
        } = &self.resource;
        let handle = *handle;
        let during = self.resource.during("head of");
        instance
            .run(during, 0, move |guest| Box::pin(guest.head(handle)))
            .await
    }
}

impl Sink {
    pub(super) fn new(
        instance: Instance,
        handle: ResourceAny,
        operation: String,
        journal: Option<&str>,
    ) -> Self {
        Self {
            resource: Resource {
                instance,
                handle,
                operation,
            },
            given: journal.and_then(promises::taken).unwrap_or(0),
        }
    }

    /// Takes the next bytes of the input.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn write(&mut self, chunk: Vec<u8>) -> Result<(), HostError> {
        let handle = self.resource.handle;
        let during = self.resource.during("write to");
        self.given = self.given.saturating_add(chunk.len() as u64);
        let instance = &self.resource.instance;
        instance
            .run(during, 0, move |guest| {
                Box::pin(async move { guest.write(handle, &chunk).await })
            })
            .await
    }

    /// Takes the next text of the input: the same as [`Sink::write`] with its UTF-8.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn write_text(&mut self, chunk: String) -> Result<(), HostError> {
        let handle = self.resource.handle;
        let during = self.resource.during("write text to");
        self.given = self.given.saturating_add(chunk.len() as u64);
        let instance = &self.resource.instance;
        instance
            .run(during, 0, move |guest| {
                Box::pin(async move { guest.write_text(handle, &chunk).await })
            })
            .await
    }

    /// Completes the input: what is held back is sent, and the remote system starts to process it.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn close(&mut self) -> Result<(), HostError> {
        let handle = self.resource.handle;
        let during = self.resource.during("close");
        self.resource
            .instance
            .run(during, 0, move |guest| Box::pin(guest.close(handle)))
            .await
    }

    /// Waits up to `wait_ms` milliseconds for progress.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn watch(&mut self, wait_ms: u32) -> Result<Progress, HostError> {
        let handle = self.resource.handle;
        let during = self.resource.during("watch");
        self.resource
            .instance
            .run(during, wait_ms, move |guest| {
                Box::pin(guest.watch(handle, wait_ms))
            })
            .await
    }

    /// Returns what must be kept to take this sink up again after a crash. It holds no secret that this process knows.
    ///
    /// # Errors
    /// The end of the instance, and a journal that is none.
    pub async fn journal(&self) -> Result<String, HostError> {
        let handle = self.resource.handle;
        let during = self.resource.during("journal of");
        let journal = self
            .resource
            .instance
            .run(during.clone(), 0, move |guest| {
                Box::pin(guest.journal(handle))
            })
            .await?;
        promises::journal(journal, self.given).map_err(|problem| HostError::broken(during, problem))
    }

    /// Opens a set of outcomes of records.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn outcomes(&self, which: OutcomeSet) -> Result<Source, HostError> {
        let Resource {
            instance,
            handle,
            operation,
        } = &self.resource;
        let (handle, owner, name) = (*handle, instance.clone(), operation.clone());
        let during = self.resource.during("outcomes of");
        let open = move |opened| Source::new(owner, opened, name);
        instance
            .run(during, 0, move |guest| {
                Box::pin(async move { Ok(guest.outcomes(handle, which).await?.map(open)) })
            })
            .await
    }

    /// Aborts: what the remote system has not begun is not done.
    ///
    /// # Errors
    /// The connector's fault, or the end of the instance.
    pub async fn abort(&mut self) -> Result<(), HostError> {
        let handle = self.resource.handle;
        let during = self.resource.during("abort");
        self.resource
            .instance
            .run(during, 0, move |guest| Box::pin(guest.abort(handle)))
            .await
    }
}
