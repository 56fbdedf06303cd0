//! What the connector needs from HTTP: plain requests and responses behind a trait, so that all logic runs
//! natively against a script and, in the component, over the host's `wasi:http`.

use std::rc::Rc;

pub mod codes;
pub mod pace;
#[cfg(any(test, feature = "testing"))]
pub mod scripted;

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Reads headers.
    Head,
    /// Writes; not repeatable by itself.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Deletes.
    Delete,
}

/// Bounds of one exchange in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// To connect, TLS included; the host's own limit when absent. Kept by the host.
    pub connect_ms: Option<u32>,
    /// From the end of the request to the head of the answer, connecting included. Kept here.
    pub first_byte_ms: u32,
    /// Between two pieces of the answer, or of a request's body that the server does not take. Kept here.
    pub between_bytes_ms: u32,
}

/// Names with values, in order; names of answers are lower case.
pub type Headers = Vec<(String, String)>;

/// One request. Its headers hold secrets: it has no `Debug`.
#[derive(Clone)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The whole URL.
    pub url: String,
    /// Headers as they are sent.
    pub headers: Headers,
    /// The body, shared so that another attempt costs nothing.
    pub body: Rc<[u8]>,
    /// Its time limits.
    pub timeouts: Timeouts,
}

/// A response whose body is still arriving.
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers with lower-case names.
    pub headers: Headers,
    /// The rest.
    pub body: Box<dyn Body>,
}

/// A body that is read in pieces.
pub trait Body {
    /// The next piece, at most `max` bytes; `None` at its true end. A body that was cut short is an error.
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, TransportError>;
}

/// A request on its way.
pub trait Pending {
    /// Waits for the head of the response.
    fn wait(self: Box<Self>) -> Result<Response, TransportError>;

    /// Waits up to `wait_ms` milliseconds; true when `wait` returns at once then.
    fn ready_within(&mut self, wait_ms: u64) -> bool;
}

/// A request whose body is still being sent. Dropping it breaks the request off: the server never sees it whole.
pub trait Upload {
    /// Sends the next piece of the body. After an error `finish` may still give the server's answer.
    fn write(&mut self, piece: &[u8]) -> Result<(), TransportError>;

    /// Ends the body; the answer is awaited with what this returns.
    fn finish(self: Box<Self>) -> Started;
}

/// Sends requests.
pub trait Transport {
    /// Sends a request without waiting for its answer.
    fn start(&self, request: &HttpRequest) -> Started;

    /// Sends the head of a request; its body follows in pieces. `request.body` is not sent. Unless the headers tell
    /// `content-length`, the body is sent in chunked coding.
    fn upload(&self, request: &HttpRequest) -> Uploading;
}

/// A request that has been started, or failed to.
pub type Started = Result<Box<dyn Pending>, TransportError>;

/// A request whose body is to follow, or one that failed.
pub type Uploading = Result<Box<dyn Upload>, TransportError>;

/// How an exchange failed, by what it means for repeating it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection was made: another attempt may make one.
    NotSent,
    /// The name of the server does not exist.
    NoSuchHost,
    /// The host's policy forbids the address.
    Denied,
    /// The request is not one that HTTP or the host can carry.
    Invalid,
    /// No answer in time; the server may be working on it.
    Timeout,
    /// The connection broke after the request was handed to the host.
    Lost,
    /// The server's certificate is not trusted. A host may notice when it reconnects, after the request went out.
    Untrusted,
    /// The answer cannot be taken: it is larger than a reply may be.
    Protocol,
}

impl Failure {
    /// Whether the server may have got the request. Only what proves the contrary makes it unsent.
    pub fn maybe_delivered(self) -> bool {
        match self {
            Self::NotSent | Self::NoSuchHost | Self::Denied | Self::Invalid => false,
            Self::Timeout | Self::Lost | Self::Untrusted | Self::Protocol => true,
        }
    }
}

/// An exchange that failed below HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportError {
    /// What it means for repeating.
    pub failure: Failure,
    /// What happened, without secrets.
    pub message: String,
}

impl TransportError {
    /// An error of this kind.
    pub fn new(failure: Failure, message: impl Into<String>) -> Self {
        Self {
            failure,
            message: message.into(),
        }
    }
}
