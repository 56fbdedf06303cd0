//! A request that the host has, until its answer begins.

use super::clock::ready_within;
use super::code::named;
use super::incoming::Arriving;
use salesforce_client::transport::{
    Failure, Headers, Pending, Response, Timeouts, TransportError, codes,
};
use waki::bindings::wasi::http::types::{FutureIncomingResponse, IncomingResponse};

/// A request whose body has gone out, or broke.
pub struct Travelling {
    pub future: FutureIncomingResponse,
    pub written: Result<(), TransportError>,
    pub timeouts: Timeouts,
    pub authority: String,
}

impl Travelling {
    fn response(&self) -> Result<IncomingResponse, TransportError> {
        let limit_ms = u64::from(self.timeouts.first_byte_ms);
        if !ready_within(&self.future.subscribe(), limit_ms) {
            return Err(TransportError::new(
                Failure::Timeout,
                format!("{} did not answer within {limit_ms} ms", self.authority),
            ));
        }
        match self.future.get() {
            Some(Ok(answer)) => answer.map_err(|code| codes::error(&named(code), &self.authority)),
            _ => Err(TransportError::new(
                Failure::Lost,
                format!("The host lost the answer of {}", self.authority),
            )),
        }
    }
}

impl Pending for Travelling {
    fn ready_within(&mut self, wait_ms: u64) -> bool {
        ready_within(&self.future.subscribe(), wait_ms)
    }

    fn wait(self: Box<Self>) -> Result<Response, TransportError> {
        let response = match (self.response(), self.written) {
            (Ok(response), _) => response,
            // A body that is not taken in time is the reason why there is no answer.
            (Err(_), Err(written)) if written.failure == Failure::Timeout => return Err(written),
            (Err(error), _) => return Err(error),
        };
        let headers = headers(&response);
        Ok(Response {
            status: response.status(),
            headers,
            body: Box::new(Arriving::new(&response, self.timeouts, self.authority)?),
        })
    }
}

fn headers(response: &IncomingResponse) -> Headers {
    let entries = response.headers().entries();
    entries
        .into_iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(&value).into_owned();
            (name.to_ascii_lowercase(), value)
        })
        .collect()
}

/// Host and port of a URL.
pub fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// Says why a request cannot be sent.
pub fn invalid(what: &str) -> TransportError {
    TransportError::new(
        Failure::Invalid,
        format!("The request cannot be sent: {what}"),
    )
}
