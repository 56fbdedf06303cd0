//! What objects and fields the org has: the describe resources.

mod diff;
mod layouts;
mod list_views;
mod replies;
mod shapes;

pub use diff::diff;
pub use layouts::{approval_layouts, compact_layouts, layouts, named_layouts};
pub use list_views::{
    list_view, list_view_describe, list_view_results, list_views, recent_list_views,
};
pub use replies::reply_schema;
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
use salesforce_contract::message::Message;
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
    let name = config.name.as_deref();
    let reply = client.send_as(&call, None, |mut reply, _| {
        if !wanted.is_empty() || name.is_some() {
            reply.body = only(&reply.body, &wanted, name)
                .map_err(|error| Unusable(format!("The list of objects is not JSON: {error}")))?;
        }
        Ok(reply)
    })?;
    Ok(client.message(reply))
}

/// Keeps the objects whose flags are all true, and whose name or label is like a text.
fn only(body: &[u8], flags: &[&str], name: Option<&str>) -> serde_json::Result<Vec<u8>> {
    let mut global: Value = serde_json::from_slice(body)?;
    if let Some(objects) = global.get_mut("sobjects").and_then(Value::as_array_mut) {
        objects.retain(|object| {
            let set = |flag: &&str| object.get(flag) == Some(&Value::Bool(true));
            let mut names = ["name", "label", "labelPlural"]
                .into_iter()
                .filter_map(|name| object.get(name)?.as_str());
            flags.iter().all(set) && name.is_none_or(|name| names.any(|one| is_like(one, name)))
        });
    }
    serde_json::to_vec(&global)
}

/// Whether a text holds another, in any case. With `*`, which stands for any text, the whole must fit.
fn is_like(text: &str, pattern: &str) -> bool {
    let (text, pattern) = (text.to_lowercase(), pattern.to_lowercase());
    let Some((first, others)) = pattern.split_once('*') else {
        return text.contains(&pattern);
    };
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let (middle, last) = others.rsplit_once('*').unwrap_or(("", others));
    for part in middle.split('*') {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
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

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn names_are_held_to_parts_or_to_patterns() {
        let like = [
            ("Invoice__c", "invoice"),
            ("Rechnungsköpfe", "KÖPFE"),
            ("Invoice__c", "inv*"),
            ("Invoice__c", "*__c"),
            ("Invoice__c", "i*oice*"),
            ("Invoice__c", "*"),
            ("Invoice__c", "*v*i*c"),
            ("aa", "a*a"),
            ("acme__Invoice__c", "acme__*__c"),
        ];
        for (text, pattern) in like {
            assert!(is_like(text, pattern), "{text} {pattern}");
        }
        let unlike = [
            ("Invoice__c", "voice*"),
            ("Invoice__c", "*__x"),
            ("a", "a*a"),
            ("Invoice__c", "*c*i*"),
            ("Invoice__c", "account"),
        ];
        for (text, pattern) in unlike {
            assert!(!is_like(text, pattern), "{text} {pattern}");
        }
    }
}
