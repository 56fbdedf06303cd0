//! Tabs, the theme of icons and colours, and the menus of apps.

use axum::Extension;
use axum::extract::{OriginalUri, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value as Json, json};

use crate::Shared;
use crate::auth::{Caller, instance_url};
use crate::response::{self, HandlerResult};
use sandbox_core::org::Org;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::Object;

/// Colours given out to objects in turn.
const COLORS: [&str; 6] = ["6666CC", "A094ED", "F2CF5B", "F88962", "FCB95B", "4BC076"];
/// The menus, by their API names.
const MENUS: [&str; 2] = ["AppSwitcher", "Salesforce1"];

/// Tabs that the user may open.
pub(super) async fn tabs(
    State(org): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let host = instance_url(&org, &uri, &headers);
    let tabs: Vec<Json> = with_tabs(&org)
        .map(|(at, object)| {
            let name = if object.custom {
                object.name.clone()
            } else {
                format!("standard-{}", object.name)
            };
            json!({
                "colors": colors(at),
                "custom": object.custom,
                "iconUrl": icon(&host, object, 32),
                "icons": icons(&host, object),
                "label": object.label_plural,
                "miniIconUrl": icon(&host, object, 16),
                "name": name,
                "sobjectName": object.name,
                "url": format!("{host}/{}/o", object.key_prefix),
            })
        })
        .collect();
    response::ok(&json!(tabs))
}

/// Icons and colours of objects.
pub(super) async fn theme(
    State(org): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let host = instance_url(&org, &uri, &headers);
    let items: Vec<Json> = with_tabs(&org)
        .map(|(at, object)| {
            json!({"colors": colors(at), "icons": icons(&host, object), "name": object.name})
        })
        .collect();
    response::ok(&json!({"themeItems": items}))
}

/// Names the menus.
pub(super) async fn menus(Extension(caller): Extension<Caller>) -> Response {
    let url = |name: &str| {
        (
            name.to_owned(),
            json!(format!("{}/appMenu/{name}", caller.base())),
        )
    };
    response::ok(&Json::Object(MENUS.into_iter().map(url).collect()))
}

/// Shows a menu: the apps, or the entries of the mobile app.
pub(super) async fn menu(
    State(org): State<Shared>,
    Path((_, name)): Path<(String, String)>,
) -> HandlerResult {
    let item = |kind: &str, label: &str, url: &str| json!({"colors": null, "content": null, "icons": null, "label": label, "type": kind, "url": url});
    let items: Vec<Json> = match name.as_str() {
        "AppSwitcher" => ["Sales", "Service", "Platform"]
            .iter()
            .zip(1..)
            .map(|(label, at)| {
                let id = sandbox_model::id::RecordId::new("02u", at);
                item(
                    "Tabset",
                    label,
                    &format!("/home/home.jsp?tsid={}", id.short()),
                )
            })
            .collect(),
        "Salesforce1" => {
            let fixed = [
                item("Standard.Search", "Smart Search Items", "/search"),
                item("Standard.MyDay", "Today", "/myDay"),
                item("Standard.Tasks", "Tasks", "/tasks"),
                item("Standard.Dashboards", "Dashboards", "/dashboards"),
            ];
            let tabs = with_tabs(&org).filter(|(_, object)| object.custom);
            let tabs = tabs.map(|(_, object)| {
                item(
                    "Tab.customObject",
                    &object.label_plural,
                    &format!("/{}/o", object.key_prefix),
                )
            });
            fixed.into_iter().chain(tabs).collect()
        }
        _ => return Err(ApiError::not_found().into()),
    };
    Ok(response::ok(&json!({"appMenuItems": items})))
}

fn with_tabs(org: &Org) -> impl Iterator<Item = (usize, &Object)> {
    let objects = org
        .schema()
        .objects()
        .iter()
        .filter(|object| object.mru_enabled && object.createable && object.searchable);
    objects.enumerate()
}

fn colors(at: usize) -> Json {
    let color = COLORS.get(at % COLORS.len());
    ["theme3", "theme4"]
        .map(|theme| json!({"color": color, "context": "primary", "theme": theme}))
        .to_vec()
        .into()
}

fn icon(host: &str, object: &Object, size: u32) -> String {
    let name = object.name.trim_end_matches("__c").to_lowercase();
    format!("{host}/img/icon/{name}{size}.png")
}

fn icons(host: &str, object: &Object) -> Json {
    let one = |size: u32| json!({"contentType": "image/png", "height": size, "theme": "theme3", "url": icon(host, object, size), "width": size});
    [16, 32].map(one).to_vec().into()
}
