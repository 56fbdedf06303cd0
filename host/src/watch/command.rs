//! A command of the user's that takes findings on its stdin.

use std::io::{self, Write as _};
use std::process::{self, Stdio};
use std::time::{Duration, Instant};

use super::output::{DELIVERY_LIMIT, OutputError};

/// Interval at which a running command is checked.
const STEP: Duration = Duration::from_millis(10);

/// A line for the shell, and which of this process's variables the shell must not see.
#[derive(Clone, Debug)]
pub struct Command {
    line: String,
    hidden: Vec<String>,
}

impl Command {
    /// Makes a command that gets the environment of this process without the `hidden` variables: those that hold secrets.
    #[must_use]
    pub const fn new(line: String, hidden: Vec<String>) -> Self {
        Self { line, hidden }
    }

    /// Runs it with these lines on its stdin, to its end.
    pub(super) async fn take(self, lines: Vec<u8>) -> Result<(), OutputError> {
        let ran = tokio::task::spawn_blocking(move || self.run(lines)).await;
        ran.unwrap_or_else(|error| Err(OutputError::Command(format!("was lost: {error}"))))
    }

    fn run(&self, lines: Vec<u8>) -> Result<(), OutputError> {
        let failed = |error: io::Error| OutputError::Command(format!("could not be run: {error}"));
        let mut child = self.shell().spawn().map_err(failed)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A command that does not read its input is its own business: its exit code counts.
            std::thread::spawn(move || stdin.write_all(&lines));
        }
        let started = Instant::now();
        loop {
            match child.try_wait().map_err(failed)? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(OutputError::Command(format!("ended with {status}"))),
                None if started.elapsed() >= DELIVERY_LIMIT => {
                    let _ = child.kill();
                    let _ = child.wait();
                    let limit = DELIVERY_LIMIT.as_secs();
                    return Err(OutputError::Command(format!(
                        "did not end within {limit} s"
                    )));
                }
                None => std::thread::sleep(STEP),
            }
        }
    }

    fn shell(&self) -> process::Command {
        let (shell, option) = if cfg!(unix) {
            ("sh", "-c")
        } else {
            ("cmd", "/C")
        };
        let mut shell = process::Command::new(shell);
        shell.args([option, &self.line]).stdin(Stdio::piped());
        for name in &self.hidden {
            shell.env_remove(name);
        }
        shell
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn hidden_variables_do_not_reach_the_command() {
        let check = "test -z \"${CARGO_PKG_NAME+set}\" && test -n \"$PATH\"";
        let hiding = Command::new(check.into(), vec!["CARGO_PKG_NAME".into()]);
        hiding.take(Vec::new()).await.expect("it is hidden");
        let open = Command::new(check.into(), Vec::new());
        assert!(open.take(Vec::new()).await.is_err(), "cargo sets it");
    }
}
