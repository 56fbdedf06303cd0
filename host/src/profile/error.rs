//! What can be wrong with a connection file, one sentence each.

use std::io;
use std::path::PathBuf;

use crate::text;

/// Reason why a connection could not be made from its file. Never holds a value of the file, which may be a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// No file has this name in the folders searched.
    #[error("there is no connection `{name}`: no file {}{}", paths(.tried), text::did_you_mean(.nearest.as_deref()))]
    NotFound {
        /// The name that was looked for.
        name: String,
        /// The files that were tried.
        tried: Vec<PathBuf>,
        /// The known connection that is meant, most likely.
        nearest: Option<String>,
    },
    /// The file cannot be read.
    #[error("cannot read the connection file {}: {}", path.display(), text::io(source))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not TOML or JSON.
    #[error("{}, line {line}, column {column}: {problem}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// The parser's words.
        problem: String,
    },
    /// A value is not usable.
    #[error("{}: `{key}` {problem}", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// The dotted key.
        key: String,
        /// What is wrong with it, and how to fix it.
        problem: String,
    },
}

fn paths(tried: &[PathBuf]) -> String {
    let names: Vec<String> = tried
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    text::list(&names, "or")
}
