//! A day in an org, on a moved clock: changes come all the time while sessions end, clients are forgotten, connections break
//! and the server starts anew. One process watches it, on both ways there are.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mediate::contract::Message;
use mediate::session::Session;
use mediate_tests::compiled;
use mediate_tests::org::{Way, open};
use sandbox::Org;
use sandbox::events::EventFault;
use sandbox::faults::Fault;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const QUARTERS: usize = 24 * 4;
const QUARTER_MS: i64 = 15 * 60 * 1_000;
const CONTACTS: usize = 10;
const ORDERS: usize = 5;
/// Real time for each quarter of an hour: a client that is not back within the quarter is forgotten, so the few requests that it
/// takes must fit in on a slow machine, too.
const PACE: Duration = Duration::from_millis(500);
/// Bounds the wait for what must come.
const TIME_LIMIT: Duration = Duration::from_secs(120);
/// What memory may grow by from the end of the first hours to the end of the day.
const GROWTH_KIB: u64 = 12 * 1024;

const WATCHES: &str = r#"
[[watch]]
operation = "events/subscribe"
config = { channels = ["/data/ContactChangeEvent", "/event/Order_Event__e"], replay = "earliest" }
connection = "org.toml"
every = "20s"
checkpoint = "events.checkpoint"
output = "events.ndjson"
dedup = true

[[watch]]
operation = "triggers/created"
config = { object = "Contact", fields = ["LastName"], start = "earliest", settle-seconds = 0 }
connection = "org.toml"
every = "200ms"
fast = true
checkpoint = "contacts.checkpoint"
output = "contacts.ndjson"
dedup = true
"#;

/// The org on a port, with all that belongs to it in one place, so that it can die whole.
struct Server {
    runtime: Option<Runtime>,
    port: u16,
}

