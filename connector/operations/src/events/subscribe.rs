//! What a poll does: it resumes the client that waits, or has another one subscribe where the checkpoint says.

use super::bayeux_client::BayeuxClient;
use super::client_error::ClientError;
use super::cursor::ReplayCursor;
use super::filter::EventFilter;
use super::subscriptions::Subscriptions;
use salesforce_client::client::Client;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::message::bounded;
use salesforce_contract::message::{Batch, Message};

use salesforce_contract::bindings::exports::salesforce::connector::connection::Session;
use salesforce_contract::bindings::exports::salesforce::connector::events::{
    LostPolicy, SubscribeConfig,
};
use salesforce_contract::bindings::{Fault, FaultKind};

/// Events of one batch unless the config says otherwise.
const USUAL_BATCH: u16 = 500;

/// Clients that one poll may begin; after that its caller waits.
const MAX_CLIENTS: u32 = 4;

/// Returns the next events, waiting up to `wait_ms` milliseconds for them.
pub fn subscribe(
    client: &Client,
    config: &SubscribeConfig,
    checkpoint: Option<&str>,
    wait_ms: u32,
) -> Result<Batch, Fault> {
    let cursor = ReplayCursor::new(config, checkpoint)?;
    let filter = EventFilter::parse(config)?;
    let clock = &client.context().clock;
    let mut poll = Poll {
        client,
        lost: config.lost.unwrap_or(LostPolicy::Fail),
        filter,
        until_ms: clock.monotonic_ms().saturating_add(u64::from(wait_ms)),
        session: client.session()?,
        opened: 0,
        renewed: false,
        begins: cursor.has_latest(),
        cursor,
    };
    let key = key(client, config)?;
    let subscriptions = client.context().cache::<Subscriptions>();
    let subscriber = subscriptions.take(&key);
    let mut subscriber = poll.run(subscriber)?;
    let size = usize::from(config.batch_size.unwrap_or(USUAL_BATCH)).max(1);
    let messages = deliver(
        &mut subscriber,
        size,
        &client.metadata(client.known_usage()),
    );
    let checkpoint = subscriber.cursor.write()?;
    subscriptions.keep(key, subscriber);
    Ok(Batch {
        more: !messages.is_empty() || poll.begins,
        messages,
        checkpoint,
    })
}

/// What tells subscriptions apart.
fn key(client: &Client, config: &SubscribeConfig) -> Result<String, Fault> {
    let config =
        serde_json::to_string(config).map_err(|error| Fault::protocol(error.to_string()))?;
    Ok(format!("{} {config}", client.settings().session_key()))
}

/// Takes messages off a client's queue; its cursor is then after them, and after what is passed over behind them.
fn deliver(subscriber: &mut BayeuxClient, size: usize, told: &Metadata) -> Vec<Message> {
    let mut messages = Vec::new();
    while subscriber.has_messages() && messages.len() < size {
        let first = subscriber.queue.pop_front();
        if let Some(mut message) = first.and_then(|item| subscriber.finish(item)) {
            message.metadata.usage = told.usage;
            message.metadata.session_renewed = told.session_renewed;
            messages.push(message);
        }
    }
    messages
}

struct Poll<'a> {
    client: &'a Client,
    lost: LostPolicy,
    filter: Option<EventFilter>,
    /// When the poll has to be over, by the monotonic clock.
    until_ms: u64,
    session: Session,
    /// Clients that were begun before the one at hand.
    opened: u32,
    /// Whether the session is one that the org has not taken yet.
    renewed: bool,
    /// Whether it is this poll that says what "now" is. Until its checkpoint is kept, events would be lost with the client: so it
    /// returns at once.
    begins: bool,
    /// What the host has handled.
    cursor: ReplayCursor,
}

impl Poll<'_> {
    /// Returns a client that has events, or none although the time is over.
    fn run(&mut self, subscriber: Option<BayeuxClient>) -> Result<BayeuxClient, Fault> {
        let mut subscriber = self.matching(subscriber);
        loop {
            let error = match subscriber.take() {
                Some(live) if self.begins => return Ok(live),
                Some(mut live) => match self.listen(&mut live) {
                    Ok(()) => return Ok(live),
                    Err(error) => {
                        // What it passed over need not come again.
                        self.cursor = live.cursor;
                        error
                    }
                },
                None => {
                    let filter = self.filter.clone();
                    let opened = BayeuxClient::open(
                        self.client,
                        &self.session,
                        &self.cursor,
                        self.lost,
                        filter,
                    );
                    match opened {
                        Ok(opened) => {
                            // What was latest is from now on a time, also for the client that replaces this one.
                            self.cursor = opened.cursor.clone();
                            // The org has taken the session: should it end again, that is another end.
                            self.renewed = false;
                            subscriber = Some(opened);
                            continue;
                        }
                        Err(error) => error,
                    }
                }
            };
            self.recover(error)?;
        }
    }

    /// The client, if it has delivered exactly what the host has handled.
    fn matching(&self, subscriber: Option<BayeuxClient>) -> Option<BayeuxClient> {
        let subscriber = subscriber?;
        if subscriber.cursor == self.cursor {
            return Some(subscriber);
        }
        subscriber.disconnect(self.client, &self.session);
        None
    }

    fn listen(&self, subscriber: &mut BayeuxClient) -> Result<(), ClientError> {
        loop {
            if subscriber.has_messages() {
                return Ok(());
            }
            let waited = subscriber.wait(self.client, &self.session, self.left_ms())?;
            if !waited && self.left_ms() == 0 {
                return Ok(());
            }
        }
    }

    /// Prepares for another client, or says why there is none.
    fn recover(&mut self, error: ClientError) -> Result<(), Fault> {
        match error {
            ClientError::Fatal(fault) => return Err(self.with_attempts(fault)),
            ClientError::Session(fault) if self.renewed || self.opened + 1 >= MAX_CLIENTS => {
                return Err(self.with_attempts(fault));
            }
            ClientError::Session(_) => {
                self.renewed = true;
                self.session = self.client.session_after(&self.session)?;
            }
            ClientError::Retry(fault, interval_ms) => {
                let backoff = self.client.settings().retry.backoff();
                let backoff_ms = backoff.pause_ms(self.opened);
                let pause_ms = if self.opened == 0 {
                    interval_ms
                } else {
                    interval_ms.max(backoff_ms)
                };
                if self.opened + 1 >= MAX_CLIENTS || pause_ms > self.left_ms() {
                    return Err(transient(fault, pause_ms));
                }
                self.client.context().clock.sleep_ms(pause_ms);
            }
        }
        self.opened += 1;
        Ok(())
    }

    /// The fault with how many clients were tried, where it is an answer to one of them.
    fn with_attempts(&self, fault: Fault) -> Fault {
        let was_answered = fault.status.is_some() || fault.attempts > 0;
        let tried = if was_answered { self.opened + 1 } else { 0 };
        Fault {
            attempts: fault.attempts.max(tried),
            ..fault
        }
    }

    fn left_ms(&self) -> u64 {
        self.until_ms
            .saturating_sub(self.client.context().clock.monotonic_ms())
    }
}

/// A fault that passes: the caller polls again.
fn transient(fault: Fault, pause_ms: u64) -> Fault {
    let kind = match fault.kind {
        FaultKind::LimitExceeded => FaultKind::LimitExceeded,
        FaultKind::Timeout => FaultKind::Timeout,
        _ => FaultKind::Unavailable,
    };
    Fault {
        kind,
        retry_after_ms: Some(bounded(pause_ms)),
        attempts: MAX_CLIENTS,
        ..fault
    }
}
