//! What this connector says of itself: the truth, unless a test has patched [`MODE`] in the component's bytes.

use crate::bindings::exports::mediation::connector::catalog::{
    ConnectorInfo, Effect, Guest, OperationInfo, Style,
};
use crate::{Echo, misbehave};

/// How to describe: a host must survive every other mode, too. Tests replace these bytes by others of the same length.
static MODE: [u8; 16] = *b"catalog:honest  ";

/// Beginning of the modes in which the reference connector is described and run, with one promise broken.
const BROKEN: &str = "check:";

/// Names the promise to break, in one of these modes.
pub(crate) fn broken() -> Option<&'static str> {
    let mode = std::str::from_utf8(std::hint::black_box(&MODE)).ok()?;
    mode.strip_prefix(BROKEN).map(str::trim_end)
}

const ANY_OBJECT: &str = r#"{"type":"object"}"#;

impl Guest for Echo {
    fn describe() -> ConnectorInfo {
        if let Some(mode) = broken() {
            return crate::broken::describe(mode);
        }
        match std::hint::black_box(&MODE) {
            b"catalog:spin    " => misbehave::spin(),
            b"catalog:print   " => misbehave::print_without_end(),
            b"catalog:many    " => many(),
            b"catalog:escape  " => renamed("echo/\u{1b}[2J"),
            b"catalog:parent  " => renamed("../../etc"),
            _ => honest(),
        }
    }
}

/// Lists more operations than anybody offers, all with the same texts.
fn many() -> ConnectorInfo {
    let mut info = honest();
    if let Some(first) = info.operations.first().cloned() {
        info.operations = (0..200_000).map(|_| first.clone()).collect();
    }
    info
}

fn renamed(name: &str) -> ConnectorInfo {
    let mut info = honest();
    if let Some(first) = info.operations.first_mut() {
        first.name = name.into();
    }
    info
}

fn honest() -> ConnectorInfo {
    ConnectorInfo {
        name: "echo".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        connection_schema: ANY_OBJECT.into(),
        operations: vec![
            operation("echo/call", "Returns its input.", Style::Call, Effect::Pure),
            operation(
                "echo/fetch",
                "Sends one HTTP request.",
                Style::Call,
                Effect::Write,
            ),
            operation(
                "echo/prefetch",
                "Asks for two pages, reads them in turn.",
                Style::Call,
                Effect::Read,
            ),
            operation("echo/sleep", "Sleeps.", Style::Call, Effect::Pure),
            operation("echo/trap", "Breaks off.", Style::Call, Effect::Pure),
            operation("echo/spin", "Never ends.", Style::Call, Effect::Pure),
            operation("echo/grow", "Takes memory.", Style::Call, Effect::Pure),
            operation("echo/say", "Prints.", Style::Call, Effect::Pure),
            operation(
                "echo/count",
                "Gives numbered lines.",
                Style::Source,
                Effect::Pure,
            ),
            operation(
                "echo/collect",
                "Keeps what it is given.",
                Style::Sink,
                Effect::Pure,
            ),
            operation("echo/tick", "Ticks.", Style::Trigger, Effect::Pure),
        ],
    }
}

fn operation(name: &str, summary: &str, style: Style, effect: Effect) -> OperationInfo {
    OperationInfo {
        name: name.into(),
        summary: summary.into(),
        description: String::new(),
        style,
        effect,
        config_schema: ANY_OBJECT.into(),
        accepts: if name == "echo/call" || style == Style::Sink {
            vec!["text/plain".into()]
        } else {
            Vec::new()
        },
        returns: vec!["text/plain".into()],
        reply_schema: None,
    }
}
