//! What the demo prints: numbered steps with counts and times, for somebody who sees all this for the first time.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::console::print;
use crate::failure::Failure;
use mediate::text::thousands;

/// Printer of the demo, to stdout.
pub(super) struct Printer {
    started: Instant,
    step_started: Instant,
    step: usize,
}

impl Printer {
    /// Prints the heading.
    pub(super) fn begin(folder: &Path) -> Result<Self, Failure> {
        print(&heading(folder))?;
        let now = Instant::now();
        Ok(Self {
            started: now,
            step_started: now,
            step: 0,
        })
    }

    /// Begins a step.
    pub(super) fn step(&mut self, title: &str) -> Result<(), Failure> {
        self.step += 1;
        self.step_started = Instant::now();
        print(&format!("\n{}. {title}\n", self.step))
    }

    /// Prints a line of the step.
    pub(super) fn line(&self, text: &str) -> Result<(), Failure> {
        print(&format!("   {text}\n"))
    }

    /// Prints a line with the time of the step, and how many a second that is.
    pub(super) fn timed(&self, text: &str, count: u64) -> Result<(), Failure> {
        self.line(&rated(text, count, self.step_started.elapsed()))
    }

    /// Prints the summary.
    pub(super) fn end(&self, files: &[String]) -> Result<(), Failure> {
        print(&summary(self.step, self.started.elapsed(), files))
    }
}

/// Returns the text before the first step.
pub(crate) fn heading(folder: &Path) -> String {
    format!(
        "The airports of the United States go through the Salesforce connector (a WebAssembly component) into a\n\
         simulated org inside this process. Nothing leaves this machine; files go to {}.\n",
        folder.display()
    )
}

/// Adds to a text how long it took, and how many a second that is.
pub(crate) fn rated(text: &str, count: u64, took: Duration) -> String {
    let seconds = took.as_secs_f64();
    let rate = count as f64 / seconds.max(f64::EPSILON);
    format!(
        "{text} in {seconds:.2} s ({} a second)",
        thousands(rate as u64)
    )
}

/// Returns the text after the last step.
pub(crate) fn summary(steps: usize, took: Duration, files: &[String]) -> String {
    format!(
        "\nDone: {steps} steps in {:.1} s. Written: {}\n\
         Next: `mediate describe` lists all operations; `mediate help` tells how to reach your own org.\n",
        took.as_secs_f64(),
        files.join(", ")
    )
}
