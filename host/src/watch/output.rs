//! Where findings go: stdout, a file, a command, an address. What an output has taken is not asked for again.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Command, line};
use crate::contract::Message;
use crate::output::{Destination, Stream, open_append};

/// The media type of lines of JSON.
const NDJSON: &str = "application/x-ndjson";
/// Bound of one delivery to a command or an address.
pub(super) const DELIVERY_LIMIT: Duration = Duration::from_secs(300);

/// Destination of findings.
#[derive(Debug)]
pub enum Output {
    /// Lines on stdout.
    Stdout,
    /// Lines that are appended to a file.
    File(AppendedFile),
    /// Lines to a device, a FIFO or a socket.
    Stream(WriteThrough),
    /// Command that is started for each batch and gets the lines; exit code 0 acknowledges them.
    Command(Command),
    /// URL that each batch is posted to; a 2xx status acknowledges it.
    Post {
        /// The address.
        url: reqwest::Url,
        /// Sends.
        client: reqwest::Client,
    },
}

/// Why an output did not take findings. They are offered again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// Stdout or the file could not be written.
    #[error("cannot write {0}: {1}")]
    Io(String, #[source] io::Error),
    /// The command did not end well.
    #[error("the command {0}")]
    Command(String),
    /// The address did not take them.
    #[error("the findings could not be posted: {0}")]
    Post(String),
}

impl Output {
    /// Takes findings; they are where they belong when this returns.
    ///
    /// # Errors
    /// They were not taken, or not all of them.
    pub async fn take(&mut self, messages: &[Message]) -> Result<(), OutputError> {
        if messages.is_empty() {
            return Ok(());
        }
        let lines = lines(messages);
        match self {
            Self::Stdout => print(&lines),
            Self::File(file) => file.append(&lines),
            Self::Stream(stream) => stream.write(&lines).await,
            Self::Command(command) => command.clone().take(lines).await,
            Self::Post { url, client } => post(client, url.clone(), lines).await,
        }
    }

    /// Returns the bytes that these messages take.
    #[must_use]
    pub fn size(messages: &[Message]) -> u64 {
        lines(messages).len() as u64
    }

    /// Gives up what was written to the output file behind a length: it will be offered again.
    pub fn rewind(&mut self, bytes: Option<u64>) {
        if let (Self::File(file), Some(bytes)) = (self, bytes) {
            file.bytes = bytes.min(file.bytes);
        }
    }

    /// Returns the length of the output file.
    #[must_use]
    pub const fn bytes(&self) -> Option<u64> {
        match self {
            Self::File(file) => Some(file.bytes),
            _ => None,
        }
    }
}

fn lines(messages: &[Message]) -> Vec<u8> {
    messages.iter().flat_map(line).collect()
}

/// A device, a FIFO or a socket. It is opened when there is something to write, and again after a failure: a FIFO waits
/// for its reader, and for the next one.
#[derive(Debug)]
pub struct WriteThrough {
    to: Destination,
    open: Option<Stream>,
}

impl WriteThrough {
    /// Names what is written through. Nothing is opened yet.
    #[must_use]
    pub const fn new(to: Destination) -> Self {
        Self { to, open: None }
    }

    async fn write(&mut self, lines: &[u8]) -> Result<(), OutputError> {
        let written = self.try_write(lines).await;
        if written.is_err() {
            self.open = None;
        }
        written.map_err(|error| OutputError::Io(self.to.name().display().to_string(), error))
    }

    async fn try_write(&mut self, lines: &[u8]) -> io::Result<()> {
        let stream = match &mut self.open {
            Some(stream) => stream,
            None => self.open.insert(Stream::open(&self.to).await?),
        };
        stream.write(lines).await?;
        stream.flush().await
    }
}

/// A file that grows by whole batches. It is locked, so that no two watches write it.
#[derive(Debug)]
pub struct AppendedFile {
    path: PathBuf,
    file: File,
    bytes: u64,
}

