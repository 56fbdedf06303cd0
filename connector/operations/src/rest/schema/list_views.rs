//! List views: which there are, how they are made, what they show.

use super::of_object;
use crate::rest::ask::{self, Parameters};
use salesforce_client::client::Client;
use salesforce_client::expected::Expected;
use salesforce_client::path::segment;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::schema::{
    ListViewConfig, ListViewResultsConfig, ObjectConfig,
};
use salesforce_contract::message::Message;

/// GET sobjects/{object}/listviews.
pub fn list_views(client: &Client, config: &ObjectConfig) -> Result<Message, Fault> {
    let path = of_object(&config.object, "/listviews")?;
    ask::get(
        client,
        &path,
        Parameters::none(),
        Expected::Object(&["listviews"]),
    )
}

/// GET sobjects/{object}/listviews/recent.
pub fn recent_list_views(client: &Client, config: &ObjectConfig) -> Result<Message, Fault> {
    let path = of_object(&config.object, "/listviews/recent")?;
    ask::get(
        client,
        &path,
        Parameters::none(),
        Expected::Object(&["listviews"]),
    )
}

/// GET sobjects/{object}/listviews/{id}.
pub fn list_view(client: &Client, config: &ListViewConfig) -> Result<Message, Fault> {
    let path = of_view(&config.object, &config.id, "")?;
    ask::get(client, &path, Parameters::none(), Expected::Object(&["id"]))
}

/// GET sobjects/{object}/listviews/{id}/describe.
pub fn list_view_describe(client: &Client, config: &ListViewConfig) -> Result<Message, Fault> {
    let path = of_view(&config.object, &config.id, "/describe")?;
    ask::get(
        client,
        &path,
        Parameters::none(),
        Expected::Object(&["query"]),
    )
}

/// GET sobjects/{object}/listviews/{id}/results.
pub fn list_view_results(
    client: &Client,
    config: &ListViewResultsConfig,
) -> Result<Message, Fault> {
    let path = of_view(&config.object, &config.id, "/results")?;
    let rows = Parameters::none()
        .some("limit", config.limit)
        .some("offset", config.offset);
    ask::get(
        client,
        &path,
        rows,
        Expected::Object(&["columns", "records"]),
    )
}

fn of_view(object: &str, id: &str, resource: &str) -> Result<String, Fault> {
    let views = of_object(object, "/listviews")?;
    Ok(format!("{views}/{}{resource}", segment("id", id)?))
}
