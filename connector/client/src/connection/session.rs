//! Sessions, cached per connection for as long as the instance lives.

use super::Settings;
use crate::cache::BoundedCache;
use salesforce_contract::bindings::exports::salesforce::connector::connection::Session;
use salesforce_contract::limits::MAX_SESSIONS;

/// The sessions of an instance. An instance runs one call at a time, so a session is renewed in one flight by nature;
/// several instances share one through `connection.session`.
#[derive(Default)]
pub struct Sessions(BoundedCache<Session, MAX_SESSIONS>);

impl Sessions {
    /// The session to use: the newer of the cached one and the one that the connection brings.
    pub fn find(&self, settings: &Settings) -> Option<Session> {
        let cached = self.0.get(&settings.session_key());
        match (cached, settings.warm.clone()) {
            (Some(cached), Some(warm)) => Some(if warm.issued_at_ms > cached.issued_at_ms {
                warm
            } else {
                cached
            }),
            (cached, warm) => cached.or(warm),
        }
    }

    /// Forgets the cached session.
    pub fn forget(&self, settings: &Settings) {
        self.0.take(&settings.session_key());
    }

    /// Keeps a session in place of an older one.
    pub fn keep(&self, settings: &Settings, session: Session) {
        self.0.keep(settings.session_key(), session);
    }
}
