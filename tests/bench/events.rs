//! Events: how soon one arrives, and how fast a backlog is processed.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use mediate::contract::Message;
use mediate::session::Session;
use mediate_tests::org;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::process::{self, Server};

/// Bounds the wait for an event.
const TIME_LIMIT: Duration = Duration::from_secs(120);
/// Pause between two events whose latency is measured, so that none waits for another.
const PAUSE: Duration = Duration::from_millis(50);

/// Creates contacts one by one, and measures the time from each request to the line of its event on the watch's output.
pub fn latency(events: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let sandbox = Server::sandbox(0, folder.path())?;
    let (runtime, session) = client(&sandbox)?;
    let mut watch = Watch::start(
        &sandbox,
        &["channels=/data/ContactChangeEvent"],
        Stdio::piped(),
    )?;
    let lines = watch.lines()?;
    let contact = || -> Result<()> {
        let named = json!([{"LastName": now_ms()?.to_string()}]);
        let config = json!({"object": "Contact"});
        runtime.block_on(create(&session, "collections/create", config, named))
    };
    // What is created before the watch has subscribed does not come.
    contact()?;
    while lines.recv_timeout(Duration::from_secs(1)).is_err() {
        contact()?;
    }
    let mut times = Vec::new();
    for _ in 0..events {
        std::thread::sleep(PAUSE);
        while lines.try_recv().is_ok() {}
        contact()?;
        times.push(lines.recv_timeout(TIME_LIMIT)??);
    }
    show(times);
    Ok(())
}

fn show(mut times: Vec<i64>) {
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).or(times.last());
    let shown = |ms: Option<&i64>| ms.copied().unwrap_or_default();
    println!(
        "| events | from the request to the output, ms: median | 95 % | max |\n|---|---|---|---|"
    );
    println!(
        "| {} | {} | {} | {} |",
        times.len(),
        shown(at(50)),
        shown(at(95)),
        shown(times.last())
    );
}

/// Publishes events, and measures how long a watch takes to have them all in its file, its start included.
pub fn drain(events: u64, rounds: u64) -> Result<()> {
    const AT_ONCE: u64 = 20_000;
    let folder = tempfile::tempdir()?;
    let sandbox = Server::sandbox(0, folder.path())?;
    let (runtime, session) = client(&sandbox)?;
    for first in (0..events).step_by(AT_ONCE as usize) {
        let numbers = first..events.min(first + AT_ONCE);
        let orders = numbers.map(|number| json!({"Order_Number__c": number.to_string(), "Status__c": "New", "Amount__c": 12.5}));
        let config = json!({"event": "Order_Event__e"});
        runtime.block_on(create(&session, "events/publish", config, orders.collect()))?;
    }
    println!("| round | wall s | events/s | peak RSS MiB |\n|---|---|---|---|");
    for round in 1..=rounds {
        let output = folder.path().join(format!("{round}.ndjson"));
        let started = Instant::now();
        let arguments = [
            "channels=/event/Order_Event__e",
            "replay=earliest",
            "batch-size=5000",
            "--output",
        ];
        let given = output.display().to_string();
        let arguments: Vec<&str> = arguments.into_iter().chain([given.as_str()]).collect();
        let watch = Watch::start(&sandbox, &arguments, Stdio::null())?;
        while lines_of(&output) < events {
            if started.elapsed() > TIME_LIMIT {
                bail!("not all events came: {} of {events}", lines_of(&output));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let seconds = started.elapsed().as_secs_f64();
        let peak = process::peak_of(watch.0.id()) / 1024;
        println!(
            "| {round} | {seconds:.2} | {:.0} | {peak} |",
            events as f64 / seconds
        );
    }
    Ok(())
}

/// A session of this process.
fn client(sandbox: &Server) -> Result<(Runtime, Session)> {
    let runtime = Runtime::new()?;
    let session = runtime.block_on(org::open_at(&sandbox.url, Vec::new(), true, &json!({})));
    Ok((runtime, session))
}

async fn create(session: &Session, operation: &str, config: Value, records: Value) -> Result<()> {
    let input = Message::new("application/json", records.to_string());
    let reply = session.call(operation, &config, Some(input)).await?;
    match reply.metadata.attribute("failed").as_deref() {
        Some("0") => Ok(()),
        failed => bail!("{operation}: {failed:?} failed"),
    }
}

/// `mediate watch events/subscribe`; ends with this value.
struct Watch(Child);

impl Watch {
    fn start(sandbox: &Server, arguments: &[&str], stdout: Stdio) -> Result<Self> {
        let mut command = Command::new(process::mediate()?);
        command.args([
            "watch",
            "events/subscribe",
            "--every",
            "30s",
            "--connection",
        ]);
        command.arg(&sandbox.connection).args(arguments);
        Ok(Self(command.stdout(stdout).spawn()?))
    }

    /// Milliseconds between the sending of each contact and the line of its event.
    fn lines(&mut self) -> Result<Receiver<Result<i64>>> {
        let stdout = self.0.stdout.take().context("its output")?;
        let (lines, received) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                if lines
                    .send(line.map_err(Into::into).and_then(|line| age(&line)))
                    .is_err()
                {
                    return;
                }
            }
        });
        Ok(received)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How long ago the contact of an event was sent: its name says when.
fn age(line: &str) -> Result<i64> {
    let now = now_ms()?;
    let event: Value = serde_json::from_str(line)?;
    let sent = event.pointer("/body/payload/Name/LastName");
    let sent = sent.and_then(Value::as_str).context("no name")?;
    Ok(now - sent.parse::<i64>()?)
}

fn now_ms() -> Result<i64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(i64::try_from(now.as_millis())?)
}

fn lines_of(path: &Path) -> u64 {
    let text = std::fs::read(path).unwrap_or_default();
    text.iter().filter(|byte| **byte == b'\n').count() as u64
}
