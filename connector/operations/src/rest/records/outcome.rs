//! What the answer to the write of one record says of it.

use crate::batch::created_by_upsert;
use salesforce_client::client::Unusable;
use salesforce_client::exchange::Reply;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::bindings::{Fault, FaultKind, UpstreamFault};
use serde::Deserialize;

/// Leaves open whether the record is new where an earlier attempt of an upsert may have created what this one found.
pub fn settled(outcome: Outcome, repeated: bool) -> Outcome {
    Outcome {
        created: created_by_upsert(outcome.created == Some(true), repeated),
        ..outcome
    }
}

/// What a reply says of the record; the inner error is a 300 with several matches.
pub fn outcome(reply: Reply, id: Option<&str>) -> Result<Result<Outcome, Reply>, Unusable> {
    match reply.status {
        300 => return Ok(Err(reply)),
        204 => return Ok(Ok(done(id, false))),
        _ => {}
    }
    let saved: Saved = serde_json::from_slice(&reply.body).map_err(|error| {
        Unusable(format!(
            "The reply to a write (HTTP {}) is not as documented: {error}",
            reply.status
        ))
    })?;
    let has_id = saved.id.as_deref().is_some_and(|id| !id.is_empty());
    if saved.success && !has_id {
        return Err(Unusable(format!(
            "The reply to a write (HTTP {}) says that a record was saved, and does not say which",
            reply.status
        )));
    }
    let created = saved.created.unwrap_or(reply.status == 201);
    Ok(Ok(Outcome {
        id: saved.id.or_else(|| id.map(str::to_owned)),
        success: saved.success,
        ..done(None, created)
    }))
}

/// The outcome of a record that was saved.
pub fn done(id: Option<&str>, created: bool) -> Outcome {
    Outcome {
        index: 0,
        id: id.map(str::to_owned),
        success: true,
        created: Some(created),
        errors: Vec::new(),
    }
}

/// Salesforce's answer to a write.
#[derive(Deserialize)]
struct Saved {
    id: Option<String>,
    success: bool,
    created: Option<bool>,
}

/// The conflict of an external id that several records have: the answer lists their URLs.
pub fn several_matches(reply: &Reply) -> Fault {
    let urls: Vec<String> = serde_json::from_slice(&reply.body).unwrap_or_default();
    let ids: Vec<&str> = urls
        .iter()
        .filter_map(|url| url.rsplit('/').next())
        .collect();
    let message = format!(
        "The external id matches {} records, so none was touched: {}",
        ids.len(),
        ids.join(", ")
    );
    let upstream = urls.iter().map(|url| UpstreamFault {
        code: "MULTIPLE_CHOICES".into(),
        message: url.clone(),
        fields: Vec::new(),
    });
    Fault {
        status: Some(300),
        upstream: upstream.collect(),
        attempts: 1,
        ..Fault::new(FaultKind::Conflict, message)
    }
}
