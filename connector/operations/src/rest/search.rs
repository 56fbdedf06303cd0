//! SOSL, parameterized search, and what helps a user who types.

mod suggest;

use salesforce_contract::message::Message;
pub use suggest::{suggest_queries, suggest_titles, suggestions};

use super::ask::{self, Object, Parameters};
use super::query::{PageOptions, asked, check, headers_of};
use salesforce_client::client::Client;
use salesforce_client::exchange::Idempotency;
use salesforce_client::expected::Expected;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::search::{
    CategoryOperator, DataCategory, LayoutConfig, ParameterizedConfig, SearchConfig, SearchScope,
    SearchedObject,
};
use salesforce_formats::soql::sosl;
use serde_json::Value;

/// What a search answers: a bare list up to API version 36.
const FOUND: Expected = Expected::ListOrObject(&["searchRecords"]);

/// GET search?q=.
pub fn search(client: &Client, config: &SearchConfig) -> Result<Message, Fault> {
    let sosl = sosl::bind(&config.sosl, config.bind.as_deref().unwrap_or_default())
        .map_err(|error| Fault::config(error.to_string()))?;
    check(config.headers.as_ref())?;
    let options = PageOptions {
        size: None,
        headers: headers_of(config.headers.as_ref()),
    };
    let call = asked(client, "search", "q", &sosl, options)?.expecting(FOUND);
    Ok(client.message(client.send(&call)?))
}

/// POST parameterizedSearch. It changes nothing.
pub fn parameterized(client: &Client, config: &ParameterizedConfig) -> Result<Message, Fault> {
    let needs_objects =
        !config.fields.as_deref().unwrap_or_default().is_empty() || config.default_limit.is_some();
    if config.objects.as_deref().unwrap_or_default().is_empty() && needs_objects {
        return Err(Fault::config(
            "config.fields and config.default-limit need config.objects: say in which objects to search",
        ));
    }
    ask::post(
        client,
        "parameterizedSearch",
        Idempotency::Safe,
        parameters(config),
        FOUND,
    )
}

/// GET search/scopeOrder.
pub fn scope_order(client: &Client) -> Result<Message, Fault> {
    ask::get(
        client,
        "search/scopeOrder",
        Parameters::none(),
        Expected::List,
    )
}

/// GET search/layout.
pub fn layout(client: &Client, config: &LayoutConfig) -> Result<Message, Fault> {
    let objects = Parameters::none().list("q", &config.objects);
    ask::get(client, "search/layout", objects, Expected::List)
}

fn parameters(config: &ParameterizedConfig) -> Object {
    let objects: Vec<Value> = config
        .objects
        .as_deref()
        .unwrap_or_default()
        .iter()
        .map(searched)
        .collect();
    let categories: Vec<Value> = config
        .data_categories
        .as_deref()
        .unwrap_or_default()
        .iter()
        .map(category)
        .collect();
    Object::new()
        .put("q", config.words.as_str())
        .list("sobjects", &objects)
        .list("fields", config.fields.as_deref().unwrap_or_default())
        .some("in", config.scope.map(scope))
        .some("overallLimit", config.overall_limit)
        .some("defaultLimit", config.default_limit)
        .some("offset", config.offset)
        .some("division", config.division.as_deref())
        .list("dataCategories", &categories)
        .list(
            "netWorkIds",
            config.network_ids.as_deref().unwrap_or_default(),
        )
        .some("pricebookId", config.pricebook_id.as_deref())
        .some("snippet", config.snippet_length)
        .some("spellCorrection", config.spell_correction)
        .some("metadata", config.labels.then_some("LABELS"))
        .flag("updateTracking", config.track_keywords)
        .flag("updateViewStat", config.count_views)
}

fn searched(object: &SearchedObject) -> Value {
    Object::new()
        .put("name", object.name.as_str())
        .list("fields", object.fields.as_deref().unwrap_or_default())
        .some("where", object.condition.as_deref())
        .some("orderBy", object.order_by.as_deref())
        .some("limit", object.limit)
        .into()
}

fn category(category: &DataCategory) -> Value {
    let operator = match category.operator {
        CategoryOperator::At => "AT",
        CategoryOperator::Above => "ABOVE",
        CategoryOperator::Below => "BELOW",
        CategoryOperator::AboveOrBelow => "ABOVE_OR_BELOW",
    };
    Object::new()
        .put("groupName", category.group_name.as_str())
        .put("operator", operator)
        .list("categories", &category.categories)
        .into()
}

fn scope(scope: SearchScope) -> &'static str {
    match scope {
        SearchScope::All => "ALL",
        SearchScope::Name => "NAME",
        SearchScope::Email => "EMAIL",
        SearchScope::Phone => "PHONE",
        SearchScope::Sidebar => "SIDEBAR",
    }
}
