//! A request as HTTP carries it: with the headers of the connection and the token of a session.

use super::Client;
use super::request::Request;
use crate::transport::HttpRequest;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::connection::Session;
use salesforce_formats::xml;

impl Client {
    /// A request as HTTP carries it, in the open session, for one attempt.
    pub fn request_in_session(&self, call: &Request) -> Result<HttpRequest, Fault> {
        self.admit(call, None)?;
        let session = self.session()?;
        Ok(self.request(call, &session.instance_url, Some(&session.access_token)))
    }

    /// A request as HTTP carries it, in a session that the caller holds. It counts as no API call.
    pub fn request_as(&self, call: &Request, session: &Session) -> HttpRequest {
        self.request(call, &session.instance_url, Some(&session.access_token))
    }

    pub(super) fn request(&self, call: &Request, origin: &str, token: Option<&str>) -> HttpRequest {
        let mut headers = self.settings.headers.clone();
        // The call's own headers win over the connection's.
        headers.retain(|(name, _)| {
            !call
                .headers
                .iter()
                .any(|(own, _)| own.eq_ignore_ascii_case(name))
        });
        headers.extend(call.headers.iter().cloned());
        if !headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("accept"))
        {
            headers.push(("accept".into(), "application/json".into()));
        }
        let body = match (call.session_at, token) {
            (Some(at), Some(token)) => xml::insert(&call.body, at, token).into(),
            (_, token) => {
                headers.extend(token.map(|token| session_header(&call.path, token)));
                call.body.clone()
            }
        };
        let url = format!("{origin}{}", call.path);
        HttpRequest {
            method: call.method,
            url,
            headers,
            body,
            timeouts: self.settings.timeouts,
        }
    }
}

/// The header that carries the session: Bulk API 1.0 has one of its own (Bulk API Developer Guide, "Set Request Headers").
fn session_header(path: &str, token: &str) -> (String, String) {
    if path.starts_with("/services/async/") {
        return ("x-sfdc-session".into(), token.to_owned());
    }
    ("authorization".into(), format!("Bearer {token}"))
}