impl Server {
    /// Port 0 takes any.
    fn start(org: &Arc<Org>, port: u16) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let (known, port_of) = std::sync::mpsc::channel();
        let org = Arc::clone(org);
        runtime.spawn(async move {
            let listener = bind(port).await;
            let address = listener.local_addr().expect("an address");
            known.send(address.port()).expect("somebody waits");
            sandbox::serve(listener, org, std::future::pending()).await
        });
        let port = port_of.recv().expect("a port");
        Self {
            runtime: Some(runtime),
            port,
        }
    }

    /// Cuts all connections and comes back on the same port.
    fn restart(self, org: &Arc<Org>) -> Self {
        let port = self.port;
        drop(self);
        org.events().restart();
        Self::start(org, port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Takes the port once whoever had it before has let go.
async fn bind(port: u16) -> TcpListener {
    let started = Instant::now();
    loop {
        match TcpListener::bind(("127.0.0.1", port)).await {
            Ok(listener) => return listener,
            Err(error) => assert!(started.elapsed() < TIME_LIMIT, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The process that watches; it ends with this value.
struct Watching(Child);

impl Watching {
    fn start(folder: &Path, port: u16) -> Self {
        let connection = format!(
            "url = \"http://127.0.0.1:{port}\"\n[auth.client-credentials]\nclient-id = \"sandbox-client\"\nclient-secret = \"sandbox-secret\"\n[retry]\nfirst-delay-ms = 20\nmax-delay-ms = 500\n"
        );
        std::fs::write(folder.join("org.toml"), connection).expect("a connection");
        std::fs::write(folder.join("watches.toml"), WATCHES).expect("the watches");
        let child = compiled::command(env!("CARGO_BIN_EXE_mediate-under-test"), folder)
            .args(["watch", "--watches", "watches.toml"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        Self(child)
    }

    /// Resident memory in KiB, where the system tells it.
    fn resident(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse().ok()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What goes wrong in a quarter of an hour.
fn disturb(org: &Arc<Org>, quarter: usize, server: Server) -> Server {
    let faults = org.events().faults();
    match quarter % 9 {
        0 => org.sessions().expire_all(),
        1 => org.events().restart(),
        2 => faults.inject(EventFault::UnknownClient, 2),
        3 => faults.inject(EventFault::Drop, 2),
        4 => faults.inject(EventFault::Unauthorized, 1),
        5 => return server.restart(org),
        6 => drop(
            org.faults()
                .inject("/cometd/", Fault::Truncate { bytes: None }),
        ),
        7 => drop(
            org.faults()
                .inject("/services/data/*/query*", Fault::LostAnswer),
        ),
        _ => {}
    }
    server
}

async fn create(session: &Session, operation: &str, config: Value, records: Vec<Value>) {
    let input = Message::new("application/json", Value::from(records).to_string());
    let reply = session.call(operation, &config, Some(input)).await;
    assert_eq!(
        reply
            .expect("created")
            .metadata
            .attribute("failed")
            .as_deref(),
        Some("0")
    );
}

/// What happens in a quarter of an hour.
async fn work(session: &Session, quarter: usize) {
    let contacts = (0..CONTACTS).map(|at| json!({"LastName": format!("Contact {quarter}-{at}")}));
    let contacts = contacts.collect();
    create(
        session,
        "collections/create",
        json!({"object": "Contact"}),
        contacts,
    )
    .await;
    let orders = (0..ORDERS).map(|at| json!({"Order_Number__c": format!("Order {quarter}-{at}")}));
    let event = json!({"event": "Order_Event__e"});
    create(session, "events/publish", event, orders.collect()).await;
}

/// How often each name is in a file, by whichever pointer leads to one.
fn names(path: &Path, pointers: &[&str]) -> BTreeMap<String, usize> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut times = BTreeMap::new();
    for line in text.lines() {
        let Ok(finding) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        let name = pointers.iter().find_map(|pointer| finding.pointer(pointer));
        let name = name.and_then(Value::as_str).unwrap_or(line);
        *times.entry(name.to_owned()).or_default() += 1;
    }
    times
}

async fn comes_once(path: &Path, pointers: &[&str], expected: usize) {
    let started = Instant::now();
    let found = loop {
        let found = names(path, pointers);
        if found.len() >= expected || started.elapsed() > TIME_LIMIT {
            break found;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let repeated: Vec<_> = found.iter().filter(|(_, times)| **times > 1).collect();
    assert!(repeated.is_empty(), "more than once: {repeated:?}");
    assert_eq!(found.len(), expected, "{}", path.display());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_trouble_loses_nothing_and_costs_no_memory() {
    let org = Arc::new(Org::builder().without_data().build().expect("an org"));
    let session = open(&org, Way::InProcess, &json!({})).await;
    let folder = TempDir::new().expect("a folder");
    let mut server = Server::start(&org, 0);
    let mut watching = Watching::start(folder.path(), server.port);
    let mut early = None;
    for quarter in 0..QUARTERS {
        work(&session, quarter).await;
        server = disturb(&org, quarter, server);
        org.clock().advance(QUARTER_MS);
        tokio::time::sleep(PACE).await;
        if quarter == QUARTERS / 4 {
            early = watching.resident();
        }
    }
    let events = folder.path().join("events.ndjson");
    let pointers = [
        "/body/payload/Name/LastName",
        "/body/payload/Order_Number__c",
    ];
    comes_once(&events, &pointers, QUARTERS * (CONTACTS + ORDERS)).await;
    let contacts = folder.path().join("contacts.ndjson");
    comes_once(&contacts, &["/body/LastName"], QUARTERS * CONTACTS).await;
    let late = watching.resident();
    if let (Some(early), Some(late)) = (early, late) {
        assert!(late < early + GROWTH_KIB, "{early} KiB became {late} KiB");
    }
    let ended = watching.0.try_wait().expect("a child");
    assert!(ended.is_none(), "the watch goes on: {ended:?}");
}
