//! `POST /composite`: up to 25 requests, each of which may use the answers of those before it.

use std::collections::HashSet;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::part::{Answer, Part, Parts};
use super::reference::{self, Answers};
use super::{read, refused};
use crate::Shared;
use crate::answer::{self, Reply};
use crate::gate::Caller;
use sandbox_core::org::Org;
use sandbox_model::json::or_default;
use sandbox_model::problem::Problem;

/// Most parts of a request (REST API guide, "Composite").
const MOST_PARTS: usize = 25;
/// Most of them that are queries or collections of records (REST API guide, "Composite").
const MOST_QUERIES_AND_COLLECTIONS: usize = 5;

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

/// Runs the parts in order and answers 200 with what each was answered.
pub(crate) async fn run(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Extension(parts): Extension<Parts>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Reply {
    let composite: Composite = read(&headers, &bytes)?;
    check(&composite.composite_request, caller.version)?;
    answer::on_thread(move || {
        let runner = Runner {
            org: &org,
            parts: &parts,
            caller: &caller,
            all_or_none: composite.all_or_none,
        };
        let (results, _) = runner.run(&composite.composite_request)?;
        Ok(answer::ok(&json!({"compositeResponse": results})))
    })
    .await?
}

fn check(parts: &[Part], version: u16) -> Result<(), Problem> {
    if parts.is_empty() {
        return Err(refused("compositeRequest needs at least one subrequest"));
    }
    if parts.len() > MOST_PARTS {
        return Err(refused(format!(
            "Limit of {MOST_PARTS} reached for subrequests in the composite request"
        )));
    }
    let costly = parts
        .iter()
        .filter(|part| part.is_query() || part.is_collection());
    if costly.count() > MOST_QUERIES_AND_COLLECTIONS {
        return Err(refused(format!(
            "Limit of {MOST_QUERIES_AND_COLLECTIONS} reached for query and sObject Collections subrequests in the \
             composite request"
        )));
    }
    check_ids(parts, version)
}

/// Reference ids must be different ones of a certain form; headers must not be those that parts inherit.
pub(super) fn check_ids(parts: &[Part], version: u16) -> Result<(), Problem> {
    let mut known = HashSet::new();
    for part in parts {
        reference::check_id(&part.reference_id, version)?;
        part.check_headers()?;
        if !known.insert(part.reference_id.as_str()) {
            return Err(Problem::json(format!(
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
enum Undone {
    Failed(Vec<Json>),
    Broken(Problem),
}

impl From<sandbox_model::store::StoreError> for Undone {
    fn from(error: sandbox_model::store::StoreError) -> Self {
        Self::Broken(error.into())
    }
}

impl Runner<'_> {
    /// The results in order, and whether all parts were successful.
    pub(super) fn run(&self, parts: &[Part]) -> Result<(Vec<Json>, bool), Problem> {
        if !self.all_or_none {
            return Ok(answer::in_place(|| self.one_by_one(parts)));
        }
        let kept = self.org.store().write(|_| {
            let (results, good) = answer::in_place(|| self.one_by_one(parts));
            if good {
                Ok(results)
            } else {
                Err(Undone::Failed(results))
            }
        });
        match kept {
            Ok(results) => Ok((results, true)),
            Err(Undone::Failed(results)) => Ok((results, false)),
            Err(Undone::Broken(problem)) => Err(problem),
        }
    }

    fn one_by_one(&self, parts: &[Part]) -> (Vec<Json>, bool) {
        let mut answers = Answers::default();
        let mut results = Vec::with_capacity(parts.len());
        let mut good = true;
        for (at, part) in parts.iter().enumerate() {
            let answer = match answers.fill(part, self.caller.version) {
                Ok(part) => self.parts.call(&part, self.caller, self.all_or_none),
                Err(problem) => Answer::refusal(&problem),
            };
            let failed = answer.failed(self.all_or_none && part.is_collection());
            good &= !failed;
            if failed && self.all_or_none {
                let halted = Answer::refusal(&halted());
                return (halt_others(parts, at, &answer, &halted), false);
            }
            if !failed {
                answers.add(&part.reference_id, &answer.body);
            }
            results.push(result(part, &answer));
        }
        (results, good)
    }
}

/// The part that failed shows why, all others that they were undone or never done.
fn halt_others(parts: &[Part], failed: usize, answer: &Answer, halted: &Answer) -> Vec<Json> {
    let shown = |(at, part)| result(part, if at == failed { answer } else { halted });
    parts.iter().enumerate().map(shown).collect()
}

pub(super) fn halted() -> Problem {
    let message =
        "The transaction was rolled back since another operation in the same transaction failed.";
    Problem::new("PROCESSING_HALTED", message)
}

pub(super) fn result(part: &Part, answer: &Answer) -> Json {
    json!({
        "body": answer.body,
        "httpHeaders": answer.headers,
        "httpStatusCode": answer.status,
        "referenceId": part.reference_id,
    })
}
