//! Bayeux clients: connections, subscriptions, and how far it has read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use tokio::sync::watch;

use super::channel::Channel;
use super::log::{self, Event, LogQuery};
use super::settings::Settings;
use crate::org::random_token;
use sandbox_model::api_error::ApiError;
use sandbox_model::clock::Clock;

/// Bytes of one response's events; the rest comes with the next one.
const MAX_BYTES: usize = 1_000_000;
/// Events in one response.
const MAX_EVENTS: usize = 1_000;
/// Channels one client may subscribe to.
const MAX_CHANNELS: usize = 200;

/// A channel that a client reads.
#[derive(Debug, Clone)]
pub struct Subscription {
    /// The channel.
    pub channel: Channel,
    /// Replay id up to which it has read.
    pub read: i64,
}

impl Subscription {
    fn takes(&self, event: &Event) -> bool {
        event.replay > self.read
            && if self.channel.all_changes {
                event.is_change
            } else {
                self.channel.sources.contains(&event.channel)
            }
            && self
                .channel
                .filter
                .as_ref()
                .is_none_or(|filter| filter.takes(&event.body))
    }
}

/// One client.
#[derive(Debug)]
pub struct Client {
    /// Its id.
    pub id: String,
    /// Its `BAYEUX_BROWSER` cookie.
    pub browser: String,
    /// User.
    pub user: String,
    state: Mutex<State>,
    /// Counts its connects, so that a newer one ends an older one; also woken when it is forgotten.
    turn: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    subscriptions: Vec<Subscription>,
    /// When it was last last_response, on the org's clock.
    last_response: i64,
    /// Connects that wait.
    waiting: u32,
    forgotten: bool,
    connected: bool,
}

/// A connect that waits; the client counts as present while this lives.
#[derive(Debug)]
pub struct Waiting<'a> {
    client: &'a Client,
    turn: u64,
    now: &'a Clock,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.client.state();
        state.waiting = state.waiting.saturating_sub(1);
        state.last_response = self.now.now();
    }
}

impl Waiting<'_> {
    /// Returns whether this is still the client's newest connect, and the client is known.
    pub fn holds(&self) -> bool {
        *self.client.turn.borrow() == self.turn
    }
}

impl Client {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a connect; an older one that still waits ends.
    pub fn wait<'a>(&'a self, clock: &'a Clock) -> Waiting<'a> {
        let mut turn = 0;
        self.turn.send_modify(|newest| {
            *newest += 1;
            turn = *newest;
        });
        self.state().waiting += 1;
        Waiting {
            client: self,
            turn,
            now: clock,
        }
    }

    /// Comes true when a newer connect begins or the client is forgotten.
    pub fn woken(&self) -> watch::Receiver<u64> {
        self.turn.subscribe()
    }

    /// Returns whether the client was forgotten.
    #[must_use]
    pub fn is_forgotten(&self) -> bool {
        self.state().forgotten
    }

    /// Notes the first connect; says whether this is it.
    pub fn connects_first(&self) -> bool {
        !std::mem::replace(&mut self.state().connected, true)
    }

    /// Subscribes to a channel, or starts anew on it; says no if there are too many.
    pub fn subscribe(&self, channel: Channel, read: i64) -> bool {
        let mut state = self.state();
        state
            .subscriptions
            .retain(|known| known.channel.name != channel.name);
        if state.subscriptions.len() >= MAX_CHANNELS {
            return false;
        }
        state.subscriptions.push(Subscription { channel, read });
        true
    }

    /// Ends a subscription.
    pub fn unsubscribe(&self, channel: &str) {
        self.state()
            .subscriptions
            .retain(|known| known.channel.name != channel);
    }

    /// Returns whether the client is subscribed to this channel.
    #[must_use]
    pub fn is_subscribed(&self, channel: &str) -> bool {
        let state = self.state();
        state
            .subscriptions
            .iter()
            .any(|known| known.channel.name == channel)
    }

