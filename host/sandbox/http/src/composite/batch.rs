//! `POST /composite/batch`: up to 25 requests that know nothing of each other.

use axum::Extension;
use axum::body::Bytes;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::part::{self, Part, PartResponse, Parts};
use super::{read, rejected};
use crate::auth::Caller;
use crate::response::{self, HandlerResult};
use sandbox_model::api_error::ApiError;
use sandbox_model::json::or_default;

/// Most parts of a batch (REST API guide, "Composite Batch").
const MAX_PARTS: usize = 25;
/// Oldest version that parts may ask for (REST API guide, "Batch Request Body").
const OLDEST_PART: u16 = 34;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Batch {
    #[serde(default, deserialize_with = "or_default")]
    halt_on_error: bool,
    batch_requests: Vec<BatchPart>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BatchPart {
    method: String,
    /// Path from the version on, `v62.0/sobjects/Account`.
    url: String,
    rich_input: Option<Json>,
}

/// Runs the parts in order and responds with 200 and the response to each.
pub(crate) async fn run(
    Extension(caller): Extension<Caller>,
    Extension(parts): Extension<Parts>,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    let batch: Batch = read(&headers, &bytes)?;
    if batch.batch_requests.is_empty() || batch.batch_requests.len() > MAX_PARTS {
        return Err(rejected(format!("batchRequests needs 1 to {MAX_PARTS} subrequests")).into());
    }
    response::run_blocking(move || {
        let (results, failed) = response::run_in_place(|| one_by_one(&batch, &parts, &caller));
        Ok(response::ok(
            &json!({"hasErrors": failed, "results": results}),
        ))
    })
    .await?
}

fn one_by_one(batch: &Batch, parts: &Parts, caller: &Caller) -> (Vec<Json>, bool) {
    let mut failed = false;
    let mut results = Vec::with_capacity(batch.batch_requests.len());
    for part in &batch.batch_requests {
        if failed && batch.halt_on_error {
            let halted = ApiError::new(
                "BATCH_PROCESSING_HALTED",
                "Batch processing halted per request",
            );
            results.push(json!({"statusCode": 412, "result": [response::to_json(&halted)]}));
            continue;
        }
        let response = call(part, parts, caller);
        failed |= response.failed(false);
        results.push(json!({"statusCode": response.status, "result": response.body}));
    }
    (results, failed)
}

fn call(part: &BatchPart, parts: &Parts, caller: &Caller) -> PartResponse {
    let path = part.url.trim_start_matches('/');
    let path = path.strip_prefix("services/data/").unwrap_or(path);
    let url = format!("/services/data/{path}");
    match part::version(&url) {
        Some(version) if version < OLDEST_PART || version > caller.version => {
            return PartResponse::rejection(&rejected(format!(
                "The version {version}.0 of a subrequest must lie between {OLDEST_PART}.0 and the batch's own, {}.0",
                caller.version
            )));
        }
        _ => {}
    }
    let part = Part {
        method: part.method.to_uppercase(),
        url,
        reference_id: String::new(),
        body: part.rich_input.clone(),
        http_headers: std::collections::BTreeMap::new(),
    };
    parts.call(&part, caller, false)
}
