//! Programs as processes: started, timed, their memory watched.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Pause between two looks at a process's memory.
const SAMPLE: Duration = Duration::from_millis(5);
/// Longest wait for the sandbox to make its rows and listen.
const START: Duration = Duration::from_secs(300);

/// What a run took.
pub struct Measured {
    /// From start to exit.
    pub seconds: f64,
    /// Peak resident set.
    pub peak_kib: u64,
}

/// Runs a command to its end.
pub fn measure(command: &[String]) -> Result<Measured> {
    let (program, args) = command.split_first().context("an empty command")?;
    let started = Instant::now();
    let mut child = Command::new(program)
        .args(args)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()?;
    let mut peak_kib = 0;
    loop {
        peak_kib = peak_kib.max(peak_of(child.id()));
        if let Some(status) = child.try_wait()? {
            let seconds = started.elapsed().as_secs_f64();
            return if status.success() {
                Ok(Measured { seconds, peak_kib })
            } else {
                bail!("{program} failed: {status}")
            };
        }
        std::thread::sleep(SAMPLE);
    }
}

/// `VmHWM` of a process; 0 once it has gone.
pub fn peak_of(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or_default()
}

/// Says whether a command works here.
pub fn runs(program: &str, args: &[&str]) -> bool {
    Command::new(program)
        .args(args)
        .output()
        .is_ok_and(|output| output.status.success())
}

/// Finds the command `mediate`, which stands beside this program.
pub fn mediate() -> Result<String> {
    let path = std::env::current_exe()?.with_file_name("mediate");
    if path.exists() {
        return Ok(path.display().to_string());
    }
    bail!(
        "{} is missing: build it with `cargo build --bin mediate`",
        path.display()
    )
}

/// The simulated org as a process on loopback; ends with this value.
pub struct Sandbox {
    child: Child,
    /// Where it answers.
    pub url: String,
    /// A connection file that reaches it.
    pub connection: PathBuf,
}

impl Sandbox {
    /// Starts it with so many Accounts, and waits until it answers.
    pub fn start(rows: u64, folder: &Path) -> Result<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?
            .local_addr()?
            .port();
        let listen = format!("127.0.0.1:{port}");
        let rows = format!("Account={rows}");
        let child = Command::new(mediate()?)
            .args(["sandbox", "--listen", &listen, "--rows", &rows])
            .stdout(Stdio::null())
            .spawn()?;
        let url = format!("http://{listen}");
        let connection = folder.join("bench.toml");
        std::fs::write(
            &connection,
            format!(
                "url = \"{url}\"\napi-version = \"62.0\"\n[auth.client-credentials]\nclient-id = \"sandbox-client\"\nclient-secret = \"sandbox-secret\"\n"
            ),
        )?;
        let sandbox = Self {
            child,
            url,
            connection,
        };
        sandbox.wait()?;
        Ok(sandbox)
    }

    fn wait(&self) -> Result<()> {
        let started = Instant::now();
        while self.token().is_err() {
            if started.elapsed() > START {
                bail!("the sandbox did not answer within {} s", START.as_secs());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    /// Logs in with curl's help and returns the access token.
    pub fn token(&self) -> Result<String> {
        let form =
            "grant_type=client_credentials&client_id=sandbox-client&client_secret=sandbox-secret";
        let output = Command::new("curl")
            .args([
                "-sf",
                "-d",
                form,
                &format!("{}/services/oauth2/token", self.url),
            ])
            .output()?;
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        answer
            .get("access_token")
            .and_then(|token| token.as_str())
            .map(str::to_owned)
            .context("no token")
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
