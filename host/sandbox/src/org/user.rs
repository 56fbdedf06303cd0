//! Who may log in with a password.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::secret;
use crate::id::RecordId;

/// A user's password and security token.
#[derive(Clone)]
pub struct Login {
    /// The user's record.
    pub user: RecordId,
    /// The password.
    pub password: String,
    /// The security token; a password is taken with or without it.
    pub token: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login({})", self.user)
    }
}

/// All logins, by user name.
#[derive(Debug, Default)]
pub struct Logins(Mutex<HashMap<String, Login>>);

impl Logins {
    fn by_name(&self) -> MutexGuard<'_, HashMap<String, Login>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds or replaces a login; user names do not mind the case.
    pub fn add(&self, username: &str, login: Login) {
        self.by_name().insert(username.to_lowercase(), login);
    }

    /// Gives a user another password, or a first one; the security token stays.
    pub fn set_password(&self, user: &RecordId, username: &str, password: &str) {
        let mut logins = self.by_name();
        let token = logins.values().find(|login| login.user == *user);
        let login = Login {
            user: user.clone(),
            password: password.into(),
            token: token.map(|login| login.token.clone()).unwrap_or_default(),
        };
        logins.retain(|_, login| login.user != *user);
        logins.insert(username.to_lowercase(), login);
    }

    /// The user with this name and password.
    #[must_use]
    pub fn verify(&self, username: &str, password: &str) -> Option<RecordId> {
        let logins = self.by_name();
        let login = logins.get(&username.to_lowercase())?;
        let with_token = format!("{}{}", login.password, login.token);
        (secret::same(password, &login.password) | secret::same(password, &with_token))
            .then(|| login.user.clone())
    }

    /// The user with this name.
    #[must_use]
    pub fn user(&self, username: &str) -> Option<RecordId> {
        let logins = self.by_name();
        logins
            .get(&username.to_lowercase())
            .map(|login| login.user.clone())
    }
}
