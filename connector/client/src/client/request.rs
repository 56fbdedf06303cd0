//! One request, before it is known which session it goes out in.

use crate::exchange::Idempotency;
use crate::expected::Expected;
use crate::transport::{Headers, Method};
use std::rc::Rc;

/// One request to the org, without session.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Path and query on the instance, percent-encoded.
    pub path: String,
    /// Headers besides the session's and the connection's.
    pub headers: Headers,
    /// The body.
    pub body: Rc<[u8]>,
    /// Whether it may be sent twice.
    pub idempotency: Idempotency,
    /// Statuses beside 2xx that are no failure.
    pub accepted_statuses: &'static [u16],
    /// What its answer must be.
    pub expected: Expected,
    /// Whether it is a composite request around one GET, whose answer is wanted.
    pub via_composite: bool,
    /// Whether the connector needs its answer to make another call: a describe, the API version, the org's time. A dry run sends it.
    pub prerequisite: bool,
    /// Whether its body holds a secret, and is never shown.
    pub private: bool,
    /// SOQL or SOSL that it carries, as people read it.
    pub statement: Option<Rc<str>>,
    /// Where in the body the session goes, for protocols that have it there; in a header when absent.
    pub session_at: Option<usize>,
}

impl Request {
    /// A GET.
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::Get,
            path: path.into(),
            headers: Vec::new(),
            body: Rc::from([]),
            idempotency: Idempotency::Safe,
            accepted_statuses: &[],
            expected: Expected::JSON,
            via_composite: false,
            prerequisite: false,
            private: false,
            statement: None,
            session_at: None,
        }
    }

    /// GET /services/data: the API versions of an org.
    pub fn versions() -> Self {
        Self::get("/services/data").expecting(Expected::List)
    }

    /// A request that writes, with a body of this media type.
    pub fn write(
        method: Method,
        path: impl Into<String>,
        idempotency: Idempotency,
        media_type: &str,
        body: &[u8],
    ) -> Self {
        let headers = vec![("content-type".into(), media_type.into())];
        Self {
            method,
            headers,
            body: body.into(),
            idempotency,
            ..Self::get(path)
        }
    }

    /// Says what its answer must be.
    pub fn expecting(self, expected: Expected) -> Self {
        Self { expected, ..self }
    }

    /// Names the SOQL or SOSL that it carries.
    pub fn carrying(self, statement: &str) -> Self {
        Self {
            statement: Some(statement.into()),
            ..self
        }
    }

    /// Adds a header.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}
