//! The reference connector with one promise broken, for the tests of `mediate check`. Each mode breaks what the table in those tests
//! says; an unknown one breaks nothing.

use crate::bindings::exports::mediation::connector::catalog::ConnectorInfo;
use crate::bindings::exports::mediation::connector::connections::GuestConnection;
use crate::bindings::exports::mediation::connector::mediator::{
    Batch, GuestSink, GuestSource, Head, OutcomeSet, Progress, Source,
};
use crate::bindings::exports::mediation::connector::types::{Content, Fault, FaultKind, Message};
use crate::fetch::{Fetch, fetch};
use crate::reference::collect::Collected;
use crate::reference::connection::Greeting;
use crate::reference::count::Text;
use crate::reference::{call as calls, catalog, tick};
use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

/// A connection that is right.
const RIGHT: &str = r#"{"greeting":"hello"}"#;

static DESCRIBED: AtomicU32 = AtomicU32::new(0);

pub fn describe(mode: &str) -> ConnectorInfo {
    let mut info = catalog::describe();
    if mode == "unstable" {
        let times = DESCRIBED.fetch_add(1, Ordering::Relaxed);
        info.version = format!("0.1.{times}");
    }
    if let Some(first) = info.operations.first_mut() {
        match mode {
            "name" => first.name = "Test".into(),
            "schema" => first.config_schema = r#"{"type":"text"}"#.into(),
            "example" => {
                first.config_schema =
                    r#"{"type":"object","additionalProperties":false,"default":[]}"#.into();
            }
            _ => {}
        }
    }
    info
}

pub struct Connection {
    greeting: Greeting,
    mode: &'static str,
}

pub fn connect(mode: &'static str, config: &str) -> Result<Connection, Fault> {
    let greeting = match mode {
        "connect" => Greeting::parse(config).or_else(|_| Greeting::parse(RIGHT)),
        _ => Greeting::parse(config),
    };
    greeting.map(|greeting| Connection { greeting, mode })
}

impl GuestConnection for Connection {
    fn session(&self) -> Result<String, Fault> {
        match self.mode {
            "session" => Ok("no JSON".into()),
            _ => self.greeting.session(),
        }
    }
}

pub fn call(
    mode: &str,
    connected: bool,
    operation: &str,
    config: &str,
    input: Option<Content>,
) -> Result<Message, Fault> {
    let is_listed = catalog::describe()
        .operations
        .iter()
        .any(|info| info.name == operation);
    if mode == "style" && !is_listed {
        return crate::misbehave::trap();
    }
    // Which connection it is makes no difference here.
    let right = Greeting::parse(RIGHT)?;
    let connection = (connected || mode == "lonely").then_some(&right);
    let reply = calls::call(connection, operation, config, input.clone());
    match (mode, reply) {
        ("config", Err(_)) => calls::call(connection, operation, "{}", input),
        ("fault", Err(fault)) => Err(Fault {
            maybe_applied: true,
            ..fault
        }),
        ("reply", Ok(reply)) => Ok(Message {
            media_type: "application/pdf".into(),
            ..reply
        }),
        ("send", Ok(reply)) => {
            let _ = fetch(&Fetch::get("example.invalid"));
            Ok(reply)
        }
        (_, reply) => reply,
    }
}

pub fn poll(
    mode: &str,
    operation: &str,
    config: &str,
    checkpoint: Option<&str>,
    wait_ms: u32,
) -> Result<Batch, Fault> {
    let is_own = |text: &&str| text.parse::<u64>().is_ok();
    let checkpoint = match mode {
        "checkpoint" => checkpoint.filter(is_own),
        "again" => checkpoint.filter(|_| false),
        _ => checkpoint,
    };
    tick::poll(operation, config, checkpoint, wait_ms)
}

pub struct Broken {
    text: Text,
    mode: &'static str,
    begun: Cell<bool>,
}

pub fn open_source(mode: &'static str, operation: &str, config: &str) -> Result<Broken, Fault> {
    let begun = Cell::new(false);
    Text::open(operation, config).map(|text| Broken { text, mode, begun })
}

impl GuestSource for Broken {
    fn read(&self, max_bytes: u32) -> Result<Option<Vec<u8>>, Fault> {
        self.begun.set(true);
        match self.mode {
            "oversize" => Ok(Some(vec![b'x'; max_bytes as usize + 1])),
            "empty" => Ok(Some(Vec::new())),
            // Only of this size: other ways of reading stay right.
            "sizes" if max_bytes == 1_000 => {
                let chunk = self.text.read(max_bytes)?;
                Ok(chunk.map(|chunk| vec![b'!'; chunk.len()]))
            }
            _ => self.text.read(max_bytes),
        }
    }

    fn read_text(&self, max_bytes: u32) -> Result<Option<String>, Fault> {
        let chunk = self.text.read_text(max_bytes)?;
        Ok(match self.mode {
            "text" => chunk.map(|text| text.replace('\u{e4}', "a")),
            _ => chunk,
        })
    }

    fn head(&self) -> Head {
        let mut head = self.text.head();
        if self.mode == "head" && self.begun.get() {
            head.media_type = "text/csv".into();
        }
        if let (Some(resumption), "position") = (&mut head.metadata.resumption, self.mode) {
            resumption.bytes -= 1;
        }
        head
    }
}

pub struct Taken {
    lines: Collected,
    mode: &'static str,
}

pub fn open_sink(
    mode: &'static str,
    operation: &str,
    config: &str,
    journal: Option<&str>,
) -> Result<Taken, Fault> {
    Collected::open(operation, config, journal).map(|lines| Taken { lines, mode })
}

impl GuestSink for Taken {
    fn write(&self, chunk: Vec<u8>) -> Result<(), Fault> {
        self.lines.write(chunk)
    }

    fn write_text(&self, chunk: String) -> Result<(), Fault> {
        self.lines.write_text(chunk)
    }

    fn close(&self) -> Result<(), Fault> {
        self.lines.close()
    }

    fn watch(&self, wait_ms: u32) -> Result<Progress, Fault> {
        self.lines.watch(wait_ms)
    }

    fn journal(&self) -> String {
        let journal = self.lines.journal();
        match self.mode {
            "journal" => journal.replacen("\"taken\":", "\"taken\":9", 1),
            "outcome" => journal.replace("refused", "saved"),
            _ => journal,
        }
    }

    fn outcomes(&self, which: OutcomeSet) -> Result<Source, Fault> {
        Ok(crate::any::Source::Outcomes(self.lines.news(which)).into())
    }

    fn abort(&self) -> Result<(), Fault> {
        match self.mode {
            "abort" => Err(crate::fault(
                FaultKind::Unsupported,
                "nothing is ever aborted",
            )),
            _ => self.lines.abort(),
        }
    }
}
