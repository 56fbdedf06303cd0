//! What is written through as it comes: stdout, devices, FIFOs, sockets.

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::pin::Pin;

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::destination::{Destination, Kind};
use super::system;
use crate::terminal::VisibleStream;

/// A stream that is written through.
pub struct Stream {
    name: PathBuf,
    to: Pin<Box<dyn AsyncWrite + Send + Sync>>,
    gzip: Option<GzEncoder<Vec<u8>>>,
    is_stdout: bool,
    last: Option<u8>,
    /// Filter of what a terminal would obey; none where no terminal reads, and data arrives as it is.
    terminal: Option<VisibleStream>,
}

impl Stream {
    /// Opens what is written through. A FIFO waits for its reader.
    ///
    /// # Errors
    /// It cannot be opened.
    pub async fn open(destination: &Destination) -> io::Result<Self> {
        let to: Pin<Box<dyn AsyncWrite + Send + Sync>> = match destination.kind() {
            Kind::Stdout => Box::pin(tokio::io::stdout()),
            Kind::Stream | Kind::File(_) => {
                let name = destination.name().to_owned();
                let opened = tokio::task::spawn_blocking(move || system::open_stream(&name)).await;
                Box::pin(tokio::fs::File::from_std(
                    opened.map_err(io::Error::other)??,
                ))
            }
        };
        let is_terminal =
            destination.is_stdout() && !destination.is_gzip() && io::stdout().is_terminal();
        let encoder = || GzEncoder::new(Vec::new(), Compression::default());
        Ok(Self {
            name: destination.name().to_owned(),
            to,
            gzip: destination.is_gzip().then(encoder),
            is_stdout: destination.is_stdout(),
            last: None,
            terminal: is_terminal.then(VisibleStream::default),
        })
    }

    /// Returns the path as it was given.
    #[must_use]
    pub fn name(&self) -> &Path {
        &self.name
    }

    /// Says whether this is stdout.
    #[must_use]
    pub const fn is_stdout(&self) -> bool {
        self.is_stdout
    }

    /// Writes a piece.
    ///
    /// # Errors
    /// The stream's, for example that nobody reads it any more.
    pub async fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.last = piece.last().copied().or(self.last);
        let Some(encoder) = &mut self.gzip else {
            let shown = self.terminal.as_mut().map(|terminal| terminal.piece(piece));
            return self.to.write_all(shown.as_deref().unwrap_or(piece)).await;
        };
        encoder.write_all(piece)?;
        let ready = std::mem::take(encoder.get_mut());
        self.to.write_all(&ready).await
    }

    /// Returns when what was written so far has been handed over.
    ///
    /// # Errors
    /// The stream's.
    pub async fn flush(&mut self) -> io::Result<()> {
        self.to.flush().await
    }

    /// Returns when all of it has been handed over. A terminal's line is ended.
    ///
    /// # Errors
    /// The stream's.
    pub async fn finish(mut self) -> io::Result<()> {
        if let Some(encoder) = self.gzip.take() {
            self.to.write_all(&encoder.finish()?).await?;
        } else if let Some(terminal) = &mut self.terminal {
            let mut rest = terminal.end();
            if self.last.is_some_and(|byte| byte != b'\n') {
                rest.push(b'\n');
            }
            self.to.write_all(&rest).await?;
        }
        self.to.flush().await
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
