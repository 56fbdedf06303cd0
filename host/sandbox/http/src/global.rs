//! `GET /sobjects`, `GET /sobjects/{object}`, `GET /recent`.

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use serde_json::{Value as Json, json};

use super::auth::Caller;
use super::response::{self, HandlerResult};
use super::{Shared, conditional, describe};
use sandbox_core::org::Org;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::Object;
use sandbox_model::store::quoted;

/// Records shown as recent for one object.
const RECENT_ITEMS: usize = 5;
/// Records that `/recent` shows unless `limit` says otherwise, and at most (REST API guide, "Recently Viewed": 200).
const RECENT: usize = 200;

/// Describes all objects, briefly; 304 if the client knows the current state.
pub(super) async fn describe_global(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> HandlerResult {
    let base = caller.base();
    let objects: Vec<Json> = org
        .schema()
        .objects()
        .iter()
        .map(|object| describe::brief(object, &base))
        .collect();
    let described = json!({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": objects});
    Ok(
        conditional::State::of_description(&described, org.schema_changed())
            .respond(&headers, &described)?,
    )
}

/// Describes one object, briefly, with what was lately touched of it.
pub(super) async fn basic_info(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((_, name)): Path<(String, String)>,
) -> HandlerResult {
    let items = response::run_blocking(move || {
        let object = org.schema().object(&name).ok_or_else(ApiError::not_found)?;
        let items = touched(&org, object, &caller, RECENT_ITEMS)?;
        let items: Vec<Json> = items.into_iter().map(|(_, item)| item).collect();
        Ok::<_, ApiError>(
            json!({"objectDescribe": describe::brief(object, &caller.base()), "recentItems": items}),
        )
    });
    Ok(response::ok(&items.await??))
}

/// What the user touched lately, newest first.
pub(super) async fn recent(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
) -> HandlerResult {
    let query = query.unwrap_or_default();
    let limit = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "limit");
    let limit = limit
        .and_then(|(_, text)| text.parse().ok())
        .unwrap_or(RECENT)
        .min(RECENT);
    let items = response::run_blocking(move || {
        let mut items = Vec::new();
        for object in org
            .schema()
            .objects()
            .iter()
            .filter(|object| object.mru_enabled)
        {
            items.extend(touched(&org, object, &caller, limit)?);
        }
        items.sort_by_key(|(when, _)| std::cmp::Reverse(*when));
        items.truncate(limit);
        Ok::<_, ApiError>(Json::Array(
            items.into_iter().map(|(_, item)| item).collect(),
        ))
    });
    Ok(response::ok(&items.await??))
}

/// Returns the records of `object` that the user changed last, with the time of the change.
fn touched(
    org: &Org,
    object: &Object,
    caller: &Caller,
    limit: usize,
) -> Result<Vec<(i64, Json)>, ApiError> {
    let name = object
        .name_field()
        .map_or("Id", |field| field.name.as_str());
    let sql = format!(
        "SELECT \"Id\", {}, \"SystemModstamp\" FROM {} WHERE \"IsDeleted\" = 0 AND \"LastModifiedById\" = ?1 \
         ORDER BY \"SystemModstamp\" DESC, rowid DESC LIMIT {limit}",
        quoted(name),
        quoted(&object.name)
    );
    let url = format!("{}/sobjects/{}", caller.base(), object.name);
    org.store().read(|connection| {
        let mut statement = connection.prepare_cached(&sql)?;
        let items = statement.query_map([caller.user.as_str()], |row| {
            let (id, shown): (String, Option<String>) = (row.get(0)?, row.get(1)?);
            let attributes = json!({"type": object.name, "url": format!("{url}/{id}")});
            Ok((
                row.get(2)?,
                json!({"attributes": attributes, "Id": id, name: shown}),
            ))
        })?;
        Ok(items.collect::<Result<_, _>>()?)
    })
}
