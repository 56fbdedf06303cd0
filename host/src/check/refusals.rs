//! What a connector must refuse: wrong documents, other styles, operations without their connection.

use super::bench::{Bench, Probe, Run, input};
use super::faults;
use super::promise::Promise;
use super::report::{Problem, Report};
use super::samples::Samples;
use crate::contract::{ConnectorInfo, Effect, FaultKind, OperationInfo, Style};
use crate::error::HostError;

const STYLES: [Style; 4] = [Style::Call, Style::Source, Style::Sink, Style::Trigger];
/// Name that no connector has.
const UNKNOWN: &str = "no-such-group/no-such-operation";

/// Something that must be refused.
struct Attempt<'a> {
    promise: Promise,
    place: &'a str,
    what: &'a str,
    kinds: &'a [FaultKind],
}

impl Attempt<'_> {
    /// Notes the answer. Says whether the instance still lives.
    fn note(&self, answer: Result<(), HostError>, probe: &Probe, report: &mut Report) -> bool {
        let Self {
            promise,
            place,
            what,
            kinds,
        } = *self;
        if let Some(sent) = probe.sent() {
            report.broken_at(Promise::Silence, place, format!("{sent}, given {what}"));
            return false;
        }
        report.kept(Promise::Silence);
        match answer.map_err(Problem::of(promise)) {
            Ok(()) => report.broken_at(promise, place, format!("it takes {what}")),
            Err(Problem::Refused(fault)) => {
                report.fault(place, &fault);
                match faults::expected(&fault, kinds) {
                    None => report.kept(promise),
                    Some(other) => {
                        report.broken_at(promise, place, format!("given {what}, {other}"))
                    }
                }
            }
            Err(Problem::Broken(promise, problem)) => {
                report.broken_at(promise, place, format!("given {what}: {problem}"));
                return false;
            }
        }
        true
    }
}

/// Tries `connect`, and finds a document that it takes.
pub(super) async fn connect(
    bench: &mut Bench<'_>,
    samples: &Samples,
    own: Option<String>,
    report: &mut Report,
) -> Result<(), Problem> {
    const PLACE: &str = "connect";
    let made = samples.right.iter().map(ToString::to_string);
    for document in own.into_iter().chain(made) {
        let probe = bench.probe().await?;
        match probe.instance.connect(&document).await {
            Ok(()) => {
                bench.connection = Some(document);
                break;
            }
            Err(error) => match Problem::of(Promise::Connect)(error) {
                Problem::Refused(fault) => report.fault(PLACE, &fault),
                broken @ Problem::Broken(..) => return Err(broken),
            },
        }
    }
    let mut probe = bench.probe().await?;
    for (text, what) in &samples.wrong {
        // After a right one, too: nothing of it may be left.
        if let Some(right) = &bench.connection {
            let again = probe.instance.connect(right).await;
            again.map_err(Problem::of(Promise::Connect))?;
        }
        let attempt = Attempt {
            promise: Promise::Connect,
            place: PLACE,
            what,
            kinds: &[FaultKind::Config],
        };
        let answer = probe.instance.connect(text).await;
        if !attempt.note(answer, &probe, report) {
            probe = bench.probe().await?;
        }
    }
    Ok(())
}

/// Tries wrong configs, other styles, and the operation without its connection.
pub(super) async fn operation(
    bench: &Bench<'_>,
    operation: &OperationInfo,
    samples: &Samples,
    report: &mut Report,
) -> Result<(), Problem> {
    let name = operation.name.as_str();
    let connection = match bench.connection_for(operation) {
        Ok(connection) => connection,
        Err(reason) => {
            report.not_tried(Promise::Configs, name, reason);
            report.not_tried(Promise::Styles, name, reason);
            return Ok(());
        }
    };
    let right = samples.first();
    let configs = samples
        .wrong
        .iter()
        .map(|(config, what)| (Promise::Configs, operation.style, config, what.clone()));
    let styles = STYLES.into_iter().filter(|style| *style != operation.style);
    let styles = styles.map(|style| {
        (
            Promise::Styles,
            style,
            &right,
            format!("by {}", function(style)),
        )
    });
    let mut probe = bench.probe().await?;
    for (promise, style, config, what) in configs.chain(styles) {
        let run = Run {
            operation: name,
            connection,
            config,
            input: input(operation),
        };
        let kinds: &[FaultKind] = match promise {
            Promise::Configs => &[FaultKind::Config],
            _ => &[],
        };
        let attempt = Attempt {
            promise,
            place: name,
            what: &what,
            kinds,
        };
        let answer = probe.open(style, run).await;
        if !attempt.note(answer, &probe, report) {
            probe = bench.probe().await?;
        }
    }
    if operation.effect != Effect::Pure {
        without_connection(&probe, operation, &right, report).await;
    }
    Ok(())
}

async fn without_connection(
    probe: &Probe,
    operation: &OperationInfo,
    config: &str,
    report: &mut Report,
) {
    let run = Run {
        operation: &operation.name,
        connection: None,
        config,
        input: input(operation),
    };
    let attempt = Attempt {
        promise: Promise::Connections,
        place: &operation.name,
        what: "no connection",
        kinds: &[FaultKind::Config],
    };
    let answer = probe.open(operation.style, run).await;
    attempt.note(answer, probe, report);
}

/// Tries an operation that there is not.
pub(super) async fn unknown(
    bench: &Bench<'_>,
    info: &ConnectorInfo,
    report: &mut Report,
) -> Result<(), Problem> {
    if info.operation(UNKNOWN).is_some() {
        return Ok(());
    }
    for style in STYLES {
        let probe = bench.probe().await?;
        let run = Run {
            operation: UNKNOWN,
            connection: bench.connection.as_deref(),
            config: "{}",
            input: None,
        };
        let attempt = Attempt {
            promise: Promise::Styles,
            place: function(style),
            what: "an operation that its catalog does not list",
            kinds: &[],
        };
        let answer = probe.open(style, run).await;
        attempt.note(answer, &probe, report);
    }
    Ok(())
}

const fn function(style: Style) -> &'static str {
    match style {
        Style::Call => "call",
        Style::Source => "open-source",
        Style::Sink => "open-sink",
        Style::Trigger => "poll",
    }
}
