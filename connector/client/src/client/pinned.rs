//! An org that the connection is pinned to: a session of another one is not used.

use super::Client;
use super::request::Request;
use crate::connection::organization::told_by;
use crate::fault;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::connection::Session;
use serde::Deserialize;

/// What the org says of itself.
const USER_INFO: &str = "/services/oauth2/userinfo";

impl Client {
    /// A session that was opened before, if it is one of the org that the connection is pinned to. One that has ended before it told is
    /// renewed.
    pub(super) fn held_to_organization(&self, session: Session) -> Result<Session, Fault> {
        match self.check_organization(&session) {
            Ok(()) => Ok(session),
            Err(fault) if fault::session_is_invalid(&fault) => self.renew(Some(&session)),
            Err(fault) => Err(fault),
        }
    }

    /// Refuses a session of another org than the one that the connection is pinned to. Only where the session does not tell its org is the
    /// org asked, once.
    pub(super) fn check_organization(&self, session: &Session) -> Result<(), Fault> {
        let Some(pinned) = &self.settings.organization else {
            return Ok(());
        };
        let told = told_by(session);
        if let Some(other) = told.iter().find(|id| !pinned.is(id)) {
            return Err(self.of_another_org(other, session));
        }
        let checked = self.checked_token.borrow().as_deref() == Some(&session.access_token);
        if !told.is_empty() || checked {
            return Ok(());
        }
        let id = self.asked_organization(session)?;
        if !pinned.is(&id) {
            return Err(self.of_another_org(&id, session));
        }
        self.checked_token
            .replace(Some(session.access_token.clone()));
        Ok(())
    }

    fn asked_organization(&self, session: &Session) -> Result<String, Fault> {
        let token = format!("Bearer {}", session.access_token);
        let call = Request {
            prerequisite: true,
            ..Request::get(USER_INFO).with_header("authorization", &token)
        };
        let reply = self.send_without_session(&session.instance_url, &call)?;
        // The parse error is not passed on: it could quote what the org says of its user.
        let user: UserInfo = serde_json::from_slice(&reply.body).map_err(|_| {
            Fault::protocol(format!(
                "{}{USER_INFO} does not tell the org of the session, so that connection.organization-id cannot be checked; nothing else was sent",
                session.instance_url
            ))
        })?;
        Ok(user.organization_id)
    }

    fn of_another_org(&self, other: &str, session: &Session) -> Fault {
        let pinned = self.settings.organization.as_ref();
        Fault::config(format!(
            "connection.organization-id is `{}`, and the session at {} is one of the org `{other}`: nothing was sent to that org; correct connection.url, connection.auth or the session that is kept, or connection.organization-id",
            pinned.map_or("", |id| id.as_str()),
            session.instance_url
        ))
    }
}

#[derive(Deserialize)]
struct UserInfo {
    organization_id: String,
}

#[cfg(test)]
mod tests;
