//! Sessions: access tokens, refresh tokens and authorization codes.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::random_token;
use sandbox_model::id::RecordId;

/// A session ends after this long without a request (Salesforce help, "Modify Session Security Settings": 2 hours).
pub const IDLE_LIMIT_MS: i64 = 2 * 60 * 60 * 1_000;
/// Lifetime of an authorization code (Salesforce help, "OAuth 2.0 Web Server Flow": 15 minutes).
pub const CODE_LIFETIME_MS: i64 = 15 * 60 * 1_000;

/// User and app of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The user.
    pub user: RecordId,
    /// Consumer key of the app; `None` for SOAP logins.
    pub app: Option<String>,
    /// Scopes, space-separated.
    pub scope: String,
    /// When it was last used, on the org's clock.
    pub last_used: i64,
    /// Unique number within the org; 0 before it is opened.
    pub number: u64,
}

impl Session {
    /// Creates a session to be opened.
    #[must_use]
    pub fn new(user: RecordId, app: Option<String>, scope: impl Into<String>, now: i64) -> Self {
        Self {
            user,
            app,
            scope: scope.into(),
            last_used: now,
            number: 0,
        }
    }
}

/// What an authorization code was given for.
#[derive(Debug, Clone)]
pub struct AuthorizationCode {
    /// The session to be.
    pub session: Session,
    /// Where the code was sent.
    pub redirect_uri: String,
    /// SHA-256 of the verifier in base64url (PKCE, S256), if the client gave one.
    pub challenge: Option<String>,
    /// Expiry, on the org's clock.
    pub expires: i64,
}

/// All tokens of an org. Their texts never show in `Debug`.
#[derive(Default)]
pub struct Sessions {
    tables: Mutex<Tables>,
}

#[derive(Default)]
struct Tables {
    access: HashMap<String, Session>,
    refresh: HashMap<String, Session>,
    codes: HashMap<String, AuthorizationCode>,
    opened: u64,
}

impl Tables {
    fn open(&mut self, org: &RecordId, session: Session) -> String {
        self.opened += 1;
        let token = new_token(org);
        let number = self.opened;
        self.access
            .insert(token.clone(), Session { number, ..session });
        token
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables = self.tables();
        write!(
            f,
            "Sessions({} access, {} refresh)",
            tables.access.len(),
            tables.refresh.len()
        )
    }
}

impl Sessions {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the access token of a session that is still valid for the same user, app and scopes, else a new one: as
    /// Salesforce, clients that log in again share their session.
    #[must_use]
    pub fn open(&self, org: &RecordId, session: Session) -> String {
        let now = session.last_used;
        let mut tables = self.tables();
        let like = |known: &Session| {
            is_alive(known, now)
                && known.user == session.user
                && known.app == session.app
                && known.scope == session.scope
        };
        if let Some((token, known)) = tables.access.iter_mut().find(|(_, known)| like(known)) {
            known.last_used = now;
            return token.clone();
        }
        tables.open(org, session)
    }

    /// Returns a new access token, whatever sessions there are.
    #[must_use]
    pub fn open_new(&self, org: &RecordId, session: Session) -> String {
        self.tables().open(org, session)
    }

    /// Returns the session of an access token, which this use keeps alive; `None` if it has ended or never was.
    #[must_use]
    pub fn touch(&self, token: &str, now: i64) -> Option<Session> {
        let mut tables = self.tables();
        let session = tables.access.get_mut(token)?;
        if !is_alive(session, now) {
            tables.access.remove(token);
            return None;
        }
        session.last_used = now;
        Some(session.clone())
    }

    /// Returns a refresh token for a session.
    #[must_use]
    pub fn issue_refresh_token(&self, session: &Session) -> String {
        let token = format!("5Aep861{}", random_token(48));
        self.tables().refresh.insert(token.clone(), session.clone());
        token
    }

    /// Returns what a refresh token was given for.
    #[must_use]
    pub fn refresh(&self, token: &str) -> Option<Session> {
        self.tables().refresh.get(token).cloned()
    }

    /// Keeps an authorization code.
    #[must_use]
    pub fn issue_code(&self, code: AuthorizationCode) -> String {
        let text = format!("aPrx{}", random_token(48));
        self.tables().codes.insert(text.clone(), code);
        text
    }

    /// Takes an authorization code: it works once.
    #[must_use]
    pub fn take_code(&self, code: &str) -> Option<AuthorizationCode> {
        self.tables().codes.remove(code)
    }

    /// Ends an access or refresh token; with a refresh token go the access tokens of its user and app. Says whether
    /// there was one.
    pub fn revoke(&self, token: &str) -> bool {
        let mut tables = self.tables();
        if let Some(session) = tables.refresh.remove(token) {
            tables
                .access
                .retain(|_, other| (&other.user, &other.app) != (&session.user, &session.app));
            return true;
        }
        tables.access.remove(token).is_some()
    }

    /// Ends a refresh token alone, as rotation does.
    pub fn retire_refresh(&self, token: &str) {
        self.tables().refresh.remove(token);
    }

    /// Ends all sessions; refresh tokens stay valid.
    pub fn expire_all(&self) {
        self.tables().access.clear();
    }

    /// Returns how many sessions are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tables().access.len()
    }

    /// Returns whether no session is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Salesforce's form: the org's short id, `!`, and a random part.
fn new_token(org: &RecordId) -> String {
    let random = random_token(72).replace('-', ".");
    format!("{}!AQ{random}", org.short())
}

fn is_alive(session: &Session, now: i64) -> bool {
    now.saturating_sub(session.last_used) < IDLE_LIMIT_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(now: i64) -> Session {
        Session::new(RecordId::new("005", 1), Some("a".into()), "api", now)
    }

    #[test]
    fn a_session_lives_while_it_is_used() {
        let (sessions, org) = (Sessions::default(), RecordId::new("00D", 1));
        let token = sessions.open(&org, session(0));
        assert!(token.starts_with("00DSb0000000001!AQ"));
        assert!(sessions.touch(&token, IDLE_LIMIT_MS - 1).is_some());
        assert!(
            sessions.touch(&token, IDLE_LIMIT_MS + 1_000).is_some(),
            "the first use kept it alive"
        );
        assert!(sessions.touch(&token, 3 * IDLE_LIMIT_MS).is_none());
        assert!(sessions.touch("made up", 0).is_none());
    }

    #[test]
    fn logins_of_one_user_and_app_share_a_session_until_it_ends() {
        let (sessions, org) = (Sessions::default(), RecordId::new("00D", 1));
        let first = sessions.open(&org, session(0));
        assert_eq!(sessions.open(&org, session(1)), first);
        assert_ne!(
            sessions.open(
                &org,
                Session {
                    app: None,
                    ..session(1)
                }
            ),
            first
        );
        sessions.expire_all();
        assert_ne!(sessions.open(&org, session(2)), first);
    }

    #[test]
    fn revoking_a_refresh_token_ends_its_access_tokens() {
        let (sessions, org) = (Sessions::default(), RecordId::new("00D", 1));
        let access = sessions.open(&org, session(0));
        let refresh = sessions.issue_refresh_token(&session(0));
        assert!(sessions.revoke(&refresh) && !sessions.revoke(&refresh));
        assert!(sessions.touch(&access, 1).is_none() && sessions.refresh(&refresh).is_none());
    }
}
