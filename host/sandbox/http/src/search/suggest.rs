//! What a search box proposes while one types: records, articles, earlier searches.

use axum::Extension;
use axum::extract::{RawQuery, State};
use serde_json::{Map, Value as Json, json};

use super::super::Shared;
use super::super::auth::Caller;
use super::super::parameters::Parameters;
use super::super::response::{self, HandlerResult};
use sandbox_core::org::Org;
use sandbox_core::sosl::{Group, Returning, Search};
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::Object;
use sandbox_soql::Options;
use sandbox_soql::render::json::Json as JsonFormat;

/// Suggestions given unless `limit` says otherwise, and at most (REST API guide, "Search Suggested Records": 5, or 10
/// for several objects; 2,000 at most).
const SUGGESTIONS: usize = 5;
const LIMITS: std::ops::RangeInclusive<usize> = 1..=2_000;
/// Objects a request may name (same source).
const MAX_OBJECTS: usize = 10;
/// Characters the text needs (same source: two; longer than a single wildcard).
const MIN_LENGTH: usize = 2;

/// Suggests records whose names have the text; its last word may be the beginning of one.
pub(super) async fn records(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
) -> HandlerResult {
    let given = Parameters::new(query);
    response::run_blocking(move || {
        let text = text(&given)?;
        let objects = objects(&org, &given)?;
        let limit = given.number("limit", &LIMITS, "INVALID_SEARCH")?;
        let extra = given.first("fields").unwrap_or_default();
        let mut found = Vec::new();
        for object in objects {
            let name = object
                .name_field()
                .map_or("Id", |field| field.name.as_str());
            let own = given.first(&format!("{}.fields", object.name));
            let fields = fields(&["Id", name], own.as_deref().unwrap_or(&extra));
            let condition = given
                .first(&format!("{}.where", object.name))
                .or_else(|| given.first("where"));
            let tail = condition.map_or(String::new(), |condition| format!("WHERE {condition}"));
            let of_object = given
                .number(&format!("{}.limit", object.name), &LIMITS, "INVALID_SEARCH")?
                .or(limit)
                .unwrap_or(SUGGESTIONS);
            found.push((
                of_object,
                named(&org, &caller, object, &text, fields, tail)?,
            ));
        }
        Ok(suggestions(found))
    })
    .await?
}

/// Suggests articles by their titles; an org without Knowledge has none.
pub(super) async fn titles(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
) -> HandlerResult {
    let given = Parameters::new(query);
    response::run_blocking(move || {
        let text = text(&given)?;
        let status = given
            .first("publishStatus")
            .unwrap_or_else(|| "Online".into());
        let Some(object) = org.schema().object("KnowledgeArticleVersion") else {
            return Ok(suggestions(Vec::new()));
        };
        let mut conditions = vec![format!("PublishStatus = {}", literal(&status))];
        if let Some(language) = given.first("language") {
            conditions.push(format!("Language = {}", literal(&language)));
        }
        let limit = given
            .number("limit", &LIMITS, "INVALID_SEARCH")?
            .unwrap_or(SUGGESTIONS);
        let fields = fields(&["Id", "UrlName", "Title", "KnowledgeArticleId"], "");
        let tail = format!("WHERE {}", conditions.join(" AND "));
        let found = named(&org, &caller, object, &text, fields, tail)?;
        Ok(suggestions(vec![(limit, found)]))
    })
    .await?
}

/// Suggests searches that others made; an org without article searches has none.
pub(super) async fn queries(RawQuery(query): RawQuery) -> HandlerResult {
    let given = Parameters::new(query);
    text(&given)?;
    if given.first("language").is_none() {
        return Err(ApiError::new(
            "INVALID_SEARCH",
            "language is missing: the language of the query, as en_US",
        )
        .into());
    }
    Ok(response::ok(
        &json!({"autoSuggestResults": [], "hasMoreResults": false}),
    ))
}

fn text(given: &Parameters) -> Result<String, ApiError> {
    let text = given.first("q").unwrap_or_default().trim().to_owned();
    if text.chars().filter(|c| c.is_alphanumeric()).count() < MIN_LENGTH {
        let message = format!("q must have at least {MIN_LENGTH} characters");
        return Err(ApiError::new("INVALID_SEARCH", message));
    }
    Ok(text)
}

fn objects<'o>(org: &'o Org, given: &Parameters) -> Result<Vec<&'o Object>, ApiError> {
    let names: Vec<&str> = given
        .all("sobject")
        .flat_map(|names| names.split(','))
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    if names.is_empty() || names.len() > MAX_OBJECTS {
        let message = format!("sobject must name 1 to {MAX_OBJECTS} objects");
        return Err(ApiError::new("INVALID_SEARCH", message));
    }
    let is_lenient = given
        .first("ignoreUnsupportedSObjects")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let mut objects = Vec::new();
    for name in names {
        match org.schema().object(name).filter(|object| object.searchable) {
            Some(object) => objects.push(object),
            None if is_lenient => {}
            None => {
                let message = format!("sObject type '{name}' is not supported.");
                return Err(ApiError::new("INVALID_TYPE", message));
            }
        }
    }
    Ok(objects)
}

fn fields(needed: &[&str], more: &str) -> String {
    let mut fields: Vec<&str> = needed.to_vec();
    fields.dedup();
    for name in more.split(',').map(str::trim).filter(|it| !it.is_empty()) {
        if !fields.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            fields.push(name);
        }
    }
    fields.join(", ")
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Records of one object by name.
fn named(
    org: &Org,
    caller: &Caller,
    object: &Object,
    text: &str,
    fields: String,
    tail: String,
) -> Result<Vec<Json>, ApiError> {
    let mut search = Search::from_text(&format!("{}*", text.trim_end_matches('*')))?;
    search.group = Group::Name;
    search.returning.push(Returning {
        object: object.name.clone(),
        fields,
        tail,
    });
    let options = Options::new(caller.user.as_str(), org.clock().now());
    let format = JsonFormat::new(&format!("{}.0", caller.version));
    let hits = org
        .store()
        .read(|connection| search.run(org.schema(), connection, &options, &format))?;
    let records = hits.iter().flat_map(|hits| &hits.records);
    Ok(records
        .filter_map(|record| serde_json::from_slice(record).ok())
        .collect())
}

fn suggestions(found: Vec<(usize, Vec<Json>)>) -> axum::response::Response {
    let has_more = found.iter().any(|(limit, records)| records.len() > *limit);
    let shown: Vec<Json> = found
        .into_iter()
        .flat_map(|(limit, records)| records.into_iter().take(limit))
        .collect();
    let mut members = Map::new();
    members.insert("autoSuggestResults".into(), Json::Array(shown));
    members.insert("hasMoreResults".into(), json!(has_more));
    response::ok(&Json::Object(members))
}
