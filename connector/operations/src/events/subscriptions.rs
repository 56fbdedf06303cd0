//! The clients that wait for events between polls of this instance.

use super::client::Client;
use std::cell::RefCell;
use std::collections::VecDeque;

/// Clients kept per instance; the oldest goes first. Salesforce forgets it within a minute, and a later poll begins anew.
const MAX_CLIENTS: usize = 16;

/// The clients of an instance, by what they are subscribed to.
#[derive(Default)]
pub struct Subscriptions(RefCell<VecDeque<(String, Client)>>);

impl Subscriptions {
    /// Takes the client of a subscription out, for one poll.
    pub fn take(&self, key: &str) -> Option<Client> {
        let mut clients = self.0.borrow_mut();
        let at = clients.iter().position(|(known, _)| known == key)?;
        clients.remove(at).map(|(_, client)| client)
    }

    /// Keeps a client until the next poll.
    pub fn keep(&self, key: String, client: Client) {
        let mut clients = self.0.borrow_mut();
        clients.retain(|(known, _)| *known != key);
        if clients.len() >= MAX_CLIENTS {
            clients.pop_front();
        }
        clients.push_back((key, client));
    }
}
