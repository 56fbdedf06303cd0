//! Files that arguments name: bounded, and with errors that say where.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use serde::de::DeserializeOwned;

use super::failure::Failure;
use mediate::text;

pub(super) use mediate::profile::{json_problem, without_newline};

/// Bound of a file that is held in memory: an input, a config, a value. Larger data goes through streams.
const MAX_FILE: u64 = 256 * 1024 * 1024;

/// Reads a file of text.
pub(super) fn text(path: &Path) -> Result<String, Failure> {
    String::from_utf8(bytes(path)?)
        .map_err(|_| Failure::usage(format!("{} is not UTF-8 text", path.display())))
}

/// Reads a file.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let opened = File::open(path).and_then(|file| read(file, MAX_FILE));
    opened.map_err(|error| cannot_read(path, &error))
}

/// Reads a file of data, which may be compressed.
pub(super) fn data(path: &Path, gzip: bool) -> Result<Vec<u8>, Failure> {
    if !gzip {
        return bytes(path);
    }
    let opened = File::open(path).and_then(|file| read(MultiGzDecoder::new(file), MAX_FILE));
    opened.map_err(|error| cannot_read(path, &error))
}

fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!(
        "cannot read {}: {}",
        path.display(),
        text::io(error)
    ))
}

/// Reads stdin to its end.
pub(super) fn stdin() -> Result<Vec<u8>, Failure> {
    read(io::stdin().lock(), MAX_FILE).map_err(|error| {
        Failure::usage(format!(
            "cannot read the input from stdin: {}",
            text::io(&error)
        ))
    })
}

fn read(from: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if from.take(limit + 1).read_to_end(&mut bytes)? as u64 > limit {
        return Err(io::Error::other(format!(
            "it is larger than {} MiB",
            limit >> 20
        )));
    }
    Ok(bytes)
}

/// Parses JSON; an error names what it is in, with line and column.
pub(super) fn json<T: DeserializeOwned>(what: &str, text: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(text).map_err(|error| {
        Failure::usage(format!(
            "{what}, {}: {}",
            position(&error),
            json_problem(&error)
        ))
    })
}

/// Says where in a text the parser stopped.
pub(super) fn position(error: &serde_json::Error) -> String {
    format!("line {}, column {}", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_refused() {
        assert_eq!(read(&b"12345"[..], 5).expect("fits"), b"12345");
        assert!(read(&b"123456"[..], 5).is_err());
    }

    #[test]
    fn bad_json_names_file_line_and_column() {
        let failure =
            json::<serde_json::Value>("new.json", b"{\n  \"a\": 1,\n}").expect_err("refused");
        assert_eq!(
            failure.to_string(),
            "new.json, line 3, column 1: trailing comma"
        );
    }

    #[test]
    fn a_folder_is_no_file() {
        let failure = bytes(Path::new(".")).expect_err("refused");
        assert_eq!(failure.to_string(), "cannot read .: is a directory");
    }
}
