//! Bodies on their way in.

use super::clock::{NS_PER_MS, ready_within};
use super::code::named;
use salesforce_client::transport::pace::Pace;
use salesforce_client::transport::{Body, Failure, Timeouts, TransportError, codes};
use waki::bindings::wasi::clocks::monotonic_clock;
use waki::bindings::wasi::http::types::{
    FutureTrailers, IncomingBody, IncomingResponse, http_error_code,
};
use waki::bindings::wasi::io::streams::{InputStream, StreamError};

/// A body on its way. The stream is a child of the body and must go first.
pub struct Arriving {
    stream: Option<InputStream>,
    body: Option<IncomingBody>,
    limit_ms: u64,
    pace: Pace,
    authority: String,
}

impl Arriving {
    /// Begins to read the body of a response.
    pub fn new(
        response: &IncomingResponse,
        timeouts: Timeouts,
        authority: String,
    ) -> Result<Self, TransportError> {
        let no_body = |()| {
            TransportError::new(
                Failure::Lost,
                format!("The host lost the answer of {authority}"),
            )
        };
        let body = response.consume().map_err(no_body)?;
        let stream = body.stream().map_err(no_body)?;
        Ok(Self {
            stream: Some(stream),
            body: Some(body),
            limit_ms: u64::from(timeouts.between_bytes_ms),
            pace: Pace::default(),
            authority,
        })
    }

    /// A body that was cut short says so in its trailers.
    fn end(&mut self) -> Result<(), TransportError> {
        self.stream = None;
        let Some(body) = self.body.take() else {
            return Ok(());
        };
        let trailers: FutureTrailers = IncomingBody::finish(body);
        if !ready_within(&trailers.subscribe(), self.limit_ms) {
            return Err(self.silent());
        }
        match trailers.get() {
            Some(Ok(Err(code))) => Err(self.cut(codes::error(&named(code), &self.authority))),
            _ => Ok(()),
        }
    }

    fn cut(&self, error: TransportError) -> TransportError {
        TransportError::new(
            error.failure,
            format!("The answer was cut short: {}", error.message),
        )
    }

    fn silent(&self) -> TransportError {
        TransportError::new(
            Failure::Timeout,
            format!(
                "{} sent nothing more of its answer for {} ms",
                self.authority, self.limit_ms
            ),
        )
    }

    fn too_slow(&self) -> TransportError {
        TransportError::new(
            Failure::Timeout,
            format!("{} sends its answer too slowly", self.authority),
        )
    }

    /// The next piece that is there within the limit; `None` at the end of the stream.
    fn piece(&mut self, max: usize) -> Result<Option<Vec<u8>>, TransportError> {
        let started = monotonic_clock::now();
        let waited_ms = || monotonic_clock::now().saturating_sub(started) / NS_PER_MS;
        loop {
            let Some(stream) = &self.stream else {
                return Ok(None);
            };
            match stream.read(max as u64) {
                Ok(piece) if piece.is_empty() => {
                    let left_ms = self.limit_ms.saturating_sub(waited_ms());
                    if left_ms == 0 || !ready_within(&stream.subscribe(), left_ms) {
                        return Err(self.silent());
                    }
                }
                Ok(piece) => {
                    if !self.pace.holds(waited_ms(), piece.len()) {
                        return Err(self.too_slow());
                    }
                    return Ok(Some(piece));
                }
                Err(StreamError::Closed) => return Ok(None),
                Err(StreamError::LastOperationFailed(reason)) => {
                    let error = match http_error_code(&reason) {
                        Some(code) => codes::error(&named(code), &self.authority),
                        None => TransportError::new(
                            Failure::Lost,
                            format!("the connection to {} broke", self.authority),
                        ),
                    };
                    return Err(self.cut(error));
                }
            }
        }
    }
}

impl Body for Arriving {
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, TransportError> {
        match self.piece(max)? {
            Some(piece) => Ok(Some(piece)),
            None => self.end().map(|()| None),
        }
    }
}
