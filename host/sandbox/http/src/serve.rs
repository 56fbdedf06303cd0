//! The org on a port.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

use crate::outbound::delivery;
use crate::{Aborted, Peer, router};
use sandbox_core::org::Org;

/// How long open connections may finish once a shutdown was asked for.
const GRACE: Duration = Duration::from_secs(5);
/// Largest head of a request that is read at all; beyond 16,384 bytes it is rejected with Salesforce's response.
const MAX_HEAD: usize = 1024 * 1024;

/// Serves the org (HTTP/1.1, and HTTP/2 with prior knowledge) until `shutdown` comes true, then lets open requests end.
/// Meanwhile outbound messages are delivered. Faults that cut connections really cut them: with a TCP reset before the response, with a close in its middle.
///
/// # Errors
/// The listener's.
pub async fn serve(
    listener: TcpListener,
    org: Arc<Org>,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let delivery = Delivery::start(&org, listener.local_addr()?);
    let app = router(org);
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().max_buf_size(MAX_HEAD);
    builder.http2().max_header_list_size(MAX_HEAD as u32);
    let graceful = GracefulShutdown::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => accepted?,
            () = &mut shutdown => break,
        };
        let _ = stream.set_nodelay(true);
        let reset = Arc::new(AtomicBool::new(false));
        let io = TokioIo::new(Connection {
            stream,
            reset: Arc::clone(&reset),
        });
        let app = app.clone();
        let service = service_fn(move |request| {
            respond(app.clone(), request, Peer(peer), Arc::clone(&reset))
        });
        let connection = graceful.watch(builder.serve_connection(io, service).into_owned());
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, %peer, "connection ended early");
            }
        });
    }
    drop((listener, delivery));
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(GRACE) => tracing::debug!("connections were cut at shutdown"),
    }
    Ok(())
}

/// The delivery of outbound messages; ends when this is dropped.
struct Delivery(JoinHandle<()>);

impl Delivery {
    fn start(org: &Arc<Org>, address: SocketAddr) -> Self {
        let run = delivery::run(Arc::clone(org), format!("http://{address}"));
        Self(tokio::spawn(run))
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// An aborted response becomes an error, which makes hyper drop the connection.
async fn respond(
    app: Router,
    request: Request<Incoming>,
    peer: Peer,
    reset: Arc<AtomicBool>,
) -> io::Result<Response<Body>> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(peer);
    let response = match app.oneshot(request).await {
        Ok(response) => response,
        Err(never) => {
            let never: Infallible = never;
            match never {}
        }
    };
    if response.extensions().get::<Aborted>().is_some() {
        reset.store(true, Ordering::Relaxed);
        return Err(io::Error::from(io::ErrorKind::ConnectionReset));
    }
    Ok(response)
}

/// A TCP connection that can be dropped with a reset instead of a close.
struct Connection {
    stream: TcpStream,
    reset: Arc<AtomicBool>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Relaxed) {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    /// Skips the orderly shutdown of a connection that is to be reset.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.reset.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
