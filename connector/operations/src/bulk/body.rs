//! The body of an answer, read as it arrives. Where it breaks off the request is repeated, what has been emitted is
//! skipped, and compared: an answer that changed meanwhile is no continuation.

use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::exchange::Reply;
use salesforce_client::expected::Streamed;
use salesforce_client::fault;
use salesforce_client::media_type::essence;
use salesforce_client::retry::Attempts;
use salesforce_client::transport::{Body, Failure, Started, TransportError};
use salesforce_contract::bindings::Fault;
use salesforce_contract::message::bounded;
use std::rc::Rc;
use xxhash_rust::xxh3::Xxh3Default;

/// Bytes asked for at once where the reader does not say.
pub const READ_BYTES: usize = 256 << 10;

/// A body on its way.
pub struct Arriving {
    client: Rc<Client>,
    call: Request,
    /// Status and headers of the answer.
    pub head: Reply,
    body: Option<Box<dyn Body>>,
    emitted: u64,
    /// How many bytes the answer is said to have.
    promised: Option<u64>,
    hash: Xxh3Default,
    /// What the bytes so far say of the document's end.
    streamed: Streamed,
    breaks: u32,
}

impl Arriving {
    /// Sends the call, unless `started` is it already on its way, and waits for the head of a good answer.
    pub fn open(
        client: Rc<Client>,
        call: Request,
        started: Option<Started>,
    ) -> Result<Self, Fault> {
        let arrival = client.open_body(&call, started)?;
        Ok(Self {
            promised: promised(&arrival.reply),
            streamed: Streamed::new(call.expected),
            client,
            call,
            head: arrival.reply,
            body: arrival.body,
            emitted: 0,
            hash: Xxh3Default::new(),
            breaks: 0,
        })
    }

    /// Does the same for a document of CSV. What is none, such as the page of a gateway or a proxy, is asked for again. `required` names a header
    /// that the org sends with every such document.
    pub fn open_csv(
        client: &Rc<Client>,
        call: &Request,
        mut started: Option<Started>,
        required: Option<&str>,
    ) -> Result<Self, Fault> {
        let policy = client.settings().retry;
        let mut attempts = Attempts::first(policy, client.context().clock.as_ref());
        loop {
            let arriving = Self::open(Rc::clone(client), call.clone(), started.take())?;
            let Some(what) = no_csv(&arriving.head, required) else {
                return Ok(arriving);
            };
            if !attempts.pause(None) {
                let path = call.path.split('?').next().unwrap_or_default();
                return Err(attempts.sign(Fault::protocol(format!(
                    "The answer of {path} is no document of Salesforce's: {what}"
                ))));
            }
        }
    }

    /// Returns the next piece, never empty; `None` at the true end.
    pub fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault> {
        loop {
            let Some(body) = &mut self.body else {
                return Ok(None);
            };
            match body.read(max) {
                Ok(Some(piece)) if piece.is_empty() => {}
                Ok(Some(piece)) => {
                    if self.emitted == 0
                        && let Err(Unusable(why)) = self.call.expected.check_start(&piece)
                    {
                        self.again(&TransportError::new(Failure::Protocol, why))?;
                        continue;
                    }
                    self.streamed.pass(&piece);
                    self.emitted += piece.len() as u64;
                    self.hash.update(&piece);
                    return Ok(Some(piece));
                }
                Ok(None) if self.promised.is_some_and(|bytes| self.emitted < bytes) => {
                    self.again(&TransportError::new(
                        Failure::Lost,
                        "The answer has fewer bytes than its `content-length` says",
                    ))?;
                }
                Ok(None) if self.emitted == 0 && self.lacks_bytes() => {
                    self.again(&TransportError::new(
                        Failure::Lost,
                        "The answer is empty, where at least a header line belongs",
                    ))?;
                }
                Ok(None) if !self.streamed.may_end() => {
                    self.again(&TransportError::new(
                        Failure::Lost,
                        "The answer ends before its document does",
                    ))?;
                }
                Ok(None) => {
                    self.body = None;
                    return Ok(None);
                }
                Err(error) => self.again(&error)?,
            }
        }
    }

    /// Returns whether an empty document cannot be right; a page that is said to have no records may be one.
    fn lacks_bytes(&self) -> bool {
        let said = self.head.header("sforce-numberofrecords");
        self.call.expected.needs_bytes(self.head.status) && said.map(str::trim) != Some("0")
    }

    /// Repeats the request and skips what has been given.
    fn again(&mut self, error: &TransportError) -> Result<(), Fault> {
        self.body = None;
        loop {
            self.pause(error)?;
            let arrival = self.client.open_body(&self.call, None)?;
            let Some(mut body) = arrival.body else {
                return Err(changed(&self.call));
            };
            match skip(body.as_mut(), self.emitted) {
                Ok(Some(hash)) if hash.digest() == self.hash.digest() => {
                    self.promised = promised(&arrival.reply);
                    self.body = Some(body);
                    return Ok(());
                }
                Ok(_) => return Err(changed(&self.call)),
                Err(_) => {}
            }
        }
    }

    fn pause(&mut self, error: &TransportError) -> Result<(), Fault> {
        let (mut fault, _) = fault::from_transport(error);
        self.breaks += 1;
        let policy = self.client.settings().retry;
        let mut attempts = Attempts::first(policy, self.client.context().clock.as_ref());
        attempts.count = self.breaks;
        if attempts.pause(None) {
            return Ok(());
        }
        fault.retry_after_ms = Some(bounded(policy.max_delay_ms));
        Err(attempts.sign(fault))
    }
}

/// Returns why an answer is no CSV of the org's. Not every server names the media type, and 204 has nothing to name.
fn no_csv(head: &Reply, required: Option<&str>) -> Option<String> {
    let told = head.header("content-type").unwrap_or_default();
    let essence = essence(told);
    if !essence.is_empty() && !essence.eq_ignore_ascii_case("text/csv") {
        return Some(format!("its media type is {}", essence.escape_debug()));
    }
    let lacks = required.filter(|name| head.status != 204 && head.header(name).is_none());
    lacks.map(|name| format!("it has no header {name}"))
}

/// Returns the length that a head tells, where it is that of the bytes as they are read.
pub fn promised(head: &Reply) -> Option<u64> {
    if head.header("content-encoding").is_some() {
        return None;
    }
    head.header("content-length")?.trim().parse().ok()
}

/// Reads as many bytes; `None` where there are fewer.
fn skip(body: &mut dyn Body, bytes: u64) -> Result<Option<Xxh3Default>, TransportError> {
    let mut hash = Xxh3Default::new();
    let mut left = bytes;
    while left > 0 {
        let max = usize::try_from(left).unwrap_or(READ_BYTES).min(READ_BYTES);
        let Some(piece) = body.read(max)? else {
            return Ok(None);
        };
        hash.update(&piece);
        left = left.saturating_sub(piece.len() as u64);
    }
    Ok(Some(hash))
}

fn changed(call: &Request) -> Fault {
    Fault::protocol(format!(
        "The answer of {} broke off and was another when asked for again: read it from its beginning",
        call.path.split('?').next().unwrap_or_default()
    ))
}
