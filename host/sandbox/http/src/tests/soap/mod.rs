//! The partner SOAP API, called in process.

mod calls;
mod conversions;
mod merges;
mod pages;
mod protocol;
mod records;
mod writes;

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use super::{Client, TestResponse};

/// What every call has around it.
pub(super) fn envelope(session: &str, headers: &str, body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:o=\"urn:sobject.partner.soap.sforce.com\" \
         xmlns=\"urn:partner.soap.sforce.com\"><e:Header><SessionHeader><sessionId>{session}</sessionId></SessionHeader>\
         {headers}</e:Header><e:Body>{body}</e:Body></e:Envelope>"
    )
}

impl Client {
    pub(super) async fn post(&self, path: &str, xml: impl Into<Body>) -> TestResponse {
        let request = Request::post(path)
            .header("content-type", "text/xml; charset=UTF-8")
            .header("soapaction", "\"\"")
            .header("host", "org.example");
        self.send(request.body(xml.into()).unwrap()).await
    }

    /// Calls the partner API of version 62.
    pub(super) async fn soap_with(&self, headers: &str, body: &str) -> TestResponse {
        let xml = envelope(&self.token, headers, body);
        self.post("/services/Soap/u/62.0", xml).await
    }

    /// The text of a call that has to succeed.
    pub(super) async fn soap(&self, body: &str) -> String {
        let response = self.soap_with("", body).await;
        assert_eq!(response.status, 200, "{}", response.text());
        response.text()
    }

    /// The fault of a call that has to fail: its code and sentence.
    pub(super) async fn fault(&self, body: &str) -> (String, String) {
        let response = self.soap_with("", body).await;
        assert_eq!(response.status, 500, "{}", response.text());
        let text = response.text();
        (first(&text, "faultcode"), first(&text, "faultstring"))
    }

    /// Creates a record by REST.
    pub(super) async fn made(&self, object: &str, json: serde_json::Value) -> String {
        let path = format!("/sobjects/{object}");
        let response = self.call("POST", &path, Some(json)).await;
        assert_eq!(response.status, 201, "{}", response.text());
        response.json()["id"].as_str().unwrap().to_owned()
    }

    /// A field of a record, read by REST.
    pub(super) async fn field(&self, object: &str, id: &str, field: &str) -> serde_json::Value {
        let path = format!("/sobjects/{object}/{id}?fields={field}");
        self.get(&path).await.json()[field].clone()
    }

    /// The rows of a query over everything, read by REST.
    pub(super) async fn rows(&self, soql: &str) -> Vec<serde_json::Value> {
        let query: String = url::form_urlencoded::byte_serialize(soql.as_bytes()).collect();
        let response = self.get(&format!("/queryAll?q={query}")).await.json();
        assert!(response["records"].is_array(), "{response}");
        response["records"].as_array().unwrap().clone()
    }
}

/// An org without records.
async fn empty() -> Client {
    let clock = sandbox_core::org::Clock::fixed(super::NOW);
    Client::with_org(crate::Org::builder().without_data().clock(clock)).await
}

/// The texts of all elements with this tag.
pub(super) fn all(xml: &str, tag: &str) -> Vec<String> {
    let close = format!("</{tag}>");
    xml.split(&format!("<{tag}>"))
        .skip(1)
        .map(|rest| rest.split(&close).next().unwrap().to_owned())
        .collect()
}

/// The text of the first element with this tag.
pub(super) fn first(xml: &str, tag: &str) -> String {
    let found = all(xml, tag);
    found
        .into_iter()
        .next()
        .unwrap_or_else(|| panic!("no {tag} in {xml}"))
}

/// An account, as JSON.
pub(super) fn account(name: &str) -> serde_json::Value {
    json!({"Name": name})
}
