//! What objects and fields the org has: the describe resources.

mod diff;
mod layouts;
mod list_views;
mod shapes;

pub use diff::diff;
pub use layouts::{approval_layouts, compact_layouts, layouts, named_layouts};
pub use list_views::{
    list_view, list_view_describe, list_view_results, list_views, recent_list_views,
};
use salesforce_contract::message::Message;
pub use shapes::{json_schema, xsd};

use super::ask::{self, Parameters};
use super::path::segment;
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::connection::settings::check_headers;
use salesforce_client::expected::Expected;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::schema::{
    AppMenuConfig, DescribeConfig, EventSchemaConfig, Menu, ObjectConfig, ObjectsConfig,
    PayloadFormat,
};
use serde_json::Value;

/// GET sobjects, with only the objects asked for.
pub fn objects(client: &Client, config: &ObjectsConfig) -> Result<Message, Fault> {
    let wanted = [
        ("queryable", config.queryable),
        ("createable", config.createable),
        ("updateable", config.updateable),
        ("deletable", config.deletable),
        ("custom", config.custom),
    ];
    let wanted: Vec<&str> = wanted
        .into_iter()
        .filter_map(|(flag, asked)| asked.then_some(flag))
        .collect();
    let call = Request::get(client.path("sobjects")?).expecting(Expected::Object(&["sobjects"]));
    let reply = client.send_as(&call, None, |mut reply, _| {
        if !wanted.is_empty() {
            reply.body = only(&reply.body, &wanted)
                .map_err(|error| Unusable(format!("The list of objects is not JSON: {error}")))?;
        }
        Ok(reply)
    })?;
    Ok(client.message(reply))
}

/// Keeps the objects whose flags are all true.
fn only(body: &[u8], flags: &[&str]) -> serde_json::Result<Vec<u8>> {
    let mut global: Value = serde_json::from_slice(body)?;
    if let Some(objects) = global.get_mut("sobjects").and_then(Value::as_array_mut) {
        objects.retain(|object| {
            flags
                .iter()
                .all(|flag| object.get(flag) == Some(&Value::Bool(true)))
        });
    }
    serde_json::to_vec(&global)
}

/// GET sobjects/{object}/describe.
pub fn describe(client: &Client, config: &DescribeConfig) -> Result<Message, Fault> {
    let path = client.path(&format!(
        "sobjects/{}/describe",
        segment("object", &config.object)?
    ))?;
    let mut call = Request {
        accepted_statuses: &[304],
        expected: Expected::DESCRIBE,
        ..Request::get(path)
    };
    if let Some(date) = &config.if_modified_since {
        call = call.with_header("if-modified-since", date);
        check_headers("config.if-modified-since", &call.headers)?;
    }
    Ok(client.message(client.send(&call)?))
}

/// GET sobjects/{object}.
pub fn object(client: &Client, config: &ObjectConfig) -> Result<Message, Fault> {
    ask::get(
        client,
        &of_object(&config.object, "")?,
        Parameters::none(),
        Expected::Object(&["objectDescribe"]),
    )
}

/// The path of an object's resource.
fn of_object(object: &str, resource: &str) -> Result<String, Fault> {
    Ok(format!("sobjects/{}{resource}", segment("object", object)?))
}

/// GET sobjects/{event}/eventSchema or event/eventSchema/{schema}.
pub fn event_schema(client: &Client, config: &EventSchemaConfig) -> Result<Message, Fault> {
    let path = match (&config.event, &config.schema_id) {
        (Some(event), None) => format!("sobjects/{}/eventSchema", segment("event", event)?),
        (None, Some(id)) => format!("event/eventSchema/{}", segment("schema-id", id)?),
        _ => {
            return Err(Fault::config(
                "Give either config.event or config.schema-id: one schema to return",
            ));
        }
    };
    let format = config.payload_format.map(|format| match format {
        PayloadFormat::Expanded => "EXPANDED",
        PayloadFormat::Compact => "COMPACT",
    });
    ask::get(
        client,
        &path,
        Parameters::none().some("payloadFormat", format),
        Expected::Object(&["name"]),
    )
}

/// GET tabs.
pub fn tabs(client: &Client) -> Result<Message, Fault> {
    ask::get(client, "tabs", Parameters::none(), Expected::List)
}

/// GET theme.
pub fn theme(client: &Client) -> Result<Message, Fault> {
    ask::get(
        client,
        "theme",
        Parameters::none(),
        Expected::Object(&["themeItems"]),
    )
}

/// GET appMenu and below.
pub fn app_menu(client: &Client, config: &AppMenuConfig) -> Result<Message, Fault> {
    let path = match (config.menu, &config.network_id) {
        (Some(Menu::NetworkTabs), Some(id)) => {
            format!("appMenu/NetworkTabs/{}", segment("network-id", id)?)
        }
        (Some(Menu::NetworkTabs), None) => {
            return Err(Fault::config(
                "config.network-id is missing: `network-tabs` is the menu of one site",
            ));
        }
        (_, Some(_)) => {
            return Err(Fault::config(
                "config.network-id goes with config.menu `network-tabs` only",
            ));
        }
        (Some(Menu::AppSwitcher), None) => "appMenu/AppSwitcher".into(),
        (Some(Menu::Mobile), None) => "appMenu/Salesforce1".into(),
        // The guide shows no answer to it.
        (None, None) => return ask::get(client, "appMenu", Parameters::none(), Expected::JSON),
    };
    ask::get(
        client,
        &path,
        Parameters::none(),
        Expected::Object(&["appMenuItems"]),
    )
}
