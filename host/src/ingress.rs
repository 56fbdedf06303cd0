//! Listens for messages that others post, and answers each: the only module that opens a listening socket.
//!
//! A peer that says nothing, or little at a time, has a time limit for each step, and no peer has all connections: so it
//! cannot keep others out for long.

mod peers;
mod tls;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::contract::Message;
use peers::{Peer, Peers};
pub use tls::tls;

/// What a peer may take of a listener's time and connections. The defaults are each member's.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections that are open at a time: 256; more wait in the system's queue.
    pub connections: usize,
    /// Those of one peer: 64; more are closed at once, and a sender tries again. A proxy in front is one peer.
    pub connections_of_peer: usize,
    /// From the beginning of a connection to the end of the handshake of TLS: 10 s.
    pub handshake: Duration,
    /// From the beginning of a connection, or from the answer before, until a whole head has arrived: 10 s.
    pub head: Duration,
    /// From the head until a whole message has arrived: 30 s.
    pub body: Duration,
    /// The life of a connection: 15 min, so that none is kept by a peer that does not take its answers. an output may take
    /// some minutes for a message.
    pub connection: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            connections_of_peer: 64,
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(10),
            body: Duration::from_secs(30),
            connection: Duration::from_secs(15 * 60),
        }
    }
}

/// Pause after a connection that could not be taken.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long open exchanges may take to their end once the listener is asked to end.
const GRACE: Duration = Duration::from_secs(30);

/// Who may post, where, and how much.
#[derive(Clone)]
#[non_exhaustive]
pub struct ListenSettings {
    /// The one path that messages are posted to; it may be a secret.
    pub path: String,
    /// The largest message in bytes.
    pub max_bytes: usize,
    /// TLS, where connections are encrypted.
    pub tls: Option<Arc<ServerConfig>>,
    /// Limits of connections.
    pub limits: Limits,
}

impl ListenSettings {
    /// Makes settings for one path: messages of up to 1 MiB, without TLS, with the default limits.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            max_bytes: 1024 * 1024,
            tls: None,
            limits: Limits::default(),
        }
    }

    /// Sets the largest message in bytes.
    #[must_use]
    pub fn max_bytes(self, max_bytes: usize) -> Self {
        Self { max_bytes, ..self }
    }

    /// Sets whether, and how, connections are encrypted.
    #[must_use]
    pub fn tls(self, tls: Option<Arc<ServerConfig>>) -> Self {
        Self { tls, ..self }
    }

    /// Sets the limits of connections.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }
}

/// Reply to a message.
#[derive(Debug)]
pub enum Reply {
    /// It was delivered; this is the body of the reply.
    Accepted(Message),
    /// It can never be accepted, for this reason.
    Rejected(String),
    /// It cannot be accepted now: the sender shall try again.
    RetryLater,
}

/// Answers messages with `handle` until `ended` comes true, and returns what that says; exchanges that are open then are brought
/// to their end.
pub async fn serve<H, F, T>(
    listener: TcpListener,
    settings: ListenSettings,
    handle: H,
    ended: impl Future<Output = T>,
) -> T
where
    H: Fn(Message) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Reply> + Send + 'static,
{
    let open = Arc::new(Semaphore::new(settings.limits.connections));
    let peers = Peers::with_limit(settings.limits.connections_of_peer);
    let graceful = Arc::new(GracefulShutdown::new());
    let mut ended = std::pin::pin!(ended);
    let ending = loop {
        let permit = Arc::clone(&open).acquire_owned();
        let accepted = async {
            let permit = permit.await.ok()?;
            Some((accept(&listener).await, permit))
        };
        let ((stream, peer), permit) = tokio::select! {
            Some(accepted) = accepted => accepted,
            ending = &mut ended => break ending,
        };
        let Some(slot) = peers.enter(peer.ip()) else {
            let limit = settings.limits.connections_of_peer;
            tracing::warn!(%peer, "a connection was closed: its peer has {limit} already");
            continue;
        };
        let (settings, handle, watcher) = (settings.clone(), handle.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _open: (_, Peer) = (permit, slot);
            let limit = settings.limits.connection;
            let connection = connection(stream, peer, settings, handle, watcher);
            match tokio::time::timeout(limit, connection).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%peer, "a connection ended early: {error}"),
                Err(_) => tracing::debug!(%peer, "a connection lived too long"),
            }
        });
    };
    drop(listener);
    if let Ok(graceful) = Arc::try_unwrap(graceful) {
        let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
    }
    ending
}

/// Waits for a connection. A failure is of one that was closed early, or of a system short of means for now.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => tracing::warn!("a connection could not be taken: {error}"),
        }
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}

