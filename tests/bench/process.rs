//! Programs as processes: started, timed, their memory watched.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Pause between two looks at a process's memory.
const SAMPLE: Duration = Duration::from_millis(5);
/// Longest wait for a server to make its rows and listen.
const START: Duration = Duration::from_secs(300);

/// What a run took.
pub struct Measured {
    /// From start to exit.
    pub seconds: f64,
    /// Time of all its processors, and of those of the programs that it starts.
    pub cpu_seconds: f64,
    /// Peak resident set.
    pub peak_kib: u64,
}

/// Runs a command to its end.
pub fn measure(command: &[String]) -> Result<Measured> {
    let (program, args) = command.split_first().context("an empty command")?;
    let before = children_cpu()?;
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
                Ok(Measured {
                    seconds,
                    cpu_seconds: children_cpu()? - before,
                    peak_kib,
                })
            } else {
                bail!("{program} failed: {status}")
            };
        }
        std::thread::sleep(SAMPLE);
    }
}

/// CPU time of all children that have ended, in seconds (`cutime` and `cstime` of `/proc/self/stat`, in ticks of 10 ms).
fn children_cpu() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(") ").next().unwrap_or_default();
    let fields: Vec<&str> = after_name.split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok());
    Ok((ticks(13).unwrap_or(0.0) + ticks(14).unwrap_or(0.0)) / 100.0)
}

/// Counts the lines of a file.
pub fn lines(path: &Path) -> Result<u64> {
    use std::io::Read as _;
    let mut file = std::fs::File::open(path)?;
    let (mut piece, mut lines) = (vec![0; 1 << 20], 0);
    loop {
        let count = file.read(&mut piece)?;
        let Some(read) = piece.get(..count).filter(|read| !read.is_empty()) else {
            return Ok(lines);
        };
        lines += read.iter().filter(|byte| **byte == b'\n').count() as u64;
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

/// A server as a process on loopback; it ends with this value.
pub struct Server {
    child: Child,
    /// Where it answers.
    pub url: String,
    /// A connection file that reaches it.
    pub connection: PathBuf,
}

impl Server {
    /// Starts the simulated org with so many Accounts, and waits until it answers.
    pub fn sandbox(rows: u64, folder: &Path) -> Result<Self> {
        let listen = free()?;
        let rows = format!("Account={rows}");
        let args = ["sandbox", "--listen", &listen, "--rows", &rows];
        Self::start(&mediate()?, &args, &listen, folder)
    }

    /// Starts the server that has everything ready, with so many rows, and waits until it answers.
    pub fn stub(rows: u64, folder: &Path) -> Result<Self> {
        let listen = free()?;
        let port = listen.rsplit(':').next().unwrap_or_default();
        let own = std::env::current_exe()?.display().to_string();
        Self::start(
            &own,
            &["serve-stub", port, &rows.to_string()],
            &listen,
            folder,
        )
    }

    fn start(program: &str, args: &[&str], listen: &str, folder: &Path) -> Result<Self> {
        let child = Command::new(program)
            .args(args)
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
        let server = Self {
            child,
            url,
            connection,
        };
        server.wait()?;
        Ok(server)
    }

    fn wait(&self) -> Result<()> {
        let started = Instant::now();
        while self.token().is_err() {
            if started.elapsed() > START {
                bail!("the server did not answer within {} s", START.as_secs());
            }
            std::thread::sleep(Duration::from_millis(50));
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

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address on loopback that nobody listens on.
fn free() -> Result<String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    Ok(format!("127.0.0.1:{}", listener.local_addr()?.port()))
}
