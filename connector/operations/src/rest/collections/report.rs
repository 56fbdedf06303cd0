//! The reply of an operation on many records.

use super::engine::Report;
use super::outcome::{NOT_SENT, UNKNOWN, has_code};
use csv::Writer;
use salesforce_client::org::Org;
use salesforce_contract::bindings::exports::salesforce::connector::collections::OutcomeFormat;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::bindings::{Fault, Message, UpstreamFault};
use salesforce_formats::message::RowFormat;

/// The columns of outcomes.
pub(crate) const HEADER: [&str; 7] = [
    "index", "id", "success", "created", "code", "message", "fields",
];

/// Outcomes with what they add up to.
pub(crate) fn message(
    org: &Org,
    report: Report,
    format: Option<OutcomeFormat>,
) -> Result<Message, Fault> {
    let outcomes = &report.outcomes;
    let count = |test: &dyn Fn(&Outcome) -> bool| {
        outcomes
            .iter()
            .filter(|outcome| test(outcome))
            .count()
            .to_string()
    };
    let mut attributes = org.attributes(&report.metadata);
    attributes.push(("records".into(), outcomes.len().to_string()));
    attributes.push(("failed".into(), count(&|outcome| !outcome.success)));
    attributes.push((
        "not-sent".into(),
        count(&|outcome| has_code(outcome, NOT_SENT)),
    ));
    attributes.push((
        "unknown".into(),
        count(&|outcome| has_code(outcome, UNKNOWN)),
    ));
    attributes.extend(report.fault.map(|fault| ("fault".into(), fault.message)));
    let (media_type, body) = match format.unwrap_or(OutcomeFormat::Json) {
        OutcomeFormat::Json => (
            "application/json",
            lines(outcomes, b"[\n", b",\n", b"\n]\n")?,
        ),
        OutcomeFormat::Ndjson => ("application/x-ndjson", lines(outcomes, b"", b"\n", b"\n")?),
        OutcomeFormat::Csv => (RowFormat::Csv.media_type(), csv(outcomes)?),
    };
    Ok(Message {
        media_type: media_type.into(),
        body,
        attributes,
    })
}

fn unwritable(error: impl std::fmt::Display) -> Fault {
    Fault::protocol(format!("The outcomes cannot be written: {error}"))
}

/// Outcomes as JSON, one per line; none at all is an empty list, or nothing.
fn lines(outcomes: &[Outcome], head: &[u8], between: &[u8], tail: &[u8]) -> Result<Vec<u8>, Fault> {
    if outcomes.is_empty() {
        return Ok(if head.is_empty() {
            Vec::new()
        } else {
            b"[]\n".to_vec()
        });
    }
    let mut body = head.to_vec();
    for (at, outcome) in outcomes.iter().enumerate() {
        if at > 0 {
            body.extend_from_slice(between);
        }
        serde_json::to_writer(&mut body, outcome).map_err(unwritable)?;
    }
    body.extend_from_slice(tail);
    Ok(body)
}

fn csv(outcomes: &[Outcome]) -> Result<Vec<u8>, Fault> {
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record(HEADER).map_err(unwritable)?;
    for outcome in outcomes {
        writer.write_record(cells(outcome)).map_err(unwritable)?;
    }
    writer.into_inner().map_err(unwritable)
}

/// The cells of an outcome, one per column.
pub(crate) fn cells(outcome: &Outcome) -> [String; 7] {
    let error = outcome.errors.first();
    let of_error = |text: fn(&UpstreamFault) -> String| error.map(text).unwrap_or_default();
    [
        outcome.index.to_string(),
        outcome.id.clone().unwrap_or_default(),
        flag(outcome.success).into(),
        outcome.created.map_or("", flag).into(),
        of_error(|error| error.code.clone()),
        of_error(|error| error.message.clone()),
        of_error(|error| error.fields.join(", ")),
    ]
}

fn flag(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}
