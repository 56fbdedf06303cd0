//! Where data goes, as the arguments name it.

use std::io::ErrorKind;
use std::path::Path;

use super::failure::Failure;
use mediate::output::{Destination, PartFile, Role, Stream, Use, check};

/// Stdout, where an argument has to name it.
const STDOUT: &str = "-";

/// What takes the data of an operation.
#[derive(Debug)]
pub(super) enum Output {
    /// Stdout, a device, a FIFO or a socket, written through.
    Stream(Stream),
    /// `FILE.part`, which becomes `FILE` at the end.
    File(PartFile),
}

impl Output {
    /// Opens the output before anything is sent, so that a wrong path costs nothing. A private file can be read by its
    /// owner only.
    pub(super) async fn open(destination: Destination, private: bool) -> Result<Self, Failure> {
        if destination.is_file() {
            // Beside the file itself: what gathers elsewhere is written through here.
            return part(destination, Path::new(STDOUT), 0, private).map(Self::File);
        }
        let opened = Stream::open(&destination).await;
        opened
            .map(Self::Stream)
            .map_err(|error| cannot_open(destination.name(), &error))
    }

    /// Writes a piece.
    pub(super) async fn write(&mut self, piece: &[u8]) -> Result<(), Failure> {
        match self {
            Self::File(file) => {
                let written = file.write(piece).await;
                written.map_err(|error| Failure::write(file.path(), error))
            }
            Self::Stream(stream) => {
                let written = stream.write(piece).await;
                written.map_err(|error| through(stream.name(), stream.is_stdout(), error))
            }
        }
    }

    /// Says that everything has arrived.
    pub(super) async fn finish(self) -> Result<(), Failure> {
        match self {
            Self::File(file) => finish(file).await,
            Self::Stream(stream) => {
                let (name, is_stdout) = (stream.name().to_owned(), stream.is_stdout());
                let finished = stream.finish().await;
                finished.map_err(|error| through(&name, is_stdout, error))
            }
        }
    }
}

/// Finds out what an argument names; stdout where there is none.
pub(super) fn destination(path: Option<&Path>, gzip: bool) -> Result<Destination, Failure> {
    let path = path.unwrap_or_else(|| Path::new(STDOUT));
    Destination::new(path, gzip).map_err(|error| {
        // What it is, or what the system says of it.
        let is_told = matches!(error.kind(), ErrorKind::IsADirectory | ErrorKind::Other);
        let colon = if is_told { "" } else { ":" };
        let why = mediate::text::io(&error);
        Failure::usage(format!("{}{colon} {why}", path.display()))
    })
}

/// Begins or continues a file that an argument names.
pub(super) fn part(
    destination: Destination,
    spool: &Path,
    bytes: u64,
    private: bool,
) -> Result<PartFile, Failure> {
    let name = destination.name().to_owned();
    let options = PartFile::at(destination).spool(spool.to_owned());
    let opened = options.after(bytes).private(private).open();
    opened.map_err(|error| cannot_open(&name, &error))
}

/// Makes a failure of a file that cannot be opened for writing: nothing has been sent, and the argument names another.
pub(super) fn cannot_open(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!(
        "cannot write {}: {}",
        path.display(),
        mediate::text::io(error)
    ))
}

/// Gives a file its name.
pub(super) async fn finish(file: PartFile) -> Result<(), Failure> {
    let path = file.path().to_owned();
    let finished = file.finish().await;
    finished.map_err(|error| Failure::write(&path, error))
}

/// Refuses files of one run that are the same one, whatever they are called. Nothing has been read or sent then.
pub(super) fn apart(files: &[(&str, Option<&Path>, Role)]) -> Result<(), Failure> {
    let uses: Vec<Use<'_>> = files
        .iter()
        .filter_map(|(argument, path, role)| {
            Some(Use {
                argument,
                path: (*path)?,
                role: *role,
            })
        })
        .collect();
    check(&uses).map_err(|collision| Failure::usage(collision.to_string()))
}

/// Makes a failure of a write: the reader of stdout may have had enough; the reader of another stream has lost data.
fn through(name: &Path, is_stdout: bool, error: std::io::Error) -> Failure {
    if is_stdout {
        Failure::stdout(error)
    } else {
        Failure::write(name, error)
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn at(path: &Path) -> Destination {
        destination(Some(path), false).expect("usable")
    }

    #[test]
    fn a_folder_is_refused() {
        let folder = TempDir::new().expect("folder");
        let failure = destination(Some(folder.path()), false).expect_err("refused");
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
        let first = Output::open(at(&path), false).await.expect("opened");
        let failure = Output::open(at(&path), false).await.expect_err("refused");
        let sentence = failure.to_string();
        assert!(
            sentence.ends_with("rows.csv: another run is writing it"),
            "{sentence}"
        );
        first.finish().await.expect("the first is unharmed");
    }
}
