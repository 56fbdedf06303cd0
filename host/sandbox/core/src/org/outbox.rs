//! Mail that the org would have sent.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Serialize, Serializer};

use sandbox_model::value::dates;

/// Messages kept.
const CAPACITY: usize = 1_000;

/// A message as it would have gone out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// When it was sent, on the org's clock, in ms since 1970.
    #[serde(serialize_with = "instant")]
    pub sent: i64,
    /// Addresses.
    pub to: Vec<String>,
    /// Addresses that get a copy.
    pub cc: Vec<String>,
    /// Addresses that get a copy unseen.
    pub bcc: Vec<String>,
    /// Reply-to address, if not to the sender.
    pub reply_to: Option<String>,
    /// The sender's name, if one was given.
    pub sender: Option<String>,
    /// What it is about.
    pub subject: String,
    /// Its plain text.
    pub text: Option<String>,
    /// Its HTML.
    pub html: Option<String>,
    /// Names of the files that go along.
    pub attachments: Vec<String>,
}

fn instant<S: Serializer>(ms: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&dates::format_datetime_z(*ms))
}

/// The last messages, oldest first.
#[derive(Debug, Default)]
pub struct Outbox(Mutex<VecDeque<Mail>>);

impl Outbox {
    fn mails(&self) -> MutexGuard<'_, VecDeque<Mail>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a message.
    pub fn add(&self, mail: Mail) {
        let mut mails = self.mails();
        if mails.len() == CAPACITY {
            mails.pop_front();
        }
        mails.push_back(mail);
    }

    /// Returns all that is kept.
    #[must_use]
    pub fn list(&self) -> Vec<Mail> {
        self.mails().iter().cloned().collect()
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.mails().clear();
    }
}
