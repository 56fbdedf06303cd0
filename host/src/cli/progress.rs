//! Shows how a transfer goes: a bar on a terminal, a line now and then elsewhere.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::console::Console;
use super::report::time;
use crate::contract::Progress;
use crate::session::SessionError;
use crate::terminal;
use crate::transfer::Watcher;
use crate::words;

/// Is the time between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// Length of a connector's note beside a bar, in characters.
const MAX_NOTE: usize = 80;
/// Shows bytes, of how many is known.
const BYTES: &str = "{bytes} of {total_bytes}  {binary_bytes_per_sec}  {wide_bar} {eta}";
/// Shows bytes, of how many is not known.
const BYTES_ONLY: &str = "{spinner} {bytes}  {binary_bytes_per_sec}  {elapsed}";
/// Shows records.
const RECORDS: &str = "{human_pos} of {human_len} records  {per_sec}  {wide_bar} {eta}  {msg}";

/// Watches a transfer for people.
pub(super) struct Meter {
    console: Console,
    bar: ProgressBar,
    shown: Instant,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Unknown,
    Bytes,
    Records,
}

impl Meter {
    pub(super) fn new(console: Console) -> Self {
        let target = if console.is_quiet() || !io::stderr().is_terminal() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        Self {
            console,
            bar: ProgressBar::with_draw_target(None, target),
            shown: Instant::now(),
            phase: Phase::Unknown,
        }
    }

    /// Clears the bar away.
    pub(super) fn end(self) {
        self.bar.finish_and_clear();
    }

    fn enter(&mut self, phase: Phase, template: &str) {
        if self.phase == phase {
            return;
        }
        self.phase = phase;
        self.bar.reset();
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
    }

    /// Says something where the bar does not, not too often.
    fn line(&mut self, text: impl FnOnce() -> String) {
        if self.bar.is_hidden() && self.shown.elapsed() >= LINE_EVERY {
            self.shown = Instant::now();
            self.console.note(&text());
        }
    }
}

impl Watcher for Meter {
    fn bytes(&mut self, passed: u64, of: Option<u64>) {
        self.enter(Phase::Bytes, if of.is_some() { BYTES } else { BYTES_ONLY });
        of.into_iter().for_each(|of| self.bar.set_length(of));
        self.bar.set_position(passed);
        self.line(|| match of {
            Some(of) => format!(
                "{} of {} bytes",
                words::thousands(passed),
                words::thousands(of)
            ),
            None => words::count(passed, "byte"),
        });
    }

    fn progress(&mut self, progress: &Progress) {
        self.enter(Phase::Records, RECORDS);
        progress
            .total
            .into_iter()
            .for_each(|total| self.bar.set_length(total));
        self.bar.set_position(progress.processed);
        let note = terminal::cut(&progress.note, MAX_NOTE).into_owned();
        self.bar
            .set_message(terminal::visible(&note.replace('\n', " ")).into_owned());
        self.line(|| {
            let failed = match progress.failed {
                0 => String::new(),
                failed => format!(", {} failed", words::thousands(failed)),
            };
            format!(
                "{} worked off{failed}: {}",
                words::count(progress.processed, "record"),
                progress.note
            )
        });
    }

    fn again(&mut self, because: &SessionError, pause: Duration) {
        let (console, pause) = (self.console, time(pause));
        self.bar
            .suspend(|| console.warn(&format!("{because}; going on in {pause}")));
    }
}
