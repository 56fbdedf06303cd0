//! `/parameterizedSearch`: a search given by parameters or as JSON instead of SOSL.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::Value as Json;

use super::super::auth::Caller;
use super::super::parameters::{Parameters, QueryText, out_of_range};
use super::super::response::{self, HandlerResult};
use super::super::{Shared, body};
use super::run;
use sandbox_core::sosl::{Group, MAX_ROWS, Returning, Search};
use sandbox_model::api_error::ApiError;
use sandbox_model::json::{Body, or_default};

/// What the body of a POST may hold; GET has most of it as parameters.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Request {
    q: String,
    fields: Vec<String>,
    sobjects: Vec<Filter>,
    #[serde(rename = "in")]
    group: Option<String>,
    default_limit: Option<Number>,
    overall_limit: Option<Number>,
    offset: Option<Number>,
    metadata: Option<String>,
}

/// One object of a request.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Filter {
    name: String,
    fields: Vec<String>,
    limit: Option<Number>,
    #[serde(rename = "where")]
    condition: Option<String>,
    order_by: Orders,
}

/// How an object's rows are sorted: the guide writes `"orderBy": "field {ASC|DESC} [NULLS_{FIRST|LAST}]"`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Orders {
    One(Order),
    Several(Vec<Order>),
}

impl Default for Orders {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl Orders {
    fn sort_keys(&self) -> Vec<String> {
        match self {
            Self::One(one) => vec![order(one)],
            Self::Several(several) => several.iter().map(order).collect(),
        }
    }
}

/// One sort key.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Order {
    /// As SOQL text.
    Text(String),
    /// Member by member.
    Members {
        field: String,
        #[serde(default, deserialize_with = "or_default")]
        direction: String,
        #[serde(default, deserialize_with = "or_default")]
        nulls: String,
    },
}

/// The guide gives some numbers as texts.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Json")]
enum Number {
    Number(usize),
    Text(String),
}

impl TryFrom<Json> for Number {
    type Error = &'static str;

    fn try_from(json: Json) -> Result<Self, Self::Error> {
        let number = json
            .as_u64()
            .and_then(|number| usize::try_from(number).ok());
        match (number, json) {
            (Some(number), _) => Ok(Self::Number(number)),
            (None, Json::String(text)) => Ok(Self::Text(text)),
            _ => Err("it is neither a whole number nor a text"),
        }
    }
}

impl Number {
    fn within(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<usize>,
    ) -> Result<usize, ApiError> {
        let (number, text) = match self {
            Self::Number(number) => (Some(*number), number.to_string()),
            Self::Text(text) => (text.trim().parse().ok(), text.clone()),
        };
        number
            .filter(|number| range.contains(number))
            .ok_or_else(|| out_of_range(name, &text, &range, "INVALID_SEARCH"))
    }
}

/// Searches for what the URL says.
pub(super) async fn get(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    QueryText(query): QueryText,
) -> HandlerResult {
    let request = from_parameters(&Parameters::new(query))?;
    response::run_blocking(move || run(&org, &caller, &search(&request)?)).await?
}

/// Searches for what the body says.
pub(super) async fn post(
    State(org): State<Shared>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> HandlerResult {
    body::expect_json(&headers)?;
    // Reads the whole as members first, for the same error about malformed JSON as everywhere.
    Body::new(&bytes)?.members()?;
    let request: Request =
        serde_json::from_slice(&bytes).map_err(|error| ApiError::json(error.to_string()))?;
    response::run_blocking(move || run(&org, &caller, &search(&request)?)).await?
}

fn from_parameters(given: &Parameters) -> Result<Request, ApiError> {
    let list = |text: String| -> Vec<String> {
        text.split(',')
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect()
    };
    let number = |name: &str| given.first(name).map(Number::Text);
    let of_object = |object: &str, what: &str| given.first(&format!("{object}.{what}"));
    let filter = |name: &str| Filter {
        name: name.to_owned(),
        fields: of_object(name, "fields").map(list).unwrap_or_default(),
        limit: number(&format!("{name}.limit")),
        condition: of_object(name, "where"),
        order_by: of_object(name, "orderBy")
            .map(|sort_keys| Orders::One(Order::Text(sort_keys)))
            .unwrap_or_default(),
    };
    Ok(Request {
        q: given.first("q").unwrap_or_default(),
        fields: given.first("fields").map(list).unwrap_or_default(),
        sobjects: given.all("sobject").map(filter).collect(),
        group: given.first("in"),
        default_limit: number("defaultLimit"),
        overall_limit: number("overallLimit"),
        offset: number("offset"),
        metadata: given.first("metadata"),
    })
}

fn search(request: &Request) -> Result<Search, ApiError> {
    if request.q.trim().is_empty() {
        return Err(invalid("q is missing: the words to search for"));
    }
    let mut search = Search::from_text(&request.q)?;
    if let Some(name) = &request.group {
        search.group = Group::named(name).ok_or_else(|| {
            invalid(format!(
                "in must be ALL, NAME, EMAIL, PHONE or SIDEBAR, not {name:?}"
            ))
        })?;
    }
    if request.sobjects.is_empty() && !request.fields.is_empty() {
        return Err(invalid("fields needs at least one sobject"));
    }
    for filter in &request.sobjects {
        search.returning.push(returning(request, filter)?);
    }
    let limit = request.overall_limit.as_ref();
    search.limit = limit
        .map(|limit| limit.within("overallLimit", 1..=MAX_ROWS))
        .transpose()?;
    if let Some(offset) = &request.offset {
        search.offset = offset.within("offset", 0..=MAX_ROWS)?;
    }
    search.labels = request
        .metadata
        .as_ref()
        .is_some_and(|wanted| wanted.eq_ignore_ascii_case("LABELS"));
    Ok(search)
}

fn returning(request: &Request, filter: &Filter) -> Result<Returning, ApiError> {
    let fields = if filter.fields.is_empty() {
        &request.fields
    } else {
        &filter.fields
    };
    let mut tail = String::new();
    if let Some(condition) = &filter.condition {
        tail.push_str(&format!("WHERE {condition}"));
    }
    let orders = filter.order_by.sort_keys();
    if !orders.is_empty() {
        tail.push_str(&format!(" ORDER BY {}", orders.join(", ")));
    }
    let limit = filter.limit.as_ref().or(request.default_limit.as_ref());
    if let Some(limit) = limit {
        let limit = limit.within("limit", 1..=MAX_ROWS)?;
        tail.push_str(&format!(" LIMIT {limit}"));
    }
    Ok(Returning {
        object: filter.name.clone(),
        fields: fields.join(", "),
        tail,
    })
}

fn order(order: &Order) -> String {
    match order {
        Order::Text(sort_keys) => sort_keys.replace(" NULLS_", " NULLS "),
        Order::Members {
            field,
            direction,
            nulls,
        } => {
            let nulls = match nulls.trim() {
                "" => String::new(),
                place if place.to_ascii_uppercase().starts_with("NULLS") => format!(" {place}"),
                place => format!(" NULLS {place}"),
            };
            format!("{field} {direction}{nulls}")
        }
    }
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("INVALID_SEARCH", message)
}
