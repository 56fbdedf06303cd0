//! The reply of an operation on many records: outcomes as JSON, NDJSON, CSV or XML, with what some calls tell beside.

use super::outcome::{NOT_SENT, UNKNOWN, has_code};
use csv::Writer;
use salesforce_client::client::Client;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::exports::salesforce::connector::collections::OutcomeFormat;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::bindings::exports::salesforce::connector::soap::ResultFormat;
use salesforce_contract::bindings::{Fault, UpstreamFault};
use salesforce_contract::message::Message;
use salesforce_contract::message::bounded;
use salesforce_formats::message::RowFormat;
use salesforce_formats::xml::{XSI, Xml};
use serde_json::Value;
use std::collections::BTreeMap;

/// The columns of outcomes.
const HEADER: [&str; 7] = [
    "index", "id", "success", "created", "code", "message", "fields",
];

/// What an outcome says beside what all outcomes say.
pub(crate) type Extras = Vec<(&'static str, Extra)>;

/// A further member of an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Extra {
    /// One text or none.
    Text(Option<String>),
    /// Texts.
    List(Vec<String>),
}

/// What became of the records.
pub(crate) struct Report {
    /// One outcome per record, in input order.
    outcomes: Vec<Outcome>,
    /// Why a call failed as a whole, if one did.
    fault: Option<Fault>,
    /// What the newest answer told beside its results.
    metadata: Metadata,
    /// Further members of outcomes, by index.
    extras: BTreeMap<u32, Extras>,
}

impl Report {
    /// A report of these outcomes.
    pub fn new(outcomes: Vec<Outcome>, fault: Option<Fault>, metadata: Metadata) -> Self {
        Self {
            outcomes,
            fault,
            metadata,
            extras: BTreeMap::new(),
        }
    }

    /// Adds further members to outcomes.
    pub fn with_extras(mut self, extras: BTreeMap<u32, Extras>) -> Self {
        self.extras = extras;
        self
    }

    /// Writes the outcomes, with what they add up to.
    pub fn message(self, client: &Client, format: ResultFormat) -> Result<Message, Fault> {
        let (media_type, body) = match format {
            ResultFormat::Json => (
                RowFormat::Json.media_type(),
                self.json(b"[\n", b",\n", b"\n]\n")?,
            ),
            ResultFormat::Ndjson => (
                RowFormat::Ndjson.media_type(),
                self.json(b"", b"\n", b"\n")?,
            ),
            ResultFormat::Csv => (RowFormat::Csv.media_type(), self.csv()?),
            ResultFormat::Xml => (RowFormat::Xml.media_type(), self.xml()),
        };
        let counted = self.counted();
        let mut metadata = client.metadata(self.metadata);
        metadata.extend(counted);
        if let Some(fault) = self.fault {
            metadata.add("fault", fault.message);
        }
        Ok(Message {
            media_type: media_type.into(),
            body,
            metadata,
        })
    }

    /// What the outcomes add up to.
    fn counted(&self) -> Metadata {
        let count = |test: &dyn Fn(&Outcome) -> bool| {
            let outcomes = self.outcomes.iter();
            bounded(outcomes.filter(|outcome| test(outcome)).count() as u64)
        };
        let mut counted = Metadata {
            records: Some(count(&|_| true)),
            failed: Some(count(&|outcome| !outcome.success)),
            ..Metadata::default()
        };
        for (name, code) in [("not-sent", NOT_SENT), ("unknown", UNKNOWN)] {
            let number = count(&|outcome| has_code(outcome, code));
            counted.add(name, number.to_string());
        }
        counted
    }

    /// The further members of an outcome; a record that was not answered for has none.
    fn extras_of(&self, outcome: &Outcome) -> &[(&'static str, Extra)] {
        self.extras.get(&outcome.index).map_or(&[], Vec::as_slice)
    }

    /// The outcomes as JSON, one per line; none at all is an empty list, or nothing.
    fn json(&self, head: &[u8], between: &[u8], tail: &[u8]) -> Result<Vec<u8>, Fault> {
        if self.outcomes.is_empty() {
            return Ok(if head.is_empty() {
                Vec::new()
            } else {
                b"[]\n".to_vec()
            });
        }
        let mut body = head.to_vec();
        for (at, outcome) in self.outcomes.iter().enumerate() {
            if at > 0 {
                body.extend_from_slice(between);
            }
            serde_json::to_writer(&mut body, outcome).map_err(unwritable)?;
            // Further members go in before the brace that ends the outcome.
            body.pop();
            for (name, extra) in self.extras_of(outcome) {
                body.extend_from_slice(format!(",\"{name}\":{}", extra.json()).as_bytes());
            }
            body.push(b'}');
        }
        body.extend_from_slice(tail);
        Ok(body)
    }

    fn csv(&self) -> Result<Vec<u8>, Fault> {
        let mut writer = Writer::from_writer(Vec::new());
        // All answers of one call tell the same.
        let first = self.extras.values().next().map_or(&[][..], Vec::as_slice);
        let names: Vec<&str> = first.iter().map(|(name, _)| *name).collect();
        let header = HEADER.iter().copied().chain(names.iter().copied());
        writer.write_record(header).map_err(unwritable)?;
        for outcome in &self.outcomes {
            let extras = self.extras_of(outcome);
            let further = names.iter().map(|name| {
                let extra = extras.iter().find(|(known, _)| known == name);
                extra.map_or_else(String::new, |(_, extra)| extra.joined())
            });
            let row = cells(outcome).into_iter().chain(further);
            writer.write_record(row).map_err(unwritable)?;
        }
        writer.into_inner().map_err(unwritable)
    }

    fn xml(&self) -> Vec<u8> {
        let mut xml = Xml::default();
        xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.start_with("results", &format!(" xmlns:xsi=\"{XSI}\""));
        for outcome in &self.outcomes {
            xml.raw("\n");
            xml.start("result");
            element(outcome, &mut xml);
            for (name, extra) in self.extras_of(outcome) {
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
        xml.finish().into_bytes()
    }
}

impl Extra {
    fn json(&self) -> Value {
        match self {
            Self::Text(text) => Value::from(text.clone()),
            Self::List(texts) => Value::from(texts.clone()),
        }
    }

    /// The value as one cell.
    fn joined(&self) -> String {
        match self {
            Self::Text(text) => text.clone().unwrap_or_default(),
            Self::List(texts) => texts.join(", "),
        }
    }
}

/// The form that the config of a REST operation chooses.
pub(crate) fn format_of(choice: Option<OutcomeFormat>) -> ResultFormat {
    match choice.unwrap_or(OutcomeFormat::Json) {
        OutcomeFormat::Json => ResultFormat::Json,
        OutcomeFormat::Ndjson => ResultFormat::Ndjson,
        OutcomeFormat::Csv => ResultFormat::Csv,
    }
}

fn unwritable(error: impl std::fmt::Display) -> Fault {
    Fault::protocol(format!("The outcomes cannot be written: {error}"))
}

/// The cells of an outcome, one per column.
fn cells(outcome: &Outcome) -> [String; 7] {
    let error = outcome.errors.first();
    let of_error = |text: fn(&UpstreamFault) -> String| error.map(text).unwrap_or_default();
    [
        outcome.index.to_string(),
        outcome.id.clone().unwrap_or_default(),
        outcome.success.to_string(),
        outcome
            .created
            .map_or_else(String::new, |created| created.to_string()),
        of_error(|error| error.code.clone()),
        of_error(|error| error.message.clone()),
        of_error(|error| error.fields.join(", ")),
    ]
}

fn element(outcome: &Outcome, xml: &mut Xml) {
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
}
