//! The org as clients see it, called in process.

mod actions;
mod analytics;
mod bulk;
mod bulk_v1;
mod by_external_id;
mod collections;
mod composite;
mod compressed;
mod conditional;
mod details;
mod events;
mod faults;
mod file_rules;
mod files;
mod graphql;
mod jwt;
mod meta;
mod oauth;
mod process;
mod query;
mod record_types;
mod records;
mod related;
mod replication;
mod search;
mod soap;
mod steering;
mod tooling;
mod tree;
mod ui;
mod users;
mod views;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use serde_json::Value as Json;
use tower::ServiceExt as _;

use sandbox_core::org::{CLIENT_ID, CLIENT_SECRET, Clock, Org, OrgBuilder};

/// Fixed time of test orgs.
pub(super) const NOW: i64 = 1_790_000_000_000;

/// A client of an org, logged in.
pub(super) struct Client {
    pub org: Arc<Org>,
    pub app: Router,
    pub token: String,
}

/// What came back.
#[derive(Debug)]
pub(super) struct TestResponse {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl TestResponse {
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Status and code of a REST error.
    pub fn rejection(&self) -> (u16, String) {
        (
            self.status,
            self.json()[0]["errorCode"].as_str().unwrap().to_owned(),
        )
    }
}

impl Client {
    pub async fn new() -> Self {
        Self::with_org(Org::builder().clock(Clock::fixed(NOW))).await
    }

    pub async fn with_org(builder: OrgBuilder) -> Self {
        let org = Arc::new(builder.build().unwrap());
        let mut client = Self {
            app: super::router(Arc::clone(&org)),
            org,
            token: String::new(),
        };
        client.log_in().await;
        client
    }

    pub async fn log_in(&mut self) {
        let form = format!(
            "grant_type=client_credentials&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}"
        );
        let response = self.form("/services/oauth2/token", &form).await;
        self.token = response.json()["access_token"].as_str().unwrap().to_owned();
    }

    pub async fn form(&self, path: &str, form: &str) -> TestResponse {
        let request =
            Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.send(
            request
                .header("host", "org.example")
                .body(Body::from(form.to_owned()))
                .unwrap(),
        )
        .await
    }

    /// Calls a path below `/services/data/v62.0` (or any absolute one) with the token.
    pub async fn call(&self, method: &str, path: &str, body: Option<Json>) -> TestResponse {
        let path =
            if path.starts_with("/services") || path.starts_with("/id") || path.starts_with("/_") {
                path.to_owned()
            } else {
                format!("/services/data/v62.0{path}")
            };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token));
        let request = match body {
            Some(json) => request
                .header("content-type", "application/json")
                .body(Body::from(json.to_string())),
            None => request.body(Body::empty()),
        };
        self.send(request.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> TestResponse {
        self.call("GET", path, None).await
    }

    pub async fn send(&self, request: Request<Body>) -> TestResponse {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        TestResponse {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        }
    }
}
