//! The session of an org: found, opened, renewed.

use super::Client;
use crate::connection::auth;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::connection::Session;

impl Client {
    /// The open session, or a new one.
    pub fn session(&self) -> Result<Session, Fault> {
        match self.context.sessions.find(&self.settings) {
            Some(session) => self.held_to_organization(session),
            None => self.renew(None),
        }
    }

    /// The session that is open, if any; nobody is logged in.
    pub fn open_session(&self) -> Option<Session> {
        self.context.sessions.find(&self.settings)
    }

    /// Forgets the cached session. One that the connection brings is the caller's to forget.
    pub fn forget_session(&self) {
        self.context.sessions.forget(&self.settings);
    }

    /// Whether a session was opened for this operation.
    pub fn was_renewed(&self) -> bool {
        self.renewed.get()
    }

    /// Logs in again, and keeps what that gave.
    pub(super) fn renew(&self, last: Option<&Session>) -> Result<Session, Fault> {
        let mut session = auth::log_in(&self.context, &self.settings, last)?;
        self.check_organization(&session)?;
        session.api_version = last.and_then(|last| last.api_version.clone());
        self.context.sessions.keep(&self.settings, session.clone());
        self.renewed.set(true);
        Ok(session)
    }

    /// The session to use after `refused` was refused: another that came meanwhile, or a new one.
    pub fn session_after(&self, refused: &Session) -> Result<Session, Fault> {
        match self.context.sessions.find(&self.settings) {
            Some(other) if other.access_token != refused.access_token => {
                self.held_to_organization(other)
            }
            _ => self.renew(Some(refused)),
        }
    }
}
