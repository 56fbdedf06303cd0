//! Users' logins.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::secret;
use sandbox_model::id::RecordId;

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
pub struct Logins(Mutex<HashMap<String, Login>>, Mutex<HashSet<RecordId>>);

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
        self.expired().remove(user);
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

    fn expired(&self) -> MutexGuard<'_, HashSet<RecordId>> {
        self.1.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the user's password one that has to be changed; it still works.
    pub fn expire(&self, user: &RecordId) {
        self.expired().insert(user.clone());
    }

    /// Returns whether the user's password has to be changed.
    #[must_use]
    pub fn is_expired(&self, user: &RecordId) -> bool {
        self.expired().contains(user)
    }

    /// Returns the user with this name and password.
    #[must_use]
    pub fn verify(&self, username: &str, password: &str) -> Option<RecordId> {
        let logins = self.by_name();
        let login = logins.get(&username.to_lowercase())?;
        let with_token = format!("{}{}", login.password, login.token);
        (secret::same(password, &login.password) | secret::same(password, &with_token))
            .then(|| login.user.clone())
    }

    /// Returns the user with this name.
    #[must_use]
    pub fn user(&self, username: &str) -> Option<RecordId> {
        let logins = self.by_name();
        logins
            .get(&username.to_lowercase())
            .map(|login| login.user.clone())
    }
}
