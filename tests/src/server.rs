//! Servers that answer by script: what goes over the wire is exactly what the test says.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One step of an answer.
#[derive(Clone, Debug)]
pub enum Step {
    /// Reads a request to the end of its head (and body, if its length is told).
    Request,
    /// Writes these bytes.
    Write(Vec<u8>),
    /// Answers with this status and what this makes of the request, all of it, head and body.
    Echo(u16, fn(&[u8]) -> String),
    /// Does nothing for a while.
    Wait(Duration),
    /// Cuts the connection with a TCP reset.
    Reset,
}

/// A server on a port of this machine.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// Starts a server that plays the script on every connection, and then closes it.
    ///
    /// # Errors
    /// No free port.
    pub async fn start(script: Vec<Step>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(play(stream, script.clone()));
            }
        });
        Ok(Self {
            address,
            connections,
        })
    }

    /// Returns the address of a path on this server.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Returns the origin of this server.
    #[must_use]
    pub fn origin(&self) -> String {
        self.url("")
    }

    /// Counts the connections so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn play(mut stream: TcpStream, script: Vec<Step>) -> io::Result<()> {
    for step in script {
        match step {
            Step::Request => drop(read_request(&mut stream).await?),
            Step::Echo(status, form) => {
                let request = read_request(&mut stream).await?;
                stream.write_all(&answer(status, &form(&request))).await?;
            }
            Step::Write(bytes) => stream.write_all(&bytes).await?,
            Step::Wait(time) => tokio::time::sleep(time).await,
            Step::Reset => {
                #[allow(
                    deprecated,
                    reason = "with a linger of zero, closing does not block but resets"
                )]
                stream.set_linger(Some(Duration::ZERO))?;
                return Ok(());
            }
        }
    }
    stream.shutdown().await
}

/// Writes an answer whose connection is closed after it.
#[must_use]
pub fn answer(status: u16, body: &str) -> Vec<u8> {
    let kind = if body.starts_with('{') || body.starts_with('[') {
        "application/json"
    } else {
        "text/html"
    };
    format!(
        "HTTP/1.1 {status} Told\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Reads a request: its head, and its body if its length is told or it comes in chunks.
async fn read_request(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let mut byte = [0_u8];
    while !request.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).await?;
        request.extend(byte);
    }
    let head = String::from_utf8_lossy(&request).to_ascii_lowercase();
    let length = head.lines().find_map(|line| {
        line.strip_prefix("content-length: ")?
            .trim()
            .parse::<u64>()
            .ok()
    });
    if head.contains("transfer-encoding: chunked") {
        while !request.ends_with(b"0\r\n\r\n") {
            stream.read_exact(&mut byte).await?;
            request.extend(byte);
        }
    }
    stream
        .take(length.unwrap_or(0))
        .read_to_end(&mut request)
        .await?;
    Ok(request)
}
