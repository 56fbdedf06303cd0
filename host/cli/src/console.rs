//! Messages on stderr, and their colours; and stdout, which may be closed at any moment.
//!
//! Everything that goes to stderr goes through here, the log too: without secrets, of bounded length, with nothing in it
//! that a terminal obeys. With `--json-errors` every line is a JSON object, whose `level` is `error`, `warning`, `note`,
//! `attribute` or `log`.

use std::io::{self, IsTerminal as _, Write as _};

use serde_json::{Value, json};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::args::{Global, When};
use super::failure::Failure;
use mediate::masking::masker;
use mediate::terminal;

/// Messages to the user on stderr.
#[derive(Clone, Copy, Debug)]
pub(super) struct Console {
    color: bool,
    quiet: bool,
    /// Whether everything is written as JSON.
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
            .with_writer(self)
            .with_ansi(false);
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
            self.say("warning", Some("33;1"), text);
        }
    }

    /// Says what went wrong.
    pub(super) fn error(self, text: &str) {
        self.say("error", Some("31;1"), text);
    }

    /// Says something that is asked for, `--quiet` or not.
    pub(super) fn plain(self, text: &str) {
        self.say("note", None, text);
    }

    /// Tells a fact about an exchange.
    pub(super) fn attribute(self, name: &str, value: &str) {
        if self.json_errors {
            self.json(json!({"level": "attribute", "name": name, "value": value}));
        } else {
            write_line(&terminal::message(&format!("{name}: {value}")));
        }
    }

    /// Writes a JSON document in one line.
    pub(super) fn json(self, document: Value) {
        write_line(&terminal::json_line(document));
    }

    fn say(self, level: &str, color: Option<&str>, text: &str) {
        if self.json_errors {
            self.json(json!({"level": level, "message": text}));
            return;
        }
        let text = terminal::message(text);
        write_line(&match color {
            Some(color) => format!("{}: {text}", self.painted(level, color)),
            None => text,
        });
    }

    fn painted(self, word: &str, color: &str) -> String {
        if self.color {
            format!("\x1b[{color}m{word}\x1b[0m")
        } else {
            word.to_owned()
        }
    }
}

/// Writes a line on stderr. If nobody can read it, there is nobody to tell.
pub(super) fn write_line(line: &str) {
    #[cfg(test)]
    if captured::out(&format!("{line}\n")) {
        return;
    }
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Writes the log, an event at a time.
impl<'w> MakeWriter<'w> for Console {
    type Writer = LogWriter;

    fn make_writer(&'w self) -> LogWriter {
        LogWriter(*self)
    }
}

/// Writer of one event of the log.
pub(super) struct LogWriter(Console);

impl io::Write for LogWriter {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let text = text.trim_end();
        if self.0.json_errors {
            self.0
                .json(json!({"level": "log", "message": text.trim_start()}));
        } else {
            write_line(&terminal::message(text));
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Prints text for people on stdout.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    write_out(&terminal::visible(&masker().mask(text)))
}

fn write_out(text: &str) -> Result<(), Failure> {
    #[cfg(test)]
    if captured::out(text) {
        return Ok(());
    }
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(Failure::stdout)
}

/// Prints a JSON document on stdout, indented.
pub(super) fn print_json(document: &serde_json::Value) -> Result<(), Failure> {
    write_out(&terminal::escaped(&format!("{document:#}\n")))
}

/// What a test's thread has written, for the tests of texts.
#[cfg(test)]
pub(super) mod captured {
    use std::cell::RefCell;

    thread_local! {
        static WRITTEN: RefCell<Option<String>> = const { RefCell::new(None) };
    }

    /// Returns everything that is written while `write` runs: stdout and stderr, in order.
    pub(crate) fn during(write: impl FnOnce()) -> String {
        WRITTEN.set(Some(String::new()));
        write();
        WRITTEN.take().unwrap_or_default()
    }

    /// Takes a text, and says whether it was asked for.
    pub(super) fn out(text: &str) -> bool {
        WRITTEN.with_borrow_mut(|written| match written {
            Some(written) => {
                written.push_str(text);
                true
            }
            None => false,
        })
    }
}