    /// Returns the next events for the client, each with the channel it comes over; they count as delivered.
    pub fn take(
        &self,
        connection: &Connection,
        now: i64,
    ) -> Result<Vec<(String, Event)>, ApiError> {
        let mut state = self.state();
        let subscriptions = &mut state.subscriptions;
        let Some(after) = subscriptions.iter().map(|it| it.read).min() else {
            return Ok(Vec::new());
        };
        let wanted = LogQuery {
            channels: subscriptions
                .iter()
                .flat_map(|it| it.channel.sources.iter().cloned())
                .collect(),
            all_changes: subscriptions.iter().any(|it| it.channel.all_changes),
            after,
            most: MAX_EVENTS,
        };
        let (events, mut read) = log::read(connection, &wanted, now)?;
        let mut taken = Vec::new();
        let mut bytes = 0;
        for event in events {
            bytes += event.body.len();
            if bytes > MAX_BYTES && !taken.is_empty() {
                read = event.replay - 1;
                break;
            }
            for to in subscriptions.iter().filter(|it| it.takes(&event)) {
                taken.push((to.channel.name.clone(), event.clone()));
            }
        }
        for subscription in subscriptions {
            subscription.read = subscription.read.max(read);
        }
        Ok(taken)
    }

    fn forget(&self) {
        self.state().forgotten = true;
        self.turn.send_modify(|turn| *turn += 1);
    }

    fn is_expired(&self, now: i64, expiry_ms: i64) -> bool {
        let state = self.state();
        state.waiting == 0 && now.saturating_sub(state.last_response) > expiry_ms
    }

    fn touch(&self, now: i64) {
        self.state().last_response = now;
    }
}

/// No more clients may connect: the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyClients(pub usize);

/// All clients, by id.
#[derive(Debug, Default)]
pub struct Clients(Mutex<HashMap<String, Arc<Client>>>);

impl Clients {
    fn by_id(&self) -> MutexGuard<'_, HashMap<String, Arc<Client>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns a new client of `user`; those whose time is up are forgotten first.
    ///
    /// # Errors
    /// There are as many as may be.
    pub fn add(
        &self,
        user: &str,
        browser: Option<&str>,
        now: i64,
        settings: &Settings,
    ) -> Result<Arc<Client>, TooManyClients> {
        let mut clients = self.by_id();
        clients.retain(|_, client| !client.is_expired(now, settings.expiry_ms));
        if clients.len() >= settings.clients {
            return Err(TooManyClients(settings.clients));
        }
        let client = Arc::new(Client {
            id: name(),
            browser: browser.map_or_else(name, str::to_owned),
            user: user.to_owned(),
            state: Mutex::new(State {
                subscriptions: Vec::new(),
                last_response: now,
                waiting: 0,
                forgotten: false,
                connected: false,
            }),
            turn: watch::Sender::new(0),
        });
        clients.insert(client.id.clone(), Arc::clone(&client));
        Ok(client)
    }

    /// Returns the client with this id, whose time starts anew; `None` if it is unknown or its time was up.
    #[must_use]
    pub fn find(&self, id: &str, now: i64, settings: &Settings) -> Option<Arc<Client>> {
        let mut clients = self.by_id();
        let client = clients.get(id)?;
        if client.is_expired(now, settings.expiry_ms) {
            clients.remove(id);
            return None;
        }
        client.touch(now);
        Some(Arc::clone(client))
    }

    /// Forgets a client.
    pub fn forget(&self, id: &str) {
        if let Some(client) = self.by_id().remove(id) {
            client.forget();
        }
    }

    /// Forgets all.
    pub fn forget_all(&self) {
        for (_, client) in self.by_id().drain() {
            client.forget();
        }
    }

    /// Returns how many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id().len()
    }

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Users of the clients that are subscribed to a channel, each once.
    #[must_use]
    pub fn users_of(&self, channel: &str) -> Vec<String> {
        let mut users: Vec<String> = self
            .by_id()
            .values()
            .filter(|client| client.is_subscribed(channel))
            .map(|client| client.user.clone())
            .collect();
        users.sort();
        users.dedup();
        users
    }
}

/// Letters and digits, as Salesforce's client ids.
fn name() -> String {
    random_token(24)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_lowercase()
}
