//! Bodies on their way: the request's is watched, the answer's is checked to be whole.

use super::access_log::Access;
use super::activity::Activity;
use super::failure::Failure;
use super::pace::{Pace, Waiting};
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Sleep;

/// The body of a request or an answer on its way.
pub type Body = UnsyncBoxBody<Bytes, Failure>;

type Polled = Poll<Option<Result<Frame<Bytes>, Failure>>>;

/// The body of a request. Nothing of it is buffered here: the guest is asked for the next piece when the other side took
/// the last one.
pub(super) struct Outgoing {
    /// Never locked: the HTTP client asks for `Sync`, and calls from one task.
    body: Mutex<Body>,
    first: Option<Frame<Bytes>>,
    activity: Arc<Activity>,
}

impl Outgoing {
    /// Waits for the first piece; none if there is no body at all, which cannot be told otherwise: a guest gets its
    /// request under way before it writes.
    pub(super) async fn begin(
        mut body: Body,
        activity: Arc<Activity>,
    ) -> Result<Option<Self>, Failure> {
        if body.is_end_stream() {
            return Ok(None);
        }
        let first = body.frame().await.transpose()?;
        Ok(first.map(|first| Self {
            body: Mutex::new(body),
            first: Some(first),
            activity,
        }))
    }
}

impl Outgoing {
    /// Returns the first piece.
    pub(super) fn first(&self) -> &[u8] {
        self.first
            .as_ref()
            .and_then(|frame| frame.data_ref())
            .map_or(&[], |data| data)
    }
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        if let Some(first) = self.first.take() {
            self.activity.taken();
            return Poll::Ready(Some(Ok(first)));
        }
        let body = self.body.get_mut().unwrap_or_else(PoisonError::into_inner);
        let polled = Pin::new(body).poll_frame(cx);
        match &polled {
            Poll::Pending => self.activity.guest_pauses(),
            Poll::Ready(_) => self.activity.taken(),
        }
        polled
    }
}

/// The body of an answer. It holds the exchange's permit in the queue until it has ended or is dropped.
///
/// An end short of the `Content-Length` is a failure, wherever the answer comes from; so is silence, but only while
/// somebody waits for more.
pub(super) struct Incoming {
    body: Body,
    expected: Option<u64>,
    received: u64,
    limit: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    waiting: Waiting,
    /// Gone once the body has ended.
    access: Option<Access>,
}

impl Incoming {
    pub(super) fn new(
        body: Body,
        expected: Option<u64>,
        limit: Duration,
        pace: Pace,
        access: Access,
    ) -> Self {
        Self {
            body,
            expected,
            received: 0,
            limit,
            timer: None,
            waiting: Waiting::new(pace),
            access: Some(access),
        }
    }

    fn take(&mut self, frame: Frame<Bytes>) -> Polled {
        self.timer = None;
        if let Some(data) = frame.data_ref() {
            let length = u64::try_from(data.len()).unwrap_or(u64::MAX);
            self.received = self.received.saturating_add(length);
            self.waiting.came(length);
            if let Some(access) = &mut self.access {
                access.bytes(self.received);
            }
        }
        if self
            .expected
            .is_some_and(|expected| self.received > expected)
        {
            return self.fail(Failure::Protocol);
        }
        // Readers that know the length never ask for the end; the permit in the queue is free for others from here on.
        if self.body.is_end_stream() && self.is_whole() {
            self.end(Ok(()));
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn finish(&mut self) -> Polled {
        if !self.is_whole() {
            return self.fail(Failure::Incomplete);
        }
        self.end(Ok(()));
        Poll::Ready(None)
    }

    fn fail(&mut self, failure: Failure) -> Polled {
        self.end(Err(&failure));
        Poll::Ready(Some(Err(failure)))
    }

    fn end(&mut self, outcome: Result<(), &Failure>) {
        if let Some(access) = self.access.take() {
            access.end(outcome);
        }
    }

    fn is_whole(&self) -> bool {
        self.expected
            .is_none_or(|expected| self.received == expected)
    }

    fn wait(&mut self, cx: &mut Context<'_>) -> Polled {
        let limit = self.limit;
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        if timer.as_mut().poll(cx).is_ready() {
            return self.fail(Failure::ReadTimeout);
        }
        match self.waiting.poll(cx) {
            Poll::Ready(failure) => self.fail(failure),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl http_body::Body for Incoming {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        if self.access.is_none() {
            return Poll::Ready(None);
        }
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Pending => self.wait(cx),
            Poll::Ready(Some(Ok(frame))) => self.take(frame),
            Poll::Ready(Some(Err(failure))) => self.fail(failure),
            Poll::Ready(None) => self.finish(),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.access.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
