//! Listens for messages that others post, and answers each: the only place that opens a listening socket.

use std::convert::Infallible;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::contract::Message;

/// Bounds the connections that are open at a time; more wait in the system's queue.
const MAX_CONNECTIONS: usize = 256;
/// Bounds the time until a whole message has arrived.
const ARRIVAL_LIMIT: Duration = Duration::from_secs(60);
/// Bounds the handshake of TLS.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
/// Pause after a connection that could not be taken.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long open exchanges may take to their end once the listener is asked to end.
const GRACE: Duration = Duration::from_secs(30);

/// Who may post, where, and how much.
#[derive(Clone)]
pub struct Door {
    /// The one path that messages are posted to; it may be a secret.
    pub path: String,
    /// The largest message in bytes.
    pub max_bytes: usize,
    /// Encrypts, if set.
    pub tls: Option<Arc<ServerConfig>>,
}

/// What is answered to a message.
#[derive(Debug)]
pub enum Verdict {
    /// It was taken; this is the answer.
    Taken(Message),
    /// It can never be taken.
    Refused(String),
    /// It cannot be taken now: the sender shall try again.
    NotNow,
}

/// Reads what TLS needs from PEM files: a certificate chain with its key, and the authorities whose clients are let in.
///
/// # Errors
/// A file cannot be read or does not hold what it should.
pub fn tls(
    certificate: &Path,
    key: &Path,
    client_ca: Option<&Path>,
) -> io::Result<Arc<ServerConfig>> {
    // The provider may have been chosen before, by this program or one that embeds it; either will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = match client_ca {
        None => ServerConfig::builder().with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for authority in certificates(path)? {
                roots.add(authority).map_err(|error| bad(path, &error))?;
            }
            let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build();
            ServerConfig::builder()
                .with_client_cert_verifier(verifier.map_err(|error| bad(path, &error))?)
        }
    };
    let chain = certificates(certificate)?;
    let secret = PrivateKeyDer::from_pem_slice(&read(key)?).map_err(|error| bad(key, &error))?;
    let config = builder.with_single_cert(chain, secret);
    config
        .map(Arc::new)
        .map_err(|error| bad(certificate, &error))
}

fn certificates(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let pem = read(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(bad(path, &"it holds no certificate in PEM form")),
        Err(error) => Err(bad(path, &error)),
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    fs::read(path).map_err(|error| bad(path, &error))
}

fn bad(path: &Path, why: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!("{}: {why}", path.display()))
}

/// Answers messages with `handle` until `ended` comes true; exchanges that are open then are brought to their end.
pub async fn serve<H, F>(
    listener: TcpListener,
    door: Door,
    handle: H,
    ended: impl Future<Output = ()>,
) where
    H: Fn(Message) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Verdict> + Send + 'static,
{
    let open = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let graceful = Arc::new(GracefulShutdown::new());
    let mut ended = std::pin::pin!(ended);
    loop {
        let permit = Arc::clone(&open).acquire_owned();
        let accepted = async {
            let permit = permit.await.ok()?;
            Some((accept(&listener).await, permit))
        };
        let ((stream, peer), permit) = tokio::select! {
            Some(accepted) = accepted => accepted,
            () = &mut ended => break,
        };
        let (door, handle, watcher) = (door.clone(), handle.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _open = permit;
            if let Err(error) = connection(stream, peer, door, handle, watcher).await {
                tracing::debug!(%peer, "a connection ended early: {error}");
            }
        });
    }
    drop(listener);
    if let Ok(graceful) = Arc::try_unwrap(graceful) {
        let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
    }
}

/// Waits for a connection. A failure is of one that was given up, or of a system short of means for now.
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
    door: Door,
    handle: H,
    watcher: hyper_util::server::graceful::Watcher,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>>
where
    H: Fn(Message) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Verdict> + Send + 'static,
{
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(ARRIVAL_LIMIT);
    let tls = door.tls.clone();
    let service = service_fn(move |request| {
        let (door, handle) = (door.clone(), handle.clone());
        async move { Ok::<_, Infallible>(answer(request, peer, &door, handle).await) }
    });
    match tls {
        None => {
            let connection = builder
                .serve_connection(TokioIo::new(stream), service)
                .into_owned();
            watcher.watch(connection).await
        }
        Some(config) => {
            let accepting = TlsAcceptor::from(config).accept(stream);
            let stream = tokio::time::timeout(HANDSHAKE_LIMIT, accepting).await??;
            let connection = builder
                .serve_connection(TokioIo::new(stream), service)
                .into_owned();
            watcher.watch(connection).await
        }
    }
}

async fn answer<H, F>(
    request: Request<Incoming>,
    peer: SocketAddr,
    door: &Door,
    handle: H,
) -> Response<Full<Bytes>>
where
    H: Fn(Message) -> F,
    F: Future<Output = Verdict>,
{
    if !same(request.uri().path(), &door.path) {
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
    let arriving = Limited::new(request.into_body(), door.max_bytes).collect();
    let body = match tokio::time::timeout(ARRIVAL_LIMIT, arriving).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            return status(StatusCode::PAYLOAD_TOO_LARGE);
        }
        Ok(Err(_)) => return status(StatusCode::BAD_REQUEST),
        Err(_) => return status(StatusCode::REQUEST_TIMEOUT),
    };
    match handle(Message::new(media_type, body)).await {
        Verdict::Taken(reply) => taken(reply),
        Verdict::NotNow => status(StatusCode::SERVICE_UNAVAILABLE),
        Verdict::Refused(why) => {
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
    use super::*;

    #[test]
    fn only_the_whole_path_is_the_path() {
        assert!(same("/s3cret", "/s3cret"));
        for other in ["/s3cre", "/s3cret/", "/s3creT", "/"] {
            assert!(!same(other, "/s3cret"), "{other}");
        }
    }
}
