//! Searching: `/search?q=` (SOSL), `/parameterizedSearch`, and what search boxes need in addition (`/search/…`).

mod layout;
mod parameterized;
mod suggest;

use axum::Extension;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value as Json, json};

use super::Shared;
use super::auth::Caller;
use super::parameters::{Parameters, QueryText};
use super::response::{self, HandlerResult};
use sandbox_core::org::Org;
use sandbox_core::sosl::{self, Hits, Search};
use sandbox_model::api_error::ApiError;
use sandbox_soql::Options;
use sandbox_soql::render::json::Json as JsonFormat;

/// From this version on results are in `searchRecords`; before, the response is the list itself (REST API guide,
/// "Search").
const RESULTS_IN_MEMBER: u16 = 37;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/search", get(search))
        .route(
            "/parameterizedSearch",
            get(parameterized::get).post(parameterized::post),
        )
        .route("/search/scopeOrder", get(layout::scope_order))
        .route("/search/layout", get(layout::layouts))
        .route("/search/suggestions", get(suggest::records))
        .route("/search/suggestTitleMatches", get(suggest::titles))
        .route("/search/suggestSearchQueries", get(suggest::queries))
}

/// Runs a SOSL statement.
async fn search(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    QueryText(query): QueryText,
) -> HandlerResult {
    let sosl = Parameters::new(query)
        .first("q")
        .ok_or_else(|| ApiError::new("MALFORMED_SEARCH", "A search string has to be specified"))?;
    response::run_blocking(move || run(&org, &caller, &sosl::parse(&sosl)?)).await?
}

/// Runs a search and writes what it found.
fn run(org: &Org, caller: &Caller, search: &Search) -> HandlerResult {
    let options = Options::new(caller.user.as_str(), org.clock().now());
    let format = JsonFormat::new(&format!("{}.0", caller.version));
    let found = org
        .store()
        .read(|connection| search.run(org.schema(), connection, &options, &format))?;
    Ok(shown(&found, search.labels, caller.version))
}

fn shown(found: &[Hits<'_>], labels: bool, version: u16) -> Response {
    let records: Vec<&[u8]> = found
        .iter()
        .flat_map(|hits| hits.records.iter().map(Vec::as_slice))
        .collect();
    let list = [b"[".as_slice(), &records.join(&b','), b"]"].concat();
    if version < RESULTS_IN_MEMBER {
        return response::json_bytes(axum::http::StatusCode::OK, list);
    }
    let mut body = [b"{\"searchRecords\":".as_slice(), &list].concat();
    if labels {
        body.extend_from_slice(b",\"metadata\":");
        body.extend_from_slice(metadata(found).to_string().as_bytes());
    }
    body.push(b'}');
    response::json_bytes(axum::http::StatusCode::OK, body)
}

/// Labels of the fields shown, object by object.
fn metadata(found: &[Hits<'_>]) -> Json {
    let field = |(name, label): &(String, String)| json!({"label": label, "name": name});
    let entity = |hits: &Hits<'_>| {
        let fields: Vec<Json> = hits.fields.iter().map(field).collect();
        json!({"entityName": hits.object.name, "fieldMetadata": fields})
    };
    json!({"entityMetadata": found.iter().map(entity).collect::<Vec<_>>()})
}
