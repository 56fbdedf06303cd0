//! Reports: `/analytics/reports`, `/{id}`, `/{id}/describe`, `/{id}/instances`. There are no dashboards.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{any, get};
use axum::{Extension, Router};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::answer::{self, Refusal, Reply};
use super::gate::Caller;
use super::parameters::Parameters;
use super::{Shared, body};
use sandbox_core::analytics::{self, Changes, Query, Run, Runs};
use sandbox_core::org::Org;
use sandbox_core::setup::{self, Report};
use sandbox_model::id::RecordId;
use sandbox_model::json::Body;
use sandbox_model::problem::Problem;
use sandbox_model::value::dates;

/// Key prefix of reports.
const REPORTS: &str = "00O";

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/analytics", get(index))
        .route("/analytics/dashboards", get(dashboards))
        .route("/analytics/dashboards/{*rest}", any(no_dashboard))
        .route("/analytics/reports", get(list).post(unprivileged))
        .route(
            "/analytics/reports/{id}",
            get(run_saved)
                .post(run_changed)
                .patch(unprivileged)
                .delete(unprivileged),
        )
        .route("/analytics/reports/{id}/describe", get(describe))
        .route(
            "/analytics/reports/{id}/instances",
            get(instances).post(start),
        )
        .route(
            "/analytics/reports/{id}/instances/{run}",
            get(instance).delete(forget),
        )
}

/// The body of a POST.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    report_metadata: Option<Changes>,
}

/// Version, report.
type Place = Path<(String, String)>;

async fn index(Extension(caller): Extension<Caller>) -> Response {
    let base = caller.base();
    answer::ok(&json!({
        "dashboards": format!("{base}/analytics/dashboards"),
        "reports": format!("{base}/analytics/reports"),
    }))
}

/// Lists the dashboards: the org has none.
async fn dashboards() -> Response {
    answer::ok(&json!([]))
}

async fn no_dashboard() -> Refusal {
    unavailable().into()
}

/// Reports are set up by the administrator; clients may neither make nor change nor delete them (Reports and Dashboards
/// REST API guide, "Error Codes and Messages": 403).
async fn unprivileged() -> Refusal {
    let message = "You don’t have sufficient privileges to perform this operation.";
    Problem::new("FORBIDDEN", message).into()
}

/// Lists the reports.
async fn list(Extension(caller): Extension<Caller>) -> Response {
    let reports = setup::standard().reports.iter().enumerate();
    let listed: Vec<Json> = reports
        .map(|(at, report)| {
            let id = setup::id(REPORTS, at);
            let url = url(&caller, &id);
            json!({
                "describeUrl": format!("{url}/describe"),
                "fieldsUrl": format!("{url}/fields"),
                "id": id.as_str(),
                "instancesUrl": format!("{url}/instances"),
                "name": report.name,
                "url": url,
            })
        })
        .collect();
    answer::ok(&json!(listed))
}

/// Describes a report.
async fn describe(State(org): State<Shared>, Path((_, id)): Place) -> Reply {
    let (id, report) = find(&id)?;
    let query = Query::new(org.schema(), report, &Changes::default(), true)?;
    Ok(answer::ok(&json!({
        "reportExtendedMetadata": analytics::extended(&query),
        "reportMetadata": analytics::described(&query, id.as_str()),
        "reportTypeMetadata": analytics::report_type(&query),
    })))
}

/// Runs a report as it is saved.
async fn run_saved(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, id)): Place,
    RawQuery(query): RawQuery,
) -> Reply {
    let details = wants_details(query);
    Ok(answer::on_thread(move || {
        let (id, report) = find(&id)?;
        run(&org, &caller, &id, report, &Changes::default(), details).map(|it| answer::ok(&it))
    })
    .await??)
}

/// Runs a report with the filters, groups and columns of the request.
async fn run_changed(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, id)): Place,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    bytes: Bytes,
) -> Reply {
    let details = wants_details(query);
    let changes = changes(&headers, &bytes)?;
    Ok(answer::on_thread(move || {
        let (id, report) = find(&id)?;
        run(&org, &caller, &id, report, &changes, details).map(|it| answer::ok(&it))
    })
    .await??)
}

/// Starts a run in the background.
async fn start(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, id)): Place,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    bytes: Bytes,
) -> Reply {
    let details = wants_details(query);
    let changes = changes(&headers, &bytes)?;
    answer::on_thread(move || {
        let (id, report) = find(&id)?;
        let result = run(&org, &caller, &id, report, &changes, details)?;
        let started = org.report_runs().add(Run {
            id: Runs::unnumbered(),
            report: id,
            owner: caller.user.clone(),
            requested: org.clock().now(),
            with_details: result.get("hasDetailRows") == Some(&json!(true)),
            result,
        });
        let mut shown = listed(&caller, &started);
        if let Some(members) = shown.as_object_mut() {
            members.insert("status".into(), json!("New"));
            members.insert("completionDate".into(), Json::Null);
        }
        Ok(answer::json_with(StatusCode::OK, &shown))
    })
    .await?
}

