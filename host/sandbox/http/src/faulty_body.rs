//! Faulty bodies: cut, silent or slow.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// How long a body that falls silent is kept open at most.
const MAX_SILENCE: Duration = Duration::from_secs(3_600);

/// How long what came through has to leave the buffers before the connection is cut.
const BEFORE_CUT: Duration = Duration::from_millis(20);

/// What follows the bytes that still come through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The connection is cut.
    Error,
    /// Nothing.
    Silence,
}

/// Some bytes, and then an error or silence.
#[derive(Debug)]
pub(super) struct FaultyBody {
    start: Option<Bytes>,
    after: Ending,
    wait: Option<Pin<Box<Sleep>>>,
}

impl FaultyBody {
    pub(super) fn new(start: Bytes, after: Ending) -> Self {
        Self {
            start: (!start.is_empty()).then_some(start),
            after,
            wait: None,
        }
    }
}

impl HttpBody for FaultyBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(start) = self.start.take() {
            return Poll::Ready(Some(Ok(Frame::data(start))));
        }
        let wait = if self.after == Ending::Silence {
            MAX_SILENCE
        } else {
            BEFORE_CUT
        };
        let wait = self.wait.get_or_insert_with(|| Box::pin(sleep(wait)));
        if wait.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        let error = io::Error::new(
            io::ErrorKind::ConnectionReset,
            "the connection was cut on purpose",
        );
        Poll::Ready(Some(Err(error)))
    }
}

/// A whole body that comes in pieces, with pauses between them.
#[derive(Debug)]
pub(super) struct SlowBody {
    rest: Bytes,
    bytes: usize,
    every: Duration,
    wait: Option<Pin<Box<Sleep>>>,
}

impl SlowBody {
    pub(super) fn new(whole: Bytes, bytes: usize, every: Duration) -> Self {
        Self {
            rest: whole,
            bytes: bytes.max(1),
            every,
            wait: None,
        }
    }
}

impl HttpBody for SlowBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        if let Some(wait) = &mut self.wait {
            ready!(wait.as_mut().poll(context));
        }
        self.wait = Some(Box::pin(sleep(self.every)));
        let most = self.bytes.min(self.rest.len());
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(most)))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
