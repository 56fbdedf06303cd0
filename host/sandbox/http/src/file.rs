//! Bodies that may not fit in memory.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use tokio::fs::File;
use tokio::io::{AsyncRead as _, ReadBuf};

use sandbox_core::bulk::blob::{Blob, Opened, disk_error};
use sandbox_model::api_error::ApiError;

/// Bytes sent in one go.
const CHUNK: usize = 256 * 1024;

/// `head`, and then `len` bytes of `blob` from `start` on.
///
/// # Errors
/// The blob's file is missing.
pub(super) fn body(head: Bytes, blob: &Blob, start: u64, len: u64) -> Result<Body, ApiError> {
    let opened = blob.open(start).map_err(|error| disk_error(&error))?;
    let (memory, file) = match opened {
        Opened::Memory(bytes) => {
            let end = usize::try_from(len).map_or(bytes.len(), |len| len.min(bytes.len()));
            (bytes.slice(..end), None)
        }
        Opened::File(file) => (Bytes::new(), Some((file, len))),
    };
    Ok(stream(head, memory, file))
}

/// Returns a body of the first `len` bytes of a file.
pub(super) fn from_file(file: std::fs::File, len: u64) -> Body {
    stream(Bytes::new(), Bytes::new(), Some((file, len)))
}

fn stream(head: Bytes, memory: Bytes, file: Option<(std::fs::File, u64)>) -> Body {
    let file = file.map(|(file, len)| {
        let mut file = File::from_std(file);
        file.set_max_buf_size(CHUNK);
        (file, len)
    });
    Body::new(Stream { head, memory, file })
}

struct Stream {
    head: Bytes,
    memory: Bytes,
    file: Option<(File, u64)>,
}

impl HttpBody for Stream {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let mut kept = std::mem::take(&mut self.head);
        if kept.is_empty() {
            kept = std::mem::take(&mut self.memory);
        }
        if !kept.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(kept))));
        }
        let Some((file, left)) = self.file.as_mut().filter(|(_, left)| *left > 0) else {
            return Poll::Ready(None);
        };
        let most = usize::try_from(*left).map_or(CHUNK, |left| left.min(CHUNK));
        let mut chunk = vec![0; most];
        let mut buffer = ReadBuf::new(&mut chunk);
        ready!(Pin::new(file).poll_read(context, &mut buffer))?;
        let read = buffer.filled().len();
        if read == 0 {
            let error = io::Error::new(io::ErrorKind::UnexpectedEof, "a file became shorter");
            return Poll::Ready(Some(Err(error)));
        }
        *left -= read as u64;
        chunk.truncate(read);
        Poll::Ready(Some(Ok(Frame::data(chunk.into()))))
    }

    fn size_hint(&self) -> SizeHint {
        let left = self.file.as_ref().map_or(0, |(_, left)| *left);
        SizeHint::with_exact((self.head.len() + self.memory.len()) as u64 + left)
    }
}
