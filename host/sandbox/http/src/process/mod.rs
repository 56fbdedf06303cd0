//! Approvals and workflow rules: `/process/approvals`, `/process/rules`.

mod approvals;
mod rules;

use axum::Router;
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::Shared;
use super::response;

use sandbox_model::api_error::ApiError;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/process", get(list))
        .route(
            "/process/approvals",
            get(approvals::list).post(approvals::run),
        )
        .route("/process/rules", get(rules::list).post(rules::run))
        .route(
            "/process/rules/{object}",
            get(rules::of_object).post(rules::run_of_object),
        )
        .route(
            "/process/rules/{object}/{rule}",
            get(rules::one).post(rules::run_one),
        )
}

/// Names what is below.
async fn list(
    axum::Extension(caller): axum::Extension<super::auth::Caller>,
) -> axum::response::Response {
    let base = caller.base();
    response::ok(&json!({
        "approvals": format!("{base}/process/approvals"),
        "rules": format!("{base}/process/rules"),
    }))
}

/// A flag that clients send as `true` or as `"true"`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(untagged)]
enum Flag {
    Bool(bool),
    Text(String),
    #[default]
    Unset,
}

impl Flag {
    fn is_set(&self) -> bool {
        match self {
            Self::Bool(set) => *set,
            Self::Text(text) => text.eq_ignore_ascii_case("true"),
            Self::Unset => false,
        }
    }
}

/// Returns an error in a list of results.
fn error(api_error: &ApiError) -> Json {
    json!({
        "fields": api_error.fields.clone().unwrap_or_default(),
        "message": api_error.message,
        "statusCode": api_error.code,
    })
}
