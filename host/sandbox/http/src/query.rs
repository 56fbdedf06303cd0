//! `GET /query?q=`, `/queryAll?q=`, `/tooling/query?q=` and the further pages, `/query/{locator}`.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};

use super::auth::Caller;
use super::parameters::QueryText;
use super::response::{self, HandlerResult};
use super::{Shared, explain};
use sandbox_core::org::Org;
use sandbox_model::api_error::ApiError;
use sandbox_soql::render::json::Json;
use sandbox_soql::{Options, Page, Plan, Reader, Result, columns, page_rows, parse};

/// Header that asks for smaller pages, `batchSize=200`.
const QUERY_OPTIONS: &str = "Sforce-Query-Options";

/// Runs a query over what is not deleted.
pub(super) async fn query(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    QueryText(parameters): QueryText,
    headers: HeaderMap,
) -> HandlerResult {
    run(org, caller, parameters, &headers, Rows::Current).await
}

/// Runs a query over everything, the recycle bin included.
pub(super) async fn query_all(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    QueryText(parameters): QueryText,
    headers: HeaderMap,
) -> HandlerResult {
    run(org, caller, parameters, &headers, Rows::All).await
}

/// Runs a query over the objects of the Tooling API.
pub(super) async fn tooling(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    QueryText(parameters): QueryText,
    headers: HeaderMap,
) -> HandlerResult {
    run(org, caller, parameters, &headers, Rows::Tooling).await
}

/// Reads the page that a `nextRecordsUrl` of the Tooling API leads to.
pub(super) async fn more_tooling(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, locator)): Path<(String, String)>,
    headers: HeaderMap,
) -> HandlerResult {
    next(org, caller, locator, &headers, Rows::Tooling).await
}

/// What a query looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    Current,
    /// With what is in the recycle bin.
    All,
    Tooling,
}

impl Rows {
    fn options(self, caller: &Caller, now: i64) -> Options {
        Options {
            include_deleted: self == Self::All,
            tooling: self == Self::Tooling,
            version: caller.version,
            ..Options::new(caller.user.as_str(), now)
        }
    }
}

/// Reads the page that a `nextRecordsUrl` leads to.
pub(super) async fn more(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, locator)): Path<(String, String)>,
    headers: HeaderMap,
) -> HandlerResult {
    next(org, caller, locator, &headers, Rows::Current).await
}

async fn next(
    org: Shared,
    caller: Caller,
    locator: String,
    headers: &HeaderMap,
    which: Rows,
) -> HandlerResult {
    let rows = batch_size(headers);
    page(org, caller, rows, which, move |org, reader| {
        org.store()
            .read(|connection| org.queries().next_page(connection, &locator, reader))
    })
    .await
}

async fn run(
    org: Shared,
    caller: Caller,
    parameters: Option<String>,
    headers: &HeaderMap,
    which: Rows,
) -> HandlerResult {
    let parameters = parameters.unwrap_or_default();
    let statement_or_id =
        url::form_urlencoded::parse(parameters.as_bytes()).find(|(it, _)| it == "explain");
    if let Some((_, statement_or_id)) = statement_or_id {
        let statement_or_id = statement_or_id.into_owned();
        return response::run_blocking(move || explain::explain(&org, &caller, &statement_or_id))
            .await?;
    }
    let soql = url::form_urlencoded::parse(parameters.as_bytes())
        .find(|(name, _)| name == "q")
        .map(|(_, soql)| soql.into_owned())
        .ok_or_else(|| ApiError::new("MALFORMED_QUERY", "A query string has to be specified"))?;
    let wants_columns = url::form_urlencoded::parse(parameters.as_bytes())
        .any(|(name, value)| name == "columns" && value.eq_ignore_ascii_case("true"));
    if wants_columns {
        return describe_columns(&org, &caller, &soql, which);
    }
    let rows = batch_size(headers);
    let options = which.options(&caller, org.clock().now());
    page(org, caller, rows, which, move |org, reader| {
        org.store().read(|connection| {
            org.queries()
                .first_page(org.schema(), connection, &soql, &options, reader)
        })
    })
    .await
}

/// Describes the columns of a query, without running it.
fn describe_columns(org: &Org, caller: &Caller, soql: &str, which: Rows) -> HandlerResult {
    let options = which.options(caller, org.clock().now());
    let query = parse(soql).map_err(ApiError::from)?;
    let plan = Plan::from_query(&query, soql, org.schema(), &options).map_err(ApiError::from)?;
    Ok(response::ok(&columns::describe(
        &query,
        &plan,
        org.schema(),
    )))
}

/// Reads a page away from the threads that serve connections.
async fn page(
    org: Shared,
    caller: Caller,
    rows: Option<usize>,
    which: Rows,
    read: impl FnOnce(&Org, Reader<'_>) -> Result<Page> + Send + 'static,
) -> HandlerResult {
    let page = response::run_blocking(move || {
        let version = format!("{}.0", caller.version);
        let format = match which {
            Rows::Tooling => Json::tooling(&version),
            Rows::Current | Rows::All => Json::new(&version),
        };
        let reader = Reader {
            user: caller.user.as_str(),
            session: caller.session,
            now: org.clock().now(),
            page_rows: page_rows(rows),
            format: &format,
        };
        read(&org, reader)
    });
    Ok(response::json_bytes(StatusCode::OK, page.await??.body))
}

/// Returns the page size a client asks for.
fn batch_size(headers: &HeaderMap) -> Option<usize> {
    let header = headers.get(QUERY_OPTIONS)?.to_str().ok()?;
    let pairs = header.split(',').filter_map(|pair| pair.split_once('='));
    pairs
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("batchSize"))
        .find_map(|(_, rows)| rows.trim().parse().ok())
}
