//! What the demo prints: numbered steps with counts and times, for somebody who sees all this for the first time.

use std::path::Path;
use std::time::Instant;

/// Writes the demo to stdout.
pub(super) struct Printer {
    started: Instant,
    step_started: Instant,
    step: usize,
}

impl Printer {
    /// Prints the heading.
    pub(super) fn begin(folder: &Path) -> Self {
        println!(
            "The airports of the United States go through the Salesforce connector (a WebAssembly component) into a"
        );
        println!(
            "simulated org inside this process. Nothing leaves this machine; files go to {}.",
            folder.display()
        );
        let now = Instant::now();
        Self {
            started: now,
            step_started: now,
            step: 0,
        }
    }

    /// Begins a step.
    pub(super) fn step(&mut self, title: &str) {
        self.step += 1;
        self.step_started = Instant::now();
        println!("\n{}. {title}", self.step);
    }

    /// Prints a line of the step.
    pub(super) fn line(&self, text: &str) {
        println!("   {text}");
    }

    /// Prints a line with the time of the step, and how many a second that is.
    pub(super) fn timed(&self, text: &str, count: usize) {
        let seconds = self.step_started.elapsed().as_secs_f64();
        let rate = count as f64 / seconds.max(f64::EPSILON);
        println!(
            "   {text} in {seconds:.2} s ({} a second)",
            thousands(rate as usize)
        );
    }

    /// Prints the summary.
    pub(super) fn end(&self, files: &[String]) {
        println!(
            "\nDone: {} steps in {:.1} s. Written: {}",
            self.step,
            self.started.elapsed().as_secs_f64(),
            files.join(", ")
        );
        println!(
            "Next: `mediate describe` lists all operations; `mediate help` tells how to reach your own org."
        );
    }
}

/// Writes 3376 as 3,376.
pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn thousands_are_separated() {
        assert_eq!(
            [7, 999, 1000, 3376, 1_234_567].map(thousands),
            ["7", "999", "1,000", "3,376", "1,234,567"]
        );
    }
}
