//! Sessions, cached per connection for as long as the instance lives.

use super::Settings;
use salesforce_contract::bindings::exports::salesforce::connector::connection::Session;
use salesforce_contract::limits::MAX_SESSIONS;
use std::cell::RefCell;
use std::collections::VecDeque;

/// The sessions of an instance. An instance runs one call at a time, so a session is renewed in one flight by nature;
/// several instances share one through `connection.session`.
#[derive(Default)]
pub struct Sessions {
    by_key: RefCell<VecDeque<(String, Session)>>,
}

impl Sessions {
    /// The session to use: the newer of the cached one and the one that the connection brings.
    pub fn find(&self, settings: &Settings) -> Option<Session> {
        let cached = self.cached(&settings.session_key());
        match (cached, settings.warm.clone()) {
            (Some(cached), Some(warm)) => Some(if warm.issued_at_ms > cached.issued_at_ms {
                warm
            } else {
                cached
            }),
            (cached, warm) => cached.or(warm),
        }
    }

    fn cached(&self, key: &str) -> Option<Session> {
        self.by_key
            .borrow()
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, session)| session.clone())
    }

    /// Forgets the cached session.
    pub fn forget(&self, settings: &Settings) {
        let key = settings.session_key();
        self.by_key.borrow_mut().retain(|(known, _)| *known != key);
    }

    /// Keeps a session in place of an older one.
    pub fn keep(&self, settings: &Settings, session: Session) {
        let key = settings.session_key();
        let mut sessions = self.by_key.borrow_mut();
        sessions.retain(|(known, _)| *known != key);
        if sessions.len() >= MAX_SESSIONS {
            sessions.pop_front();
        }
        sessions.push_back((key, session));
    }
}
