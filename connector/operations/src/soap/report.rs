//! The reply of a call on many records: outcomes in the forms of the collections or as XML, with what some calls tell beside.

use super::many::{Extra, Extras};
use super::xml::Xml;
use crate::rest::collections::engine::Report;
use crate::rest::collections::report;
use salesforce_client::org::Org;
use salesforce_contract::bindings::exports::salesforce::connector::collections::OutcomeFormat;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::bindings::exports::salesforce::connector::soap::ResultFormat;
use salesforce_contract::bindings::{Fault, Message};
use salesforce_formats::message::RowFormat;
use serde_json::Value;
use std::collections::BTreeMap;

/// Outcomes with what they add up to.
pub fn message(
    org: &Org,
    done: Report,
    extras: &BTreeMap<u64, Extras>,
    format: Option<ResultFormat>,
) -> Result<Message, Fault> {
    let format = format.unwrap_or(ResultFormat::Json);
    let own = match format {
        ResultFormat::Xml => Some(("application/xml", xml(&done.outcomes, extras).into_bytes())),
        _ if extras.is_empty() => None,
        ResultFormat::Json => Some(("application/json", json(&done.outcomes, extras, true)?)),
        ResultFormat::Ndjson => {
            Some(("application/x-ndjson", json(&done.outcomes, extras, false)?))
        }
        ResultFormat::Csv => Some((RowFormat::Csv.media_type(), csv(&done.outcomes, extras)?)),
    };
    let plain = match format {
        ResultFormat::Ndjson => OutcomeFormat::Ndjson,
        ResultFormat::Csv => OutcomeFormat::Csv,
        ResultFormat::Json | ResultFormat::Xml => OutcomeFormat::Json,
    };
    let mut message = report::message(org, done, Some(plain))?;
    if let Some((media_type, body)) = own {
        message.media_type = media_type.into();
        message.body = body;
    }
    Ok(message)
}

fn unwritable(error: impl std::fmt::Display) -> Fault {
    Fault::protocol(format!("The outcomes cannot be written: {error}"))
}

/// What a result said beside its outcome; nothing of a record that was not answered for.
fn extras_of<'e>(
    outcome: &Outcome,
    extras: &'e BTreeMap<u64, Extras>,
) -> &'e [(&'static str, Extra)] {
    extras.get(&outcome.index).map_or(&[], Vec::as_slice)
}

fn json(
    outcomes: &[Outcome],
    extras: &BTreeMap<u64, Extras>,
    as_list: bool,
) -> Result<Vec<u8>, Fault> {
    let mut body = if as_list { b"[\n".to_vec() } else { Vec::new() };
    for (at, outcome) in outcomes.iter().enumerate() {
        if at > 0 {
            body.extend_from_slice(if as_list { b",\n" } else { b"\n" });
        }
        serde_json::to_writer(&mut body, outcome).map_err(unwritable)?;
        // The members go in before the brace that ends the outcome.
        body.pop();
        for (name, extra) in extras_of(outcome, extras) {
            let value = match extra {
                Extra::Text(text) => Value::from(text.clone()),
                Extra::List(texts) => Value::from(texts.clone()),
            };
            body.extend_from_slice(format!(",\"{name}\":{value}").as_bytes());
        }
        body.push(b'}');
    }
    body.extend_from_slice(if as_list { b"\n]\n" } else { b"\n" });
    Ok(body)
}

fn csv(outcomes: &[Outcome], extras: &BTreeMap<u64, Extras>) -> Result<Vec<u8>, Fault> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let names: Vec<&str> = extras
        .values()
        .next()
        .map(|extras| extras.iter().map(|(name, _)| *name).collect())
        .unwrap_or_default();
    let header = report::HEADER.iter().copied().chain(names.iter().copied());
    writer.write_record(header).map_err(unwritable)?;
    for outcome in outcomes {
        let known = extras_of(outcome, extras);
        let more = names.iter().map(|name| {
            known
                .iter()
                .find(|(known, _)| known == name)
                .map_or_else(String::new, |(_, extra)| extra.joined())
        });
        let row = report::cells(outcome).into_iter().chain(more);
        writer.write_record(row).map_err(unwritable)?;
    }
    writer.into_inner().map_err(unwritable)
}

impl Extra {
    /// As one cell.
    fn joined(&self) -> String {
        match self {
            Self::Text(text) => text.clone().unwrap_or_default(),
            Self::List(texts) => texts.join(", "),
        }
    }
}

fn xml(outcomes: &[Outcome], extras: &BTreeMap<u64, Extras>) -> String {
    let mut xml = Xml::default();
    xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.start_with(
        "results",
        " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"",
    );
    for outcome in outcomes {
        xml.raw("\n");
        xml.start("result");
        xml.text("index", &outcome.index.to_string());
        xml.text_or_nil("id", outcome.id.as_deref());
        xml.flag("success", outcome.success);
        xml.flag_or_nil("created", outcome.created);
        for error in &outcome.errors {
            xml.start("errors");
            xml.text("code", &error.code);
            xml.text("message", &error.message);
            xml.each("fields", &error.fields);
            xml.end("errors");
        }
        for (name, extra) in extras_of(outcome, extras) {
            match extra {
                Extra::Text(text) => xml.text_or_nil(name, text.as_deref()),
                Extra::List(texts) => xml.each(name, texts),
            }
        }
        xml.end("result");
    }
    xml.raw("\n");
    xml.end("results");
    xml.raw("\n");
    xml.finish()
}
