//! A call as a request: with the headers of the connection and the token of a session.

use super::Org;
use super::call::Call;
use crate::transport::Request;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::connection::Session;
use salesforce_formats::xml;

impl Org {
    /// A call as a request in the open session, for one attempt.
    pub fn request_in_session(&self, call: &Call) -> Result<Request, Fault> {
        self.admit(call, None)?;
        let session = self.session()?;
        Ok(self.request(call, &session.instance_url, Some(&session.access_token)))
    }

    /// A call as a request in a session that the caller holds. It counts as no API call.
    pub fn request_as(&self, call: &Call, session: &Session) -> Request {
        self.request(call, &session.instance_url, Some(&session.access_token))
    }

    pub(super) fn request(&self, call: &Call, origin: &str, token: Option<&str>) -> Request {
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
        Request {
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
