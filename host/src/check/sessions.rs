//! `session`: what it gives, the connection takes.

use serde_json::{Map, Value};

use super::bench::Bench;
use super::promise::Promise;
use super::report::{NO_CONNECTION, NO_DOCUMENT, Problem, Report};
use super::schemas::validator;

const PLACE: &str = "session";
/// Property of the connection.
const PROPERTY: &str = "session";

/// Opens a session where that needs no remote system.
pub(super) async fn session(bench: &Bench<'_>, schema: &str, report: &mut Report) {
    let Some(document) = &bench.connection else {
        return report.not_tried(Promise::Sessions, PLACE, NO_DOCUMENT);
    };
    match open(bench, document, schema).await {
        Ok(true) => report.kept(Promise::Sessions),
        Ok(false) => report.not_tried(Promise::Sessions, PLACE, NO_CONNECTION),
        Err(Problem::Refused(fault)) => {
            report.fault(PLACE, &fault);
            report.not_tried(Promise::Sessions, PLACE, NO_CONNECTION);
        }
        broken => report.settle(Promise::Sessions, PLACE, broken.map(drop)),
    }
}

/// Says whether there was a session without a remote system.
async fn open(bench: &Bench<'_>, document: &str, schema: &str) -> Result<bool, Problem> {
    let of = Problem::of(Promise::Sessions);
    let probe = bench.probe().await?;
    let session = probe.instance.session(document).await.map_err(of)?;
    if probe.sent().is_some() {
        return Ok(false);
    }
    let with = with_session(document, &session).map_err(broken)?;
    let schema: Value = serde_json::from_str(schema).unwrap_or_default();
    if let Ok(judge) = validator(&schema)
        && let Some(error) = judge.iter_errors(&with).next()
    {
        let at = error.instance_path().to_string();
        return Err(broken(format!(
            "it does not fit the schema at `{at}`: {error}"
        )));
    }
    let another = bench.probe().await?;
    match another
        .instance
        .connect(&with.to_string())
        .await
        .map_err(of)
    {
        Err(Problem::Refused(fault)) => Err(broken(format!("`connect` refuses it: {fault}"))),
        other => other.map(|()| true),
    }
}

fn broken(problem: String) -> Problem {
    Problem::Broken(Promise::Sessions, problem)
}

fn with_session(document: &str, session: &str) -> Result<Value, String> {
    let session: Value =
        serde_json::from_str(session).map_err(|error| format!("it is not JSON ({error})"))?;
    let mut members: Map<String, Value> = serde_json::from_str(document).unwrap_or_default();
    members.insert(PROPERTY.into(), session);
    Ok(members.into())
}
