//! What is said on stderr, and in which colours; and stdout, which may be closed at any moment.

use std::io::{self, IsTerminal as _, Write as _};

use tracing_subscriber::EnvFilter;

use super::args::{Global, When};
use super::failure::Failure;

/// Speaks to the user on stderr.
#[derive(Clone, Copy, Debug)]
pub(super) struct Console {
    color: bool,
    quiet: bool,
    /// Writes errors as JSON.
    pub(super) json_errors: bool,
}

impl Console {
    pub(super) fn new(global: &Global) -> Self {
        let color = match global.color {
            When::Always => true,
            When::Never => false,
            When::Auto => {
                io::stderr().is_terminal()
                    && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
            }
        };
        Self {
            color,
            quiet: global.quiet,
            json_errors: global.json_errors,
        }
    }

    /// Sends the log to stderr as loud as `-v` asks for. Only our own parts are logged: libraries below us would log
    /// headers, which hold tokens.
    pub(super) fn start_log(self, verbose: u8) {
        let level = match verbose {
            0 if self.quiet => "error",
            0 => "warn",
            1 => "debug",
            _ => "trace",
        };
        let filter = EnvFilter::new(format!("off,mediate={level},sandbox={level},guest={level}"));
        let log = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(io::stderr)
            .with_ansi(self.color);
        // A program that embeds the command may have set a log of its own.
        let _ = log.without_time().try_init();
    }

    /// Says whether only errors are said.
    pub(super) const fn is_quiet(self) -> bool {
        self.quiet
    }

    /// Says something that `--quiet` silences.
    pub(super) fn note(self, text: &str) {
        if !self.quiet {
            self.plain(text);
        }
    }

    /// Says something that may be wrong.
    pub(super) fn warn(self, text: &str) {
        if !self.quiet {
            self.plain(&format!("{}: {text}", self.painted("warning", "33;1")));
        }
    }

    /// Says what went wrong.
    pub(super) fn error(self, text: &str) {
        self.plain(&format!("{}: {text}", self.painted("error", "31;1")));
    }

    /// Writes a line on stderr. If nobody can read it, there is nobody to tell.
    pub(super) fn plain(self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    fn painted(self, word: &str, color: &str) -> String {
        if self.color {
            format!("\x1b[{color}m{word}\x1b[0m")
        } else {
            word.to_owned()
        }
    }
}

/// Prints text on stdout.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(Failure::stdout)
}

/// Prints a JSON document on stdout, indented.
pub(super) fn print_json(document: &serde_json::Value) -> Result<(), Failure> {
    print(&format!("{document:#}\n"))
}