async fn connection<H, F>(
    stream: TcpStream,
    peer: SocketAddr,
    settings: ListenSettings,
    handle: H,
    watcher: Watcher,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>>
where
    H: Fn(Message) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Reply> + Send + 'static,
{
    // HTTP/1.1, as Salesforce and proxies send: to look first which version it is would wait for a byte without a limit.
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(settings.limits.head);
    let (tls, handshake) = (settings.tls.clone(), settings.limits.handshake);
    let service = service_fn(move |request| {
        let (settings, handle) = (settings.clone(), handle.clone());
        async move { Ok::<_, Infallible>(answer(request, peer, &settings, handle).await) }
    });
    match tls {
        None => {
            let connection = builder.serve_connection(TokioIo::new(stream), service);
            Ok(watcher.watch(connection).await?)
        }
        Some(config) => {
            let accepting = TlsAcceptor::from(config).accept(stream);
            let stream = tokio::time::timeout(handshake, accepting).await??;
            let connection = builder.serve_connection(TokioIo::new(stream), service);
            Ok(watcher.watch(connection).await?)
        }
    }
}

async fn answer<H, F>(
    request: Request<Incoming>,
    peer: SocketAddr,
    settings: &ListenSettings,
    handle: H,
) -> Response<Full<Bytes>>
where
    H: Fn(Message) -> F,
    F: Future<Output = Reply>,
{
    if !same(request.uri().path(), &settings.path) {
        return status(StatusCode::NOT_FOUND);
    }
    if request.method() != Method::POST {
        return status(StatusCode::METHOD_NOT_ALLOWED);
    }
    let media_type = request.headers().get(header::CONTENT_TYPE);
    let media_type = media_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or("text/xml")
        .to_owned();
    let arriving = Limited::new(request.into_body(), settings.max_bytes).collect();
    let body = match tokio::time::timeout(settings.limits.body, arriving).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            return status(StatusCode::PAYLOAD_TOO_LARGE);
        }
        Ok(Err(_)) => return status(StatusCode::BAD_REQUEST),
        Err(_) => return status(StatusCode::REQUEST_TIMEOUT),
    };
    match handle(Message::new(media_type, body)).await {
        Reply::Accepted(reply) => taken(reply),
        Reply::RetryLater => status(StatusCode::SERVICE_UNAVAILABLE),
        Reply::Rejected(why) => {
            tracing::warn!(%peer, "a message was refused: {why}");
            status(StatusCode::BAD_REQUEST)
        }
    }
}

/// Compares without telling by the time taken how much is right.
fn same(given: &str, expected: &str) -> bool {
    let (given, expected) = (given.as_bytes(), expected.as_bytes());
    let difference = given
        .iter()
        .zip(expected)
        .fold(0, |sum, (a, b)| sum | (a ^ b));
    given.len() == expected.len() && difference == 0
}

fn taken(reply: Message) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(reply.body)));
    if let Ok(value) = HeaderValue::from_str(&reply.media_type) {
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    response
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// Answers on a port of loopback for the length of a test.
    async fn listening(limits: Limits) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let settings = ListenSettings::new("/in").max_bytes(1024).limits(limits);
        let handle = |message: Message| async move { Reply::Accepted(message) };
        tokio::spawn(serve(
            listener,
            settings,
            handle,
            std::future::pending::<()>(),
        ));
        address
    }

    /// Returns what is answered to these bytes, until the connection is closed.
    async fn answer_to(address: SocketAddr, bytes: &str) -> String {
        let mut stream = TcpStream::connect(address).await.expect("connected");
        stream.write_all(bytes.as_bytes()).await.expect("sent");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    const HALF: &str = "POST /in HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nh";
    const WHOLE: &str =
        "POST /in HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi";

    #[tokio::test]
    async fn silence_ends_a_connection_at_each_step() {
        let limits = Limits {
            head: Duration::from_millis(100),
            body: Duration::from_millis(100),
            ..Limits::default()
        };
        let address = listening(limits).await;
        for (sent, answered) in [
            ("", ""),
            ("POST /in HT", ""),
            (HALF, "HTTP/1.1 408"),
            (WHOLE, "HTTP/1.1 200"),
            (&WHOLE.replace("connection: close\r\n", ""), "HTTP/1.1 200"),
        ] {
            let answer = tokio::time::timeout(GRACE, answer_to(address, sent)).await;
            let answer = answer.expect("it ends");
            assert!(answer.starts_with(answered), "{sent:?}: {answer}");
        }
    }

    #[tokio::test]
    async fn silent_connections_keep_others_out_for_no_longer_than_the_limit() {
        let limits = Limits {
            connections: 4,
            head: Duration::from_millis(200),
            ..Limits::default()
        };
        let address = listening(limits).await;
        let mut silent = Vec::new();
        for _ in 0..16 {
            silent.push(TcpStream::connect(address).await.expect("connected"));
        }
        let answer = tokio::time::timeout(GRACE, answer_to(address, WHOLE)).await;
        assert!(answer.expect("in time").starts_with("HTTP/1.1 200"));
    }

    #[tokio::test]
    async fn one_peer_does_not_have_all_connections() {
        let limits = Limits {
            connections_of_peer: 2,
            ..Limits::default()
        };
        let address = listening(limits).await;
        let mut silent = Vec::new();
        for _ in 0..2 {
            silent.push(TcpStream::connect(address).await.expect("connected"));
        }
        assert_eq!(answer_to(address, "").await, "", "closed at once");
        drop(silent);
        let room = async {
            while answer_to(address, WHOLE).await.is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(GRACE, room)
            .await
            .expect("let in again");
    }

    #[test]
    fn only_the_whole_path_is_the_path() {
        assert!(same("/s3cret", "/s3cret"));
        for other in ["/s3cre", "/s3cret/", "/s3creT", "/"] {
            assert!(!same(other, "/s3cret"), "{other}");
        }
    }
}