impl AppendedFile {
    /// Opens a file to append to. A line that a crash cut short is cut off. With `exactly`, so is all that stands behind
    /// that length: findings that were written but whose checkpoint was not kept come again.
    ///
    /// # Errors
    /// The file cannot be written, another run holds it, or it is shorter than `exactly`.
    pub fn open(path: &Path, exactly: Option<u64>) -> io::Result<Self> {
        let mut file = open_append(path)?;
        let there = file.metadata()?.len();
        let bytes = match exactly {
            Some(bytes) if bytes > there => {
                return Err(io::Error::other(format!(
                    "{there} bytes are there, and the checkpoint knows of {bytes}: it was changed or moved since"
                )));
            }
            Some(bytes) => bytes,
            None => whole_lines(&mut file, there)?,
        };
        file.set_len(bytes)?;
        file.seek(SeekFrom::Start(bytes))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            bytes,
        })
    }

    fn append(&mut self, lines: &[u8]) -> Result<(), OutputError> {
        let written = self.try_append(lines);
        written.map_err(|error| OutputError::Io(self.path.display().to_string(), error))
    }

    fn try_append(&mut self, lines: &[u8]) -> io::Result<()> {
        // What a failed attempt left goes first.
        self.file.set_len(self.bytes)?;
        self.file.seek(SeekFrom::Start(self.bytes))?;
        self.file.write_all(lines)?;
        self.file.sync_data()?;
        self.bytes += lines.len() as u64;
        Ok(())
    }
}

/// Returns where the last whole line ends.
fn whole_lines(file: &mut File, mut end: u64) -> io::Result<u64> {
    let mut block = [0; 4096];
    while end > 0 {
        let start = end.saturating_sub(block.len() as u64);
        file.seek(SeekFrom::Start(start))?;
        let length = usize::try_from(end - start).map_err(io::Error::other)?;
        let piece = block.get_mut(..length).unwrap_or_default();
        file.read_exact(piece)?;
        if let Some(at) = piece.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

fn print(lines: &[u8]) -> Result<(), OutputError> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(lines).and_then(|()| stdout.flush());
    written.map_err(|error| OutputError::Io("stdout".into(), error))
}

async fn post(
    client: &reqwest::Client,
    url: reqwest::Url,
    lines: Vec<u8>,
) -> Result<(), OutputError> {
    let request = client
        .post(url)
        .header("content-type", NDJSON)
        .timeout(DELIVERY_LIMIT)
        .body(lines);
    match request.send().await {
        Ok(response) if response.status().is_success() => Ok(()),
        Ok(response) => Err(OutputError::Post(format!(
            "the answer was {}",
            response.status()
        ))),
        // The address may hold a secret.
        Err(error) => Err(OutputError::Post(error.without_url().to_string())),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    fn findings() -> Vec<Message> {
        vec![
            Message::new("text/plain", "a"),
            Message::new("text/plain", "b"),
        ]
    }

    #[tokio::test]
    async fn a_line_cut_by_a_crash_is_cut_off() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("out.ndjson");
        fs::write(&path, "{\"id\":1}\n{\"id\"").expect("file");
        let mut output = Output::File(AppendedFile::open(&path, None).expect("opened"));
        output.take(&findings()).await.expect("taken");
        let text = fs::read_to_string(&path).expect("there");
        assert!(text.starts_with("{\"id\":1}\n{\"attributes\""), "{text}");
        assert_eq!(text.lines().count(), 3);
        assert_eq!(output.bytes(), Some(text.len() as u64));
    }

    #[test]
    fn with_a_length_the_file_is_exactly_that_long() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("out.ndjson");
        fs::write(&path, "1\n2\n3\n").expect("file");
        let file = AppendedFile::open(&path, Some(4)).expect("opened");
        assert_eq!(fs::read_to_string(&path).expect("there"), "1\n2\n");
        drop(file);
        let shorter = AppendedFile::open(&path, Some(9)).expect_err("refused");
        assert!(shorter.to_string().contains("4 bytes are there"));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_command_has_taken_what_it_ends_well_with() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("taken");
        let command = |line: String| Output::Command(Command::new(line, Vec::new()));
        let mut output = command(format!("cat >> {}", path.display()));
        output.take(&findings()).await.expect("taken");
        let lines = fs::read_to_string(&path).expect("there").lines().count();
        assert_eq!(lines, 2);
        let mut output = command("exit 3".into());
        let refused = output.take(&findings()).await.expect_err("refused");
        assert!(refused.to_string().contains("exit status: 3"), "{refused}");
    }
}
