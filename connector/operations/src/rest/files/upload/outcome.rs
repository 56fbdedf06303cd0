//! What became of the record, by the org's answer, and how it is told.

use salesforce_client::exchange::Reply;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::message::Head;
use salesforce_contract::source::{Output, Producer};
use serde::Deserialize;
use std::cell::Cell;
use std::rc::Rc;

/// What the org says of the record: its id, unless it was there before under the one that is `known`.
pub(super) fn outcome(reply: &Reply, known: Option<&str>) -> Result<Outcome, Fault> {
    let saved = serde_json::from_slice::<Saved>(&reply.body).ok();
    let new = saved.filter(|saved| saved.success).map(|saved| saved.id);
    let id = match known {
        Some(known) if reply.body.is_empty() => Some(known.to_owned()),
        _ => new,
    };
    let id = id.ok_or_else(|| Fault {
        maybe_applied: true,
        attempts: 1,
        ..Fault::protocol(format!(
            "The reply to the upload (HTTP {}) does not tell the id of a record that was saved",
            reply.status
        ))
    })?;
    Ok(Outcome {
        index: 0,
        id: Some(id),
        success: true,
        created: Some(known.is_none()),
        errors: Vec::new(),
    })
}

/// Salesforce's answer to a create; an update has none.
#[derive(Deserialize)]
struct Saved {
    id: String,
    success: bool,
}

/// The outcome as a line of NDJSON.
pub(super) fn line(outcome: &Outcome) -> Result<Vec<u8>, Fault> {
    let mut line =
        serde_json::to_vec(outcome).map_err(|error| Fault::protocol(error.to_string()))?;
    line.push(b'\n');
    Ok(line)
}

/// What follows the outcome: nothing, which is noted.
pub(super) struct Line {
    /// Noted once the outcome has been read to its end.
    pub told: Option<Rc<Cell<bool>>>,
    pub metadata: Metadata,
}

impl Producer for Line {
    fn produce(&mut self, _: &mut Output) -> Result<bool, Fault> {
        if let Some(told) = &self.told {
            told.set(true);
        }
        Ok(false)
    }

    fn head(&self) -> Head {
        Head {
            media_type: "application/x-ndjson".into(),
            metadata: self.metadata.clone(),
        }
    }
}
