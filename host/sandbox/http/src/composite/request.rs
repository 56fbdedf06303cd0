//! `POST /composite`: up to 25 requests, each of which may use the responses of those before it.

use std::collections::HashSet;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::part::{Part, PartResponse, Parts};
use super::reference::{self, Responses};
use super::{read, rejected};
use crate::Shared;
use crate::auth::Caller;
use crate::response::{self, HandlerResult};
use sandbox_core::org::Org;
use sandbox_model::api_error::ApiError;
use sandbox_model::json::or_default;

/// Most parts of a request (REST API guide, "Composite").
const MAX_PARTS: usize = 25;
/// Most of them that are queries or collections of records (REST API guide, "Composite").
const MAX_QUERIES_AND_COLLECTIONS: usize = 5;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Composite {
    #[serde(default, deserialize_with = "or_default")]
    all_or_none: bool,
    /// Whether parts that do not depend on each other may change their order. They never do here, which is one of the
    /// orders that a client must be ready for.
    #[serde(default, rename = "collateSubrequests")]
    _collate_subrequests: Option<bool>,
    composite_request: Vec<Part>,
}

/// Runs the parts in order and responds with 200 and the response to each.
pub(crate) async fn run(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Extension(parts): Extension<Parts>,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    let composite: Composite = read(&headers, &bytes)?;
    check(&composite.composite_request, caller.version)?;
    response::run_blocking(move || {
        let runner = Runner {
            org: &org,
            parts: &parts,
            caller: &caller,
            all_or_none: composite.all_or_none,
        };
        let (results, _) = runner.run(&composite.composite_request)?;
        Ok(response::ok(&json!({"compositeResponse": results})))
    })
    .await?
}

fn check(parts: &[Part], version: u16) -> Result<(), ApiError> {
    if parts.is_empty() {
        return Err(rejected("compositeRequest needs at least one subrequest"));
    }
    if parts.len() > MAX_PARTS {
        return Err(rejected(format!(
            "Limit of {MAX_PARTS} reached for subrequests in the composite request"
        )));
    }
    let costly = parts
        .iter()
        .filter(|part| part.is_query() || part.is_collection());
    if costly.count() > MAX_QUERIES_AND_COLLECTIONS {
        return Err(rejected(format!(
            "Limit of {MAX_QUERIES_AND_COLLECTIONS} reached for query and sObject Collections subrequests in the \
             composite request"
        )));
    }
    check_ids(parts, version)
}

/// Reference ids must be different ones of a certain form; headers must not be those that parts inherit.
pub(super) fn check_ids(parts: &[Part], version: u16) -> Result<(), ApiError> {
    let mut known = HashSet::new();
    for part in parts {
        reference::check_id(&part.reference_id, version)?;
        part.check_headers()?;
        if !known.insert(part.reference_id.as_str()) {
            return Err(ApiError::json(format!(
                "Duplicate referenceId provided in the request: {}",
                part.reference_id
            )));
        }
    }
    Ok(())
}

/// Runs parts one after the other.
pub(super) struct Runner<'a> {
    pub org: &'a Org,
    pub parts: &'a Parts,
    pub caller: &'a Caller,
    /// Whether one part that fails undoes the others.
    pub all_or_none: bool,
}

/// Why a transaction around parts was not kept: with their results, or because the database failed.
enum TransactionFailure {
    Failed(Vec<Json>),
    Broken(ApiError),
}

impl From<sandbox_model::store::StoreError> for TransactionFailure {
    fn from(error: sandbox_model::store::StoreError) -> Self {
        Self::Broken(error.into())
    }
}

impl Runner<'_> {
    /// Returns the results in order, and whether all parts were successful.
    pub(super) fn run(&self, parts: &[Part]) -> Result<(Vec<Json>, bool), ApiError> {
        if !self.all_or_none {
            return Ok(response::run_in_place(|| self.one_by_one(parts)));
        }
        let kept = self.org.store().write(|_| {
            let (results, good) = response::run_in_place(|| self.one_by_one(parts));
            if good {
                Ok(results)
            } else {
                Err(TransactionFailure::Failed(results))
            }
        });
        match kept {
            Ok(results) => Ok((results, true)),
            Err(TransactionFailure::Failed(results)) => Ok((results, false)),
            Err(TransactionFailure::Broken(api_error)) => Err(api_error),
        }
    }

    fn one_by_one(&self, parts: &[Part]) -> (Vec<Json>, bool) {
        let mut responses = Responses::default();
        let mut results = Vec::with_capacity(parts.len());
        let mut good = true;
        for (at, part) in parts.iter().enumerate() {
            let response = match responses.fill(part, self.caller.version) {
                Ok(part) => self.parts.call(&part, self.caller, self.all_or_none),
                Err(api_error) => PartResponse::rejection(&api_error),
            };
            let failed = response.failed(self.all_or_none && part.is_collection());
            good &= !failed;
            if failed && self.all_or_none {
                let halted = PartResponse::rejection(&halted());
                return (halt_others(parts, at, &response, &halted), false);
            }
            if !failed {
                responses.add(&part.reference_id, &response.body);
            }
            results.push(result(part, &response));
        }
        (results, good)
    }
}

/// Returns the part that failed shows why, all others that they were undone or never done.
fn halt_others(
    parts: &[Part],
    failed: usize,
    response: &PartResponse,
    halted: &PartResponse,
) -> Vec<Json> {
    let shown = |(at, part)| result(part, if at == failed { response } else { halted });
    parts.iter().enumerate().map(shown).collect()
}

pub(super) fn halted() -> ApiError {
    let message =
        "The transaction was rolled back since another operation in the same transaction failed.";
    ApiError::new("PROCESSING_HALTED", message)
}

pub(super) fn result(part: &Part, response: &PartResponse) -> Json {
    json!({
        "body": response.body,
        "httpHeaders": response.headers,
        "httpStatusCode": response.status,
        "referenceId": part.reference_id,
    })
}
