//! Any request to the instance.

use super::path::query;
use salesforce_client::client::{Client, Request};
use salesforce_client::connection::settings::check_headers;
use salesforce_client::exchange::Idempotency;
use salesforce_client::expected::Expected;
use salesforce_client::transport::Method;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::raw::{
    ApexRestConfig, Method as MethodChoice, RequestConfig,
};
use salesforce_contract::message::Message;

/// Where Apex classes are published (Apex Developer Guide, "Exposing Apex Classes as REST Web Services").
const APEX_REST: &str = "/services/apexrest/";

/// Sends what the config says.
pub fn request(
    client: &Client,
    config: &RequestConfig,
    input: Option<&Message>,
) -> Result<Message, Fault> {
    let (method, idempotency) = method(config.method.unwrap_or(MethodChoice::Get));
    let mut call = Request {
        method,
        idempotency,
        expected: Expected::Anything,
        ..Request::get(target(client, config)?)
    };
    check_headers(
        "config.headers",
        config.headers.as_deref().unwrap_or_default(),
    )?;
    call.headers = config.headers.clone().unwrap_or_default();
    if let Some(input) = input {
        call.body = input.body.as_slice().into();
        call.headers
            .push(("content-type".into(), input.media_type.clone()));
        check_headers("The input's media type", &call.headers)?;
    }
    let reply = match config.any_status {
        true => client.send_for_any_status(&call)?,
        false => client.send(&call)?,
    };
    Ok(client.message(reply))
}

/// Calls an Apex class: any method on /services/apexrest/{path}.
pub fn apex_rest(
    client: &Client,
    config: &ApexRestConfig,
    input: Option<&Message>,
) -> Result<Message, Fault> {
    let below = config.path.trim_start_matches('/');
    if below
        .split(['/', '?'])
        .any(|segment| matches!(segment, "." | ".."))
        || below.is_empty()
    {
        return Err(Fault::config(format!(
            "config.path `{}` is no path below {APEX_REST}: write it like `orders/42`",
            config.path
        )));
    }
    let whole = RequestConfig {
        method: config.method,
        path: format!("{APEX_REST}{below}"),
        query: config.query.clone(),
        headers: config.headers.clone(),
        any_status: config.any_status,
    };
    request(client, &whole, input)
}

fn method(choice: MethodChoice) -> (Method, Idempotency) {
    match choice {
        MethodChoice::Get => (Method::Get, Idempotency::Safe),
        MethodChoice::Head => (Method::Head, Idempotency::Safe),
        MethodChoice::Post => (Method::Post, Idempotency::NonIdempotent),
        MethodChoice::Put => (Method::Put, Idempotency::Idempotent),
        MethodChoice::Patch => (Method::Patch, Idempotency::NonIdempotent),
        MethodChoice::Delete => (Method::Delete, Idempotency::Idempotent),
    }
}

/// The path on the instance with its query; only characters that a URL may hold.
fn target(client: &Client, config: &RequestConfig) -> Result<String, Fault> {
    let path = config.path.as_str();
    let resource = path.split('?').next().unwrap_or_default();
    if path.is_empty()
        || path.starts_with("//")
        || resource.contains("://")
        || !path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'#')
    {
        return Err(Fault::config(format!(
            "config.path `{path}` is no percent-encoded path on the instance: write it like `/services/apexrest/orders/42`"
        )));
    }
    let pairs = query(
        config
            .query
            .iter()
            .flatten()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    let joined = if path.contains('?') {
        pairs.replacen('?', "&", 1)
    } else {
        pairs
    };
    let whole = if path.starts_with('/') {
        path.to_owned()
    } else {
        client.path(path)?
    };
    Ok(format!("{whole}{joined}"))
}