/// Lists the runs of a report.
async fn instances(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, id)): Place,
) -> Reply {
    let (id, _) = find(&id)?;
    let runs = org.report_runs().of(&id, org.clock().now());
    let listed: Vec<Json> = runs.iter().map(|run| listed(&caller, run)).collect();
    Ok(answer::ok(&json!(listed)))
}

/// Shows a run with its result.
async fn instance(
    State(org): State<Shared>,
    Path((_, id, run)): Path<(String, String, String)>,
) -> Reply {
    let (id, report) = find(&id)?;
    let run = find_run(&org, &id, &run)?;
    let mut result = run.result.clone();
    if let Some(members) = result.as_object_mut() {
        let moment = dates::format_datetime_z(run.requested);
        let attributes = json!({
            "completionDate": moment,
            "id": run.id.as_str(),
            "ownerId": run.owner.as_str(),
            "queryable": false,
            "reportId": id.as_str(),
            "reportName": report.name,
            "requestDate": moment,
            "status": "Success",
            "type": "ReportInstance",
        });
        members.insert("attributes".into(), attributes);
    }
    Ok(answer::ok(&result))
}

/// Deletes a run and its result.
async fn forget(
    State(org): State<Shared>,
    Path((_, id, run)): Path<(String, String, String)>,
) -> Reply {
    let (id, _) = find(&id)?;
    let run = find_run(&org, &id, &run)?;
    if org.report_runs().remove(&run.id) {
        Ok(answer::no_content())
    } else {
        Err(Problem::not_found().into())
    }
}

fn find_run(org: &Org, report: &RecordId, run: &str) -> Result<Run, Problem> {
    let wanted = RecordId::parse(run);
    let mut runs = org.report_runs().of(report, org.clock().now()).into_iter();
    runs.find(|run| Some(&run.id) == wanted.as_ref())
        .ok_or_else(Problem::not_found)
}

fn wants_details(query: Option<String>) -> bool {
    let wanted = Parameters::new(query).first("includeDetails");
    wanted.is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn changes(headers: &HeaderMap, bytes: &Bytes) -> Result<Changes, Problem> {
    if bytes.is_empty() {
        return Ok(Changes::default());
    }
    body::expect_json(headers)?;
    Body::new(bytes)?.members()?;
    let asked: Asked =
        serde_json::from_slice(bytes).map_err(|error| Problem::json(error.to_string()))?;
    Ok(asked.report_metadata.unwrap_or_default())
}

fn find(id: &str) -> Result<(RecordId, &'static Report), Problem> {
    setup::entry(&setup::standard().reports, REPORTS, id).ok_or_else(unavailable)
}

fn unavailable() -> Problem {
    let message = "The data you’re trying to access is unavailable.";
    Problem::new("NOT_FOUND", message)
}

fn url(caller: &Caller, id: &RecordId) -> String {
    format!("{}/analytics/reports/{id}", caller.base())
}

fn run(
    org: &Org,
    caller: &Caller,
    id: &RecordId,
    report: &Report,
    changes: &Changes,
    details: bool,
) -> Result<Json, Problem> {
    let query = Query::new(org.schema(), report, changes, details)?;
    let found = analytics::run(org, caller.user.as_str(), &query)?;
    let url = url(caller, id);
    Ok(json!({
        "allData": found.all_data,
        "attributes": {
            "describeUrl": format!("{url}/describe"),
            "instancesUrl": format!("{url}/instances"),
            "reportId": id.as_str(),
            "reportName": report.name,
            "type": "Report",
        },
        "factMap": found.fact_map,
        "groupingsAcross": {"groupings": []},
        "groupingsDown": {"groupings": found.groupings},
        "hasDetailRows": query.with_details,
        "reportExtendedMetadata": analytics::extended(&query),
        "reportMetadata": analytics::described(&query, id.as_str()),
    }))
}

fn listed(caller: &Caller, run: &Run) -> Json {
    let moment = dates::format_datetime_z(run.requested);
    json!({
        "completionDate": moment,
        "hasDetailRows": run.with_details,
        "id": run.id.as_str(),
        "ownerId": run.owner.as_str(),
        "queryable": false,
        "requestDate": moment,
        "status": "Success",
        "url": format!("{}/instances/{}", url(caller, &run.report), run.id),
    })
}
