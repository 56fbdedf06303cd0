//! Who may log in with a password.

use std::collections::HashMap;
use std::fmt;

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
pub struct Logins(HashMap<String, Login>);

impl Logins {
    /// Adds or replaces a login; user names do not mind the case.
    pub fn add(&mut self, username: &str, login: Login) {
        self.0.insert(username.to_lowercase(), login);
    }

    /// The user with this name and password.
    #[must_use]
    pub fn verify(&self, username: &str, password: &str) -> Option<&RecordId> {
        let login = self.0.get(&username.to_lowercase())?;
        let with_token = format!("{}{}", login.password, login.token);
        (secret::same(password, &login.password) | secret::same(password, &with_token))
            .then_some(&login.user)
    }

    /// The user with this name.
    #[must_use]
    pub fn user(&self, username: &str) -> Option<&RecordId> {
        self.0
            .get(&username.to_lowercase())
            .map(|login| &login.user)
    }
}
