//! Calls that REST has, too: SOAP uses the same resources and writes their results as the WSDL has them.

use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value as Json;

use super::Context;
use super::fault::Fault;
use crate::auth::Caller;
use sandbox_model::schema::Object;

/// Returns a segment of a path, or a value of a query.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

impl<'a> Context<'a> {
    /// Reads a resource below `/services/data/v62.0`.
    pub(super) fn get(&self, path: &str) -> Result<Json, Fault> {
        self.ask("GET", path, None)
    }

    /// Asks for a resource; its error is the error of the whole call.
    pub(super) fn ask(&self, method: &str, path: &str, body: Option<Json>) -> Result<Json, Fault> {
        match self.call_resource(method, path, body) {
            (status, response) if status < 400 => Ok(response),
            (_, rejected) => {
                let text_at = |name: &str| {
                    let text = rejected.pointer(name).and_then(Json::as_str);
                    text.unwrap_or("UNKNOWN_EXCEPTION").to_owned()
                };
                Err(Fault::new(text_at("/0/errorCode"), text_at("/0/message")))
            }
        }
    }

    /// Status and body of a resource's response.
    pub(super) fn call_resource(
        &self,
        method: &str,
        path: &str,
        body: Option<Json>,
    ) -> (u16, Json) {
        let caller = Caller {
            user: self.user.clone(),
            session: self.session,
            version: self.version,
            options: self.write_options(),
        };
        let (scheme, host) = self.base.split_once("://").unwrap_or(("http", self.base));
        let headers = [("Host", host), ("X-Forwarded-Proto", scheme)];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let url = format!("{}{path}", caller.base());
        self.parts
            .ask(&caller, (method, url), body, BTreeMap::from(headers))
    }

    /// Returns the object of this name.
    pub(super) fn object(&self, name: &str) -> Result<&'a Object, Fault> {
        let object = self.org.schema().object(name);
        object.ok_or_else(|| Fault::no_such_object(name))
    }
}
