//! Services that answer in process, for an authority of their own: no port, no TLS, the same path otherwise.

use super::Body;
use super::allow::Destination;
use super::failure::Failure;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use std::convert::Infallible;
use std::fmt;
use tokio::task::JoinSet;
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt};

/// Extension of a response that stands for a connection cut before any response: in process there is none to cut.
#[derive(Clone, Copy, Debug)]
pub struct Aborted;

/// A service that answers requests to one authority without a socket.
///
/// The authority (`sandbox.localhost`, `sandbox.localhost:8080`) is reachable by http and by https, and need not be on
/// the list of allowed addresses. Bodies stream both ways. A body that ends with an error is a connection cut in the
/// middle of the answer; so is one that ends short of its `Content-Length`. An answer with the extension
/// [`Aborted`], and a service that panics, are a connection cut before the answer.
#[derive(Clone)]
pub struct InProcessService {
    authority: String,
    service: BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>,
}

impl InProcessService {
    /// Puts a service, for example an `axum::Router`, at an authority.
    pub fn new<S, B>(authority: impl Into<String>, service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>, Error = Infallible>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: fmt::Display,
    {
        let service = service.map_response(|response: Response<B>| {
            response.map(|body| {
                body.map_err(|error| {
                    tracing::debug!("a service in process cut its answer: {error}");
                    Failure::Incomplete
                })
                .boxed_unsync()
            })
        });
        let authority = authority.into().to_ascii_lowercase();
        Self {
            authority,
            service: BoxCloneSyncService::new(service),
        }
    }

    pub(super) fn serves(&self, destination: &Destination) -> bool {
        self.authority == destination.authority()
    }

    /// Answers a request. The service runs in a task of its own, so that its panic is its own too; the task ends when
    /// nobody waits any more.
    pub(super) async fn answer(&self, request: Request<Body>) -> Result<Response<Body>, Failure> {
        let mut task = JoinSet::new();
        task.spawn(self.service.clone().oneshot(request));
        match task.join_next().await {
            Some(Ok(Ok(response))) if !is_aborted(&response) => Ok(response),
            _ => Err(Failure::Terminated),
        }
    }
}

fn is_aborted(response: &Response<Body>) -> bool {
    response.extensions().get::<Aborted>().is_some()
}

impl fmt::Debug for InProcessService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("InProcessService")
            .field(&self.authority)
            .finish()
    }
}
