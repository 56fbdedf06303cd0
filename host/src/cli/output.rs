//! Where data goes: stdout, or a file that appears only when it is whole.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use tokio::io::{AsyncWriteExt as _, Stdout};

use super::failure::Failure;
use crate::part_file::PartFile;
use crate::terminal::VisibleStream;

/// Takes the data of an operation.
#[derive(Debug)]
pub(super) enum Output {
    /// Writes to stdout.
    Stdout {
        /// The stream.
        stream: Stdout,
        /// The last byte, to end a terminal's line.
        last: Option<u8>,
        /// Makes visible what a terminal would obey; none where no terminal reads, and data arrives as it is.
        terminal: Option<VisibleStream>,
    },
    /// Writes to `FILE.part`, which becomes `FILE` at the end.
    File(PartFile),
}

impl Output {
    /// Opens the output before anything is sent, so that a wrong path costs nothing. A private file can be read by its
    /// owner only.
    pub(super) fn open(path: Option<&Path>, private: bool) -> Result<Self, Failure> {
        match path {
            Some(path) => part(path, private).map(Self::File),
            None => Ok(Self::Stdout {
                stream: tokio::io::stdout(),
                last: None,
                terminal: io::stdout().is_terminal().then(VisibleStream::default),
            }),
        }
    }

    /// Writes a piece.
    pub(super) async fn write(&mut self, piece: &[u8]) -> Result<(), Failure> {
        match self {
            Self::File(file) => {
                let written = file.write(piece).await;
                written.map_err(|error| Failure::write(file.path(), error))
            }
            Self::Stdout {
                stream,
                last,
                terminal,
            } => {
                *last = piece.last().copied().or(*last);
                let shown = terminal.as_mut().map(|terminal| terminal.piece(piece));
                let piece = shown.as_deref().unwrap_or(piece);
                stream.write_all(piece).await.map_err(Failure::stdout)
            }
        }
    }

    /// Says that everything has arrived.
    pub(super) async fn finish(self) -> Result<(), Failure> {
        match self {
            Self::File(file) => finish(file).await,
            Self::Stdout {
                mut stream,
                last,
                terminal,
            } => {
                if let Some(mut terminal) = terminal {
                    let mut rest = terminal.end();
                    if last.is_some_and(|byte| byte != b'\n') {
                        rest.push(b'\n');
                    }
                    stream.write_all(&rest).await.map_err(Failure::stdout)?;
                }
                stream.flush().await.map_err(Failure::stdout)
            }
        }
    }
}

/// Begins a file that an argument names.
pub(super) fn part(path: &Path, private: bool) -> Result<PartFile, Failure> {
    if path.is_dir() {
        return Err(Failure::usage(format!(
            "{} is a folder: name a file",
            path.display()
        )));
    }
    PartFile::create(path, private).map_err(|error| Failure::write(path, error))
}

/// Gives a file its name.
pub(super) async fn finish(file: PartFile) -> Result<(), Failure> {
    let path = file.path().to_owned();
    let finished = file.finish().await;
    finished.map_err(|error| Failure::write(&path, error))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[tokio::test]
    async fn a_folder_is_refused() {
        let folder = TempDir::new().expect("folder");
        let failure = Output::open(Some(folder.path()), false).expect_err("refused");
        assert!(
            failure.to_string().ends_with("is a folder: name a file"),
            "{failure}"
        );
        assert_eq!(failure.exit_code(), 2);
    }

    #[tokio::test]
    async fn a_file_that_another_run_writes_is_named() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("rows.csv");
        let first = Output::open(Some(&path), false).expect("opened");
        let failure = Output::open(Some(&path), false).expect_err("refused");
        let sentence = failure.to_string();
        assert!(
            sentence.ends_with("rows.csv: another run is writing it"),
            "{sentence}"
        );
        first.finish().await.expect("the first is unharmed");
    }
}
