//! Runs the command in a folder of its own, with nothing of the machine's environment.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mediate_tests::{ECHO, compiled};
use tempfile::TempDir;

/// Bounds the wait for a command that must end.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// A folder in which commands run.
pub struct Folder {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

/// What a command left.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// Returns the sentence after `error: `.
    pub fn error(&self) -> &str {
        let line = self
            .stderr
            .lines()
            .find_map(|line| line.strip_prefix("error: "));
        line.unwrap_or_else(|| panic!("an error: {self:?}"))
    }

    /// Demands success and returns stdout.
    pub fn data(&self) -> &str {
        assert_eq!(self.code, Some(0), "{self:?}");
        &self.stdout
    }
}

impl Folder {
    /// Makes a folder that holds the echo connector as `echo.wasm`.
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("echo.wasm"), ECHO).unwrap();
        compiled::keep(ECHO);
        Self {
            folder,
            variables: Vec::new(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, and the folders above it.
    pub fn file(self, name: &str, text: &str) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Writes a file over the one that is there.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Lists what commands made here.
    pub fn names(&self) -> Vec<String> {
        let files = fs::read_dir(self.folder.path()).unwrap();
        let names = files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|name| name != "echo.wasm").collect();
        names.sort();
        names
    }

    pub fn command<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        let program = env!("CARGO_BIN_EXE_mediate-under-test");
        let mut command = compiled::command(program, self.folder.path());
        command.args(arguments).envs(self.variables.iter().cloned());
        command
    }

    /// Runs the command to its end.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        let output = self.command(arguments).output().unwrap();
        Outcome {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs the command with the echo connector.
    pub fn echo(&self, arguments: &[&str]) -> Outcome {
        self.run(&with_echo(arguments))
    }

    /// Starts the command with the echo connector, its output caught.
    pub fn start_echo(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(&with_echo(arguments));
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }
}

fn with_echo<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--connector", "echo.wasm"]].concat()
}

/// Waits until something is so.
pub fn eventually(mut so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !so() {
        assert!(started.elapsed() < TIME_LIMIT, "it never came");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Waits for a command to end, and returns what it left.
pub fn end(mut child: Child) -> Outcome {
    eventually(|| child.try_wait().unwrap().is_some());
    let output = child.wait_with_output().unwrap();
    Outcome {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
