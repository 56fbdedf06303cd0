//! What stands between the connector and the org: it sees what goes over the wire, and can answer in the org's place.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

/// The paths of the SOAP API.
const SOAP: &str = "/services/Soap/";

/// A request of the SOAP API with its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The envelope that the connector sent.
    pub request: String,
    /// The envelope that the org answered.
    pub response: String,
}

/// An answer that the org never gave.
#[derive(Clone, Debug)]
pub struct Instead {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// Stands in front of a router.
#[derive(Clone, Debug, Default)]
pub struct Between(Arc<Mutex<Wire>>);

#[derive(Debug, Default)]
struct Wire {
    seen: Vec<Exchange>,
    instead: Option<Instead>,
}

impl Between {
    /// Puts itself in front of a router.
    pub fn before(&self, router: Router) -> Router {
        router.layer(from_fn_with_state(self.clone(), handle))
    }

    /// Has all requests of the SOAP API answered by this from now on; by the org itself if it is `None`.
    pub fn answer(&self, instead: Option<Instead>) {
        self.wire(|wire| wire.instead = instead);
    }

    /// Takes what has been seen of the SOAP API.
    pub fn take(&self) -> Vec<Exchange> {
        self.wire(|wire| std::mem::take(&mut wire.seen))
    }

    fn wire<T>(&self, with: impl FnOnce(&mut Wire) -> T) -> T {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn handle(State(between): State<Between>, request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with(SOAP) {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let sent = to_bytes(body, usize::MAX).await.expect("a whole request");
    if let Some(instead) = between.wire(|wire| wire.instead.clone()) {
        return respond(instead);
    }
    let request = Request::from_parts(head, Body::from(sent.clone()));
    let (head, body) = next.run(request).await.into_parts();
    let answered = to_bytes(body, usize::MAX).await.expect("a whole answer");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let exchange = Exchange {
        request: text(&sent),
        response: text(&answered),
    };
    between.wire(|wire| wire.seen.push(exchange));
    Response::from_parts(head, Body::from(answered))
}

fn respond(instead: Instead) -> Response {
    let mut response = Response::builder().status(instead.status);
    for (name, value) in instead.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(instead.body)).expect("an answer")
}
