//! One exchange with a server: send, read the whole reply, and try again by kind of failure and by what the request
//! is. Knows nothing of sessions; `client` adds those.

use crate::context::Context;
use crate::fault::{self, Retry};
use crate::retry::{Attempts, Policy, retry_after_ms};
use crate::transport::{
    Body, Failure, Headers, HttpRequest, Pending, Response, Started, TransportError,
};
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::limits::MAX_REPLY_BYTES;
use salesforce_contract::message::bounded;

/// Bytes asked from a body at once.
const READ_BYTES: usize = 64 << 10;

/// What a request does, and so whether it may be sent again when the server may have acted on it already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idempotency {
    /// Changes nothing: sent again freely.
    Safe,
    /// Changes something, but a second time changes nothing more: sent again freely.
    Idempotent,
    /// Changes something each time: sent again only if the server certainly did not act on it.
    NonIdempotent,
}

impl Idempotency {
    fn allows(self, retry: Retry) -> bool {
        retry == Retry::Always || (retry == Retry::IfRepeatable && self != Self::NonIdempotent)
    }
}

/// A reply that arrived whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers with lower-case names.
    pub headers: Headers,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The first header of this lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A reply whose body is still arriving, if it is a good one; bodies of refusals have arrived whole.
pub struct StreamingResponse {
    /// Status, headers, and the body of a refusal.
    pub reply: Reply,
    /// The body of a good answer.
    pub body: Option<Box<dyn Body>>,
}

impl AsRef<Reply> for Reply {
    fn as_ref(&self) -> &Reply {
        self
    }
}

impl AsRef<Reply> for StreamingResponse {
    fn as_ref(&self) -> &Reply {
        &self.reply
    }
}

/// The outcome of an attempt.
pub enum Attempt<T> {
    /// It is done.
    Done(T),
    /// Send again at once: the session was renewed.
    Renewed,
    /// It failed.
    Failed(Fault, Retry),
}

impl<T> Attempt<T> {
    /// A good status with an answer that cannot be used: a maintenance page may be gone the next time, but an answer that can be read says the
    /// same again.
    pub fn unreadable(fault: Fault) -> Self {
        let retry = match fault.kind {
            FaultKind::Protocol => Retry::IfRepeatable,
            _ => Retry::InDoubt,
        };
        Self::Failed(fault, retry)
    }
}

/// A request to be repeated as its nature allows.
pub struct Exchange<'a> {
    /// The surroundings.
    pub context: &'a Context,
    /// Bounds on attempts.
    pub policy: Policy,
    /// What a second time would do.
    pub idempotency: Idempotency,
}

impl Exchange<'_> {
    /// Runs attempts until one is done or none is left. `started` is a first attempt already on its way;
    /// `make` builds the request of each attempt; `judge` reads its reply.
    pub fn run<T>(
        &self,
        started: Option<Started>,
        make: impl FnMut() -> Result<HttpRequest, Fault>,
        judge: impl FnMut(Reply, bool) -> Attempt<T>,
    ) -> Result<T, Fault> {
        self.run_by(receive, started, make, judge)
    }

    /// As `run`, with another way to take an answer: whole ([`receive`]) or as it arrives ([`arrive`]).
    pub fn run_by<A: AsRef<Reply>, T>(
        &self,
        receive: fn(Box<dyn Pending>) -> Result<A, TransportError>,
        mut started: Option<Started>,
        mut make: impl FnMut() -> Result<HttpRequest, Fault>,
        mut judge: impl FnMut(A, bool) -> Attempt<T>,
    ) -> Result<T, Fault> {
        let mut attempts = Attempts::first(self.policy, self.context.clock.as_ref());
        let mut maybe_applied = false;
        loop {
            let sent = match started.take() {
                Some(sent) => sent,
                None => self.context.transport.start(&make()?),
            };
            let (attempt, asked_ms) = match sent.and_then(receive) {
                Ok(reply) => {
                    let asked_ms = self.asked_pause(reply.as_ref());
                    (judge(reply, maybe_applied), asked_ms)
                }
                Err(error) => (failed_below_http(&error), None),
            };
            let (mut fault, retry) = match attempt {
                Attempt::Done(value) => return Ok(value),
                Attempt::Renewed => {
                    attempts.once_more();
                    continue;
                }
                Attempt::Failed(fault, retry) => {
                    let retry = fault::retry_as_asked(&fault, retry, asked_ms);
                    (fault, retry)
                }
            };
            maybe_applied |= self.idempotency != Idempotency::Safe && retry.maybe_applied();
            fault.maybe_applied = maybe_applied;
            let helps = self.idempotency.allows(retry);
            if !helps || !attempts.pause(asked_ms) {
                fault.retry_after_ms =
                    helps.then(|| bounded(asked_ms.unwrap_or(self.policy.max_delay_ms)));
                return Err(attempts.sign(fault));
            }
        }
    }

    fn asked_pause(&self, reply: &Reply) -> Option<u64> {
        retry_after_ms(reply.header("retry-after")?, self.context.clock.unix_ms())
    }
}

fn failed_below_http<T>(error: &TransportError) -> Attempt<T> {
    let (fault, retry) = fault::from_transport(error);
    Attempt::Failed(fault, retry)
}

/// Waits for a reply and reads it whole.
pub fn receive(pending: Box<dyn Pending>) -> Result<Reply, TransportError> {
    let Response {
        status,
        headers,
        mut body,
    } = pending.wait()?;
    let body = read_whole(body.as_mut())?;
    Ok(Reply {
        status,
        headers,
        body,
    })
}

/// Waits for the head of an answer; what refuses is read to its end.
pub fn arrive(pending: Box<dyn Pending>) -> Result<StreamingResponse, TransportError> {
    let Response {
        status,
        headers,
        mut body,
    } = pending.wait()?;
    let good = (200..=299).contains(&status);
    let whole = if good {
        Vec::new()
    } else {
        read_whole(body.as_mut())?
    };
    Ok(StreamingResponse {
        reply: Reply {
            status,
            headers,
            body: whole,
        },
        body: good.then_some(body),
    })
}

fn read_whole(body: &mut dyn Body) -> Result<Vec<u8>, TransportError> {
    let mut whole = Vec::new();
    while let Some(piece) = body.read(READ_BYTES)? {
        if whole.len() + piece.len() > MAX_REPLY_BYTES {
            let limit = MAX_REPLY_BYTES >> 20;
            return Err(TransportError::new(
                Failure::Protocol,
                format!(
                    "The answer is larger than {limit} MiB: read it through a source operation"
                ),
            ));
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole)
}
