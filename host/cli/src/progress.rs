//! Shows how a transfer goes: a bar on a terminal, a line now and then elsewhere.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::console::Console;
use super::notice;
use mediate::contract::Progress;
use mediate::session::SessionError;
use mediate::terminal;
use mediate::text;
use mediate::transfer::Watcher;

/// Time between two lines where there is no terminal. 10 s; a log stays short.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// Length of a connector's note beside a bar, in characters.
const MAX_NOTE: usize = 80;
/// Template for bytes of a known number.
const BYTES: &str = "{bytes} of {total_bytes}  {binary_bytes_per_sec}  {wide_bar} {eta}";
/// Template for bytes of an unknown number.
const BYTES_ONLY: &str = "{spinner} {bytes}  {binary_bytes_per_sec}  {elapsed}";
/// Template for records of a known number.
const RECORDS: &str = "{wide_bar} {eta}  {wide_msg}";
/// Template for records of an unknown number.
const RECORDS_ONLY: &str = "{spinner} {elapsed}  {wide_msg}";

/// Progress of a transfer, shown to people.
pub(super) struct Meter {
    console: Console,
    bar: ProgressBar,
    shown: Instant,
    template: &'static str,
    /// When records began to be processed, for their rate.
    since: Instant,
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
            template: "",
            since: Instant::now(),
        }
    }

    /// Clears the bar away.
    pub(super) fn end(self) {
        self.bar.finish_and_clear();
    }

    /// Shows something else from now on: what was counted before does not count for it.
    fn enter(&mut self, template: &'static str) {
        if self.template == template {
            return;
        }
        self.template = template;
        self.since = Instant::now();
        self.bar.unset_length();
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
        self.enter(if of.is_some() { BYTES } else { BYTES_ONLY });
        of.into_iter().for_each(|of| self.bar.set_length(of));
        self.bar.set_position(passed);
        self.line(|| match of {
            Some(of) => format!(
                "{} of {} bytes",
                text::thousands(passed),
                text::thousands(of)
            ),
            None => text::count(passed, "byte"),
        });
    }

    fn progress(&mut self, progress: &Progress) {
        self.enter(match progress.total {
            Some(_) => RECORDS,
            None => RECORDS_ONLY,
        });
        progress
            .total
            .into_iter()
            .for_each(|total| self.bar.set_length(total));
        self.bar.set_position(progress.processed);
        let text = records(progress, self.since.elapsed());
        self.bar.set_message(
            terminal::visible(&terminal::cut(&text, MAX_NOTE).replace('\n', " ")).into_owned(),
        );
        self.line(|| text);
    }

    fn again(&mut self, because: &SessionError, pause: Duration) {
        let console = self.console;
        self.bar
            .suspend(|| console.warn(&notice::continues(because, pause)));
    }
}

/// Says how many records are processed, how fast, and what the connector says.
pub(super) fn records(progress: &Progress, took: Duration) -> String {
    let of = match progress.total {
        Some(total) => format!(" of {}", text::count(total, "record")),
        None if progress.processed == 1 => " record".to_owned(),
        None => " records".to_owned(),
    };
    let failed = match progress.failed {
        0 => String::new(),
        failed => format!(", {} failed", text::thousands(failed)),
    };
    let per_second = progress.processed.checked_div(took.as_secs());
    let rate = per_second.map(|rate| format!(", {} per second", text::thousands(rate)));
    format!(
        "{}{of} processed{failed}{}: {}",
        text::thousands(progress.processed),
        rate.unwrap_or_default(),
        progress.note
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_counted_as_records_and_rates_in_whole_numbers() {
        let mut progress = Progress {
            processed: 8,
            note: "1 job".into(),
            ..Progress::default()
        };
        let soon = Duration::from_millis(900);
        assert_eq!(records(&progress, soon), "8 records processed: 1 job");
        progress.total = Some(2_000);
        progress.processed = 1_000;
        progress.failed = 3;
        assert_eq!(
            records(&progress, Duration::from_secs(3)),
            "1,000 of 2,000 records processed, 3 failed, 333 per second: 1 job"
        );
    }

    #[test]
    fn the_bytes_of_the_input_are_no_number_of_records() {
        let console = Console::new(&super::super::args::Global {
            connector: None,
            verbose: 0,
            quiet: true,
            color: super::super::args::When::Never,
            json_errors: false,
        });
        let mut meter = Meter::new(console);
        meter.bytes(10, Some(1_886_182));
        meter.progress(&Progress::default());
        assert_eq!(meter.bar.length(), None);
    }
}
