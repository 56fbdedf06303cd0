//! Bodies on their way out.

use super::clock::ready_within;
use super::pending::{Travelling, authority, invalid};
use salesforce_client::transport::{
    Failure, HttpRequest, Started, Timeouts, TransportError, Upload,
};
use waki::bindings::wasi::http::types::{FutureIncomingResponse, OutgoingBody};
use waki::bindings::wasi::io::streams::OutputStream;

/// What is said of a body that the other side does not take.
const STOPPED: &str = "The connection broke while the request was being sent";

/// Writes a whole body and ends it.
pub fn write_body(
    body: OutgoingBody,
    bytes: &[u8],
    timeouts: Timeouts,
) -> Result<(), TransportError> {
    let stream = body
        .write()
        .map_err(|()| invalid("its body cannot be written"))?;
    write_all(&stream, bytes, timeouts)?;
    drop(stream);
    end(body)
}

fn end(body: OutgoingBody) -> Result<(), TransportError> {
    OutgoingBody::finish(body, None).map_err(|_| stopped())
}

fn stopped() -> TransportError {
    TransportError::new(Failure::Lost, STOPPED)
}

/// Writes as much at a time as the stream takes without waiting, and waits where it takes nothing.
fn write_all(
    stream: &OutputStream,
    mut bytes: &[u8],
    timeouts: Timeouts,
) -> Result<(), TransportError> {
    let ready = stream.subscribe();
    let limit_ms = u64::from(timeouts.between_bytes_ms);
    while !bytes.is_empty() {
        let room = stream.check_write().map_err(|_| stopped())?;
        let take = usize::try_from(room).map_or(bytes.len(), |room| room.min(bytes.len()));
        if take == 0 {
            if !ready_within(&ready, limit_ms) {
                return Err(TransportError::new(
                    Failure::Timeout,
                    format!("The server took nothing of the request's body for {limit_ms} ms"),
                ));
            }
            continue;
        }
        let (now, later) = bytes.split_at(take);
        stream.write(now).map_err(|_| stopped())?;
        bytes = later;
    }
    Ok(())
}

/// A body that is sent in pieces. The stream is a child of the body and must go first.
pub struct Sending {
    stream: Option<OutputStream>,
    body: OutgoingBody,
    future: FutureIncomingResponse,
    /// Why the body could not be written to its end.
    broken: Option<TransportError>,
    timeouts: Timeouts,
    authority: String,
}

impl Sending {
    /// Begins the body of a request that was handed to the host.
    pub fn new(
        future: FutureIncomingResponse,
        body: OutgoingBody,
        request: &HttpRequest,
    ) -> Result<Self, TransportError> {
        let stream = body
            .write()
            .map_err(|()| invalid("its body cannot be written"))?;
        Ok(Self {
            stream: Some(stream),
            body,
            future,
            broken: None,
            timeouts: request.timeouts,
            authority: authority(&request.url).to_owned(),
        })
    }
}

impl Upload for Sending {
    fn write(&mut self, piece: &[u8]) -> Result<(), TransportError> {
        let Some(stream) = &self.stream else {
            return Err(stopped());
        };
        if let Err(error) = write_all(stream, piece, self.timeouts) {
            self.stream = None;
            self.broken = Some(error.clone());
            return Err(error);
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Started {
        drop(self.stream.take());
        let finished = end(self.body);
        Ok(Box::new(Travelling {
            future: self.future,
            written: self.broken.map_or(finished, Err),
            timeouts: self.timeouts,
            authority: self.authority,
        }))
    }
}
