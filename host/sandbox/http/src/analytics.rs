//! Reports: `/analytics/reports`, `/{id}`, `/{id}/describe`, `/{id}/instances`. There are no dashboards.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{any, get};
use axum::{Extension, Router};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::auth::Caller;
use super::parameters::Parameters;
use super::response::{self, ErrorResponse, HandlerResult};
use super::{Shared, body};
use sandbox_core::analytics::{self, Changes, Query, Run, Runs};
use sandbox_core::org::Org;
use sandbox_core::setup::{self, Report};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::json::Body;
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
struct RunRequest {
    report_metadata: Option<Changes>,
}

/// Version, report.
type ReportPath = Path<(String, String)>;

async fn index(Extension(caller): Extension<Caller>) -> Response {
    let base = caller.base();
    response::ok(&json!({
        "dashboards": format!("{base}/analytics/dashboards"),
        "reports": format!("{base}/analytics/reports"),
    }))
}

/// Lists the dashboards: the org has none.
async fn dashboards() -> Response {
    response::ok(&json!([]))
}

async fn no_dashboard() -> ErrorResponse {
    unavailable().into()
}

/// Reports are set up by the administrator; clients may neither make nor change nor delete them (Reports and Dashboards
/// REST API guide, "Error Codes and Messages": 403).
async fn unprivileged() -> ErrorResponse {
    let message = "You don’t have sufficient privileges to perform this operation.";
    ApiError::new("FORBIDDEN", message).into()
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
    response::ok(&json!(listed))
}

/// Describes a report.
async fn describe(State(org): State<Shared>, Path((_, id)): ReportPath) -> HandlerResult {
    let (id, report) = find(&id)?;
    let query = Query::new(org.schema(), report, &Changes::default(), true)?;
    Ok(response::ok(&json!({
        "reportExtendedMetadata": analytics::extended(&query),
        "reportMetadata": analytics::described(&query, id.as_str()),
        "reportTypeMetadata": analytics::report_type(&query),
    })))
}

/// Runs a report as it is saved.
async fn run_saved(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, id)): ReportPath,
    RawQuery(query): RawQuery,
) -> HandlerResult {
    run_with(org, caller, id, query, Changes::default()).await
}

/// Runs a report with the filters, groups and columns of the request.
async fn run_changed(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, id)): ReportPath,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    let changes = changes(&headers, &bytes)?;
    run_with(org, caller, id, query, changes).await
}

async fn run_with(
    org: Shared,
    caller: Caller,
    id: String,
    query: Option<String>,
    changes: Changes,
) -> HandlerResult {
    let details = wants_details(query);
    Ok(response::run_blocking(move || {
        let (id, report) = find(&id)?;
        run(&org, &caller, &id, report, &changes, details).map(|it| response::ok(&it))
    })
    .await??)
}

/// Starts a run in the background.
async fn start(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, id)): ReportPath,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    let details = wants_details(query);
    let changes = changes(&headers, &bytes)?;
    response::run_blocking(move || {
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
        Ok(response::json_with(StatusCode::OK, &shown))
    })
    .await?
}

/// Lists the runs of a report.
async fn instances(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, id)): ReportPath,
) -> HandlerResult {
    let (id, _) = find(&id)?;
    let runs = org.report_runs().for_report(&id, org.clock().now());
    let listed: Vec<Json> = runs.iter().map(|run| listed(&caller, run)).collect();
    Ok(response::ok(&json!(listed)))
}

/// Shows a run with its result.
async fn instance(
    State(org): State<Shared>,
    Path((_, id, run)): Path<(String, String, String)>,
) -> HandlerResult {
    let (id, report) = find(&id)?;
    let run = find_run(&org, &id, &run)?;
    let mut result = run.result.clone();
    if let Some(members) = result.as_object_mut() {
        let date_time = dates::format_datetime_z(run.requested);
        let attributes = json!({
            "completionDate": date_time,
            "id": run.id.as_str(),
            "ownerId": run.owner.as_str(),
            "queryable": false,
            "reportId": id.as_str(),
            "reportName": report.name,
            "requestDate": date_time,
            "status": "Success",
            "type": "ReportInstance",
        });
        members.insert("attributes".into(), attributes);
    }
    Ok(response::ok(&result))
}

/// Deletes a run and its result.
async fn forget(
    State(org): State<Shared>,
    Path((_, id, run)): Path<(String, String, String)>,
) -> HandlerResult {
    let (id, _) = find(&id)?;
    let run = find_run(&org, &id, &run)?;
    if org.report_runs().remove(&run.id) {
        Ok(response::no_content())
    } else {
        Err(ApiError::not_found().into())
    }
}

fn find_run(org: &Org, report: &RecordId, run: &str) -> Result<Run, ApiError> {
    let wanted = RecordId::parse(run);
    let mut runs = org
        .report_runs()
        .for_report(report, org.clock().now())
        .into_iter();
    runs.find(|run| Some(&run.id) == wanted.as_ref())
        .ok_or_else(ApiError::not_found)
}

fn wants_details(query: Option<String>) -> bool {
    let wanted = Parameters::new(query).first("includeDetails");
    wanted.is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn changes(headers: &HeaderMap, bytes: &Bytes) -> Result<Changes, ApiError> {
    if bytes.is_empty() {
        return Ok(Changes::default());
    }
    body::expect_json(headers)?;
    Body::new(bytes)?.members()?;
    let request: RunRequest =
        serde_json::from_slice(bytes).map_err(|error| ApiError::json(error.to_string()))?;
    Ok(request.report_metadata.unwrap_or_default())
}

fn find(id: &str) -> Result<(RecordId, &'static Report), ApiError> {
    setup::entry(&setup::standard().reports, REPORTS, id).ok_or_else(unavailable)
}

fn unavailable() -> ApiError {
    let message = "The data you’re trying to access is unavailable.";
    ApiError::new("NOT_FOUND", message)
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
) -> Result<Json, ApiError> {
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
    let date_time = dates::format_datetime_z(run.requested);
    json!({
        "completionDate": date_time,
        "hasDetailRows": run.with_details,
        "id": run.id.as_str(),
        "ownerId": run.owner.as_str(),
        "queryable": false,
        "requestDate": date_time,
        "status": "Success",
        "url": format!("{}/instances/{}", url(caller, &run.report), run.id),
    })
}
