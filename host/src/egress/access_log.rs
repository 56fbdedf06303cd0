//! The access log: one event per exchange when it is over, without headers and query. The finest level tells queries, too, when requests
//! begin: what they hold may be data, and secrets in it are masked like everywhere.

use super::failure::Failure;
use super::traffic::Traffic;
use http::{Method, StatusCode};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::OwnedSemaphorePermit;

/// The entry of an exchange under way, with its permit.
pub(super) struct Access {
    method: Method,
    address: String,
    started: Instant,
    status: Option<StatusCode>,
    bytes: u64,
    told: bool,
    permit: Option<OwnedSemaphorePermit>,
    traffic: Arc<Traffic>,
}

impl Access {
    /// Begins the entry of a request to `origin` and `path`.
    pub(super) fn new(method: Method, origin: &str, path: &str, traffic: Arc<Traffic>) -> Self {
        Self {
            method,
            address: format!("{origin}{path}"),
            started: Instant::now(),
            status: None,
            bytes: 0,
            told: false,
            permit: None,
            traffic,
        }
    }

    /// Tells the query of the request, decoded, to those who ask for every detail.
    pub(super) fn query(&self, url: &url::Url) {
        if !tracing::enabled!(target: "mediate::egress", tracing::Level::TRACE) {
            return;
        }
        for (name, value) in url.query_pairs() {
            tracing::trace!(
                target: "mediate::egress",
                method = %self.method,
                address = self.address,
                parameter = name.as_ref(),
                value = value.as_ref(),
            );
        }
    }

    pub(super) fn holds(&mut self, permit: OwnedSemaphorePermit) {
        self.permit = Some(permit);
    }

    pub(super) fn status(&mut self, status: StatusCode) {
        self.traffic.touch();
        self.status = Some(status);
    }

    pub(super) fn bytes(&mut self, received: u64) {
        self.traffic.touch();
        self.bytes = received;
    }

    /// Tells of the exchange, and frees the permit.
    pub(super) fn end(mut self, outcome: Result<(), &Failure>) {
        match outcome {
            Ok(()) => self.tell("whole"),
            Err(failure) => self.tell(&failure.to_string()),
        }
    }

    fn tell(&mut self, outcome: &str) {
        self.told = true;
        tracing::debug!(
            target: "mediate::egress",
            method = %self.method,
            address = self.address,
            status = self.status.map(|status| status.as_u16()),
            bytes = self.bytes,
            ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            outcome,
        );
    }
}

/// An exchange that nobody read to its end.
impl Drop for Access {
    fn drop(&mut self) {
        if !self.told {
            self.tell("aborted");
        }
    }
}
