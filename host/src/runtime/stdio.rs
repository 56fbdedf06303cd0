//! What a connector prints becomes log lines, and no line is longer than a screenful.

use bytes::Bytes;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// Longer lines are cut: a connector must not flood the log, or the host's memory, with one endless line.
const MAX_LINE: usize = 4096;

/// Bytes of one call that go into the log; what is printed beyond them is left out. A connector that prints without end floods
/// neither the terminal nor a disk.
const MAX_PRINTED: usize = 64 * 1024;

/// How much the guest may hand over at a time.
const MAX_WRITE: usize = 64 * 1024;

/// How many of the last lines are remembered for the story of a trap.
const LAST_LINES: usize = 3;

/// The guest's standard output or error, line by line into the log.
#[derive(Clone)]
pub(super) struct LogLines {
    stream: &'static str,
    text: Arc<Mutex<Text>>,
}

#[derive(Default)]
struct Text {
    line: Vec<u8>,
    /// Bytes of this call so far.
    printed: usize,
    last: Vec<String>,
}

impl LogLines {
    pub(super) fn new(stream: &'static str) -> Self {
        Self {
            stream,
            text: Arc::default(),
        }
    }

    /// Returns what was printed last, in one line: a guest that aborts says why there.
    pub(super) fn last_words(&self) -> String {
        let text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        text.last.join(" ")
    }

    /// Starts to count again what is printed.
    pub(super) fn begin_call(&self) {
        let mut text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        text.printed = 0;
    }

    fn take(&self, bytes: &[u8]) {
        let mut text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (part, ended) = piece
                .strip_suffix(b"\n")
                .map_or((piece, false), |part| (part, true));
            let room = MAX_LINE.saturating_sub(text.line.len());
            text.line.extend(part.iter().take(room));
            if ended {
                self.end_line(&mut text);
            }
        }
    }

    fn end_line(&self, text: &mut Text) {
        let line = String::from_utf8_lossy(&std::mem::take(&mut text.line))
            .trim_end()
            .to_owned();
        if line.is_empty() {
            return;
        }
        let before = text.printed;
        text.printed = before.saturating_add(line.len());
        if text.printed <= MAX_PRINTED {
            tracing::info!(target: "mediate::connector", stream = self.stream, "{line}");
        } else if before <= MAX_PRINTED {
            tracing::info!(target: "mediate::connector", stream = self.stream, "what the connector prints further in this call is left out");
        }
        // Rust's advice on backtraces does not apply inside a component.
        if !line.starts_with("note: run with `RUST_BACKTRACE") {
            if text.last.len() == LAST_LINES {
                text.last.remove(0);
            }
            text.last.push(line);
        }
    }
}

impl StdoutStream for LogLines {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        // Only WASI 0.3 asks for this one.
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl IsTerminal for LogLines {
    fn is_terminal(&self) -> bool {
        false
    }
}

#[async_trait]
impl Pollable for LogLines {
    async fn ready(&mut self) {}
}

impl OutputStream for LogLines {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.take(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(MAX_WRITE)
    }
}

/// A last line without an end, for example a word before an abort, is told too.
impl Drop for LogLines {
    fn drop(&mut self) {
        if Arc::strong_count(&self.text) == 1 {
            self.take(b"\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_line_is_cut() {
        let lines = LogLines::new("stdout");
        for _ in 0..100 {
            lines.take(&[b'x'; 1000]);
        }
        assert_eq!(lines.text.lock().unwrap().line.len(), MAX_LINE);
        lines.take(b"\nnext");
        assert_eq!(lines.text.lock().unwrap().line, b"next");
    }

    #[test]
    fn the_last_words_leave_out_advice_that_does_not_apply() {
        let lines = LogLines::new("stderr");
        lines.take(b"\nthread panicked at x.rs:1:1:\nno");
        lines.take(b" way\nnote: run with `RUST_BACKTRACE=1` environment variable\n");
        assert_eq!(lines.last_words(), "thread panicked at x.rs:1:1: no way");
    }
}
