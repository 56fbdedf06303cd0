//! How a client waits for events, and queues them.

use super::bayeux::{self, BayeuxMessage, CONNECT};
use super::bayeux_client::{BayeuxClient, Content, Item};
use super::client_error::ClientError;
use super::cursor::{Position, is_id};
use super::document::{self, Received};
use super::filter::Verdict;
use crate::triggers::server_time;
use salesforce_client::client::Client;
use salesforce_client::exchange;
use salesforce_client::retry::Backoff;
use salesforce_client::transport::Pending;
use salesforce_contract::bindings::exports::salesforce::connector::connection::Session;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::message::Message;
use serde_json::value::RawValue;

/// How much longer than it holds a connect the server may take to answer; after that it is taken to be silent.
const SILENCE_MARGIN_MS: u64 = 15_000;

/// A connect that is answered sooner, without an event, was not held. Salesforce does not hold the first of a client.
const HELD_MS: u64 = 1_000;

/// The pauses after the second answer in a row that was not held, and after each further one. Salesforce forgets a client that does not
/// connect for 40 seconds (Streaming API Developer Guide, "Streaming API Limits").
const IDLE: Backoff = Backoff {
    first_ms: 250,
    max_ms: 30_000,
};

/// Name of the attribute with the number of events that were passed over before a message.
const PASSED_OVER: &str = "passed-over";

/// A connect that was sent.
pub struct Waiting {
    pending: Box<dyn Pending>,
    started_ms: u64,
}

impl BayeuxClient {
    /// Waits up to so many milliseconds for events; true when an answer has come.
    pub fn wait(
        &mut self,
        client: &Client,
        session: &Session,
        wait_ms: u64,
    ) -> Result<bool, ClientError> {
        let clock = &client.context().clock;
        let now_ms = clock.monotonic_ms();
        let Some(waiting) = &mut self.waiting else {
            let pause_ms = self.not_before_ms.saturating_sub(now_ms);
            if pause_ms > 0 {
                clock.sleep_ms(pause_ms.min(wait_ms));
                return Ok(false);
            }
            self.send_connect(client, session, now_ms)?;
            return Ok(false);
        };
        let remaining_ms =
            (waiting.started_ms + self.hold_ms + SILENCE_MARGIN_MS).saturating_sub(now_ms);
        if waiting.pending.ready_within(wait_ms.min(remaining_ms)) {
            return self.answered(client).map(|()| true);
        }
        if wait_ms < remaining_ms {
            return Ok(false);
        }
        let fault = Fault::new(
            FaultKind::Timeout,
            "Salesforce has not answered in its own time",
        );
        Err(ClientError::Retry(fault, 0))
    }

    fn send_connect(
        &mut self,
        client: &Client,
        session: &Session,
        now_ms: u64,
    ) -> Result<(), ClientError> {
        let body = bayeux::connect(self.next_number(), &self.id).to_string();
        let mut request = self.request(client, session, &body)?;
        let held_ms = u32::try_from(self.hold_ms + SILENCE_MARGIN_MS).unwrap_or(u32::MAX);
        request.timeouts.first_byte_ms = request.timeouts.first_byte_ms.max(held_ms);
        let transport = &client.context().transport;
        let pending = transport
            .start(&request)
            .map_err(|error| ClientError::from_transport(&error))?;
        self.waiting = Some(Waiting {
            pending,
            started_ms: now_ms,
        });
        Ok(())
    }

    /// Reads the answer to a connect.
    fn answered(&mut self, client: &Client) -> Result<(), ClientError> {
        let Some(waiting) = self.waiting.take() else {
            return Ok(());
        };
        let reply = exchange::receive(waiting.pending)
            .map_err(|error| ClientError::from_transport(&error))?;
        let now_ms = server_time::asked_ms(client, &reply, 0);
        let messages = self.read(client, reply)?;
        let failure = self.failure(&messages);
        let has_events = messages.iter().any(|one| one.data.is_some());
        self.apply_advice(client, &messages);
        self.receive(messages);
        match failure {
            // What came with the bad news is delivered first; the next connect tells the news again.
            Some(error) if !self.has_messages() => return Err(error),
            Some(_) => {}
            None => self.mark_heard(now_ms),
        }
        let clock_ms = client.context().clock.monotonic_ms();
        let held_ms = clock_ms.saturating_sub(waiting.started_ms);
        self.back_off(clock_ms, held_ms, has_events);
        Ok(())
    }

    /// Why there must be another client, if so. Where a refusal brings no advice, the last that came holds, and without any a client
    /// connects again (Bayeux 1.0, "Advice").
    fn failure(&self, messages: &[BayeuxMessage]) -> Option<ClientError> {
        let answer = messages.iter().find(|one| one.channel == CONNECT)?;
        if answer.is_refused() || answer.wants_handshake() {
            let standing = self.reconnect.as_deref().unwrap_or("retry");
            return Some(ClientError::from_refusal(
                "Waiting for events",
                answer,
                Some(standing),
            ));
        }
        let advice = answer.advice.as_ref()?;
        (advice.reconnect.as_deref() == Some("none"))
            .then(|| ClientError::disconnected(advice.interval_ms()))
    }

    /// Applies the advice of messages: what comes last holds.
    pub(super) fn apply_advice(&mut self, client: &Client, messages: &[BayeuxMessage]) {
        for advice in messages.iter().filter_map(|one| one.advice.as_ref()) {
            self.not_before_ms = client.context().clock.monotonic_ms() + advice.interval_ms();
            self.hold_ms = advice.hold_ms().unwrap_or(self.hold_ms);
            if advice.reconnect.is_some() {
                self.reconnect.clone_from(&advice.reconnect);
            }
        }
    }

    /// Bounds how often a server is asked that answers at once and has nothing.
    fn back_off(&mut self, now_ms: u64, held_ms: u64, has_events: bool) {
        if has_events || held_ms >= HELD_MS {
            self.idle = 0;
            return;
        }
        self.idle += 1;
        if let Some(times) = self.idle.checked_sub(2) {
            let pause_ms = IDLE.pause_ms(times);
            self.not_before_ms = self.not_before_ms.max(now_ms + pause_ms);
        }
    }

    /// Records that quiet channels were listened to until this time.
    fn mark_heard(&mut self, now_ms: i64) {
        for at in self.cursor.positions.values_mut() {
            if let Position::Since(quiet) = at {
                quiet.mark_heard(now_ms);
            }
        }
    }

    /// Queues the events among messages.
    pub(super) fn receive(&mut self, messages: Vec<BayeuxMessage>) {
        for one in messages {
            if let Some(data) = &one.data {
                let item = self.item(&one.channel, data);
                self.queue.extend(item);
            }
        }
    }

    /// Tells whether there is something to deliver. Events that are passed over are dealt with as soon as nothing before them waits.
    pub(super) fn has_messages(&mut self) -> bool {
        while let Some(first) = self.queue.pop_front() {
            if let Content::Message(_) = first.content {
                self.queue.push_front(first);
                return true;
            }
            self.finish(first);
        }
        false
    }

    /// Takes an item off the queue for good: its channel continues behind it. Returns its message.
    pub(super) fn finish(&mut self, item: Item) -> Option<Message> {
        if let Some(position) = item.position {
            self.cursor.positions.insert(item.channel.clone(), position);
        }
        match item.content {
            Content::Message(mut message) => {
                let count = self.cursor.passed_over.remove(&item.channel);
                let count = count.map(|count| (PASSED_OVER.to_owned(), count.to_string()));
                message.metadata.extras.extend(count);
                Some(message)
            }
            Content::PassedOver(count) => {
                *self.cursor.passed_over.entry(item.channel).or_default() += count;
                None
            }
        }
    }

    /// An event to deliver, unless it is older than the subscription.
    fn item(&mut self, channel: &str, data: &RawValue) -> Option<Item> {
        let asked = self.subscribed_channel(channel).map(str::to_owned);
        let Received {
            message,
            replay_id,
            created_ms,
        } = document::receive(asked.as_deref().unwrap_or(channel), data);
        // An id that cannot be subscribed after is no position: the event comes again after a break, under the same event-id.
        let id = replay_id.filter(|id| is_id(id));
        if let Some(asked) = &asked
            && self.is_older(asked, created_ms)
        {
            self.pass_over(asked, id);
            return None;
        }
        // Events of a channel that was not asked for have no place in the checkpoint that could move on behind them.
        let filter = self.filter.as_ref().filter(|_| asked.is_some());
        let content = match filter.map(|filter| filter.judge(data)) {
            Some(Verdict::PassOver) => Content::PassedOver(1),
            Some(Verdict::Undecided) => Content::Message(undecided(message)),
            Some(Verdict::Deliver) | None => Content::Message(message),
        };
        Some(Item {
            position: id.filter(|_| asked.is_some()).map(Position::Id),
            channel: asked.unwrap_or_else(|| channel.to_owned()),
            content,
        })
    }

    /// Whether a replayed event came to be before its channel was subscribed to. Events come in the order in which they were
    /// published: behind the first that counts all count, whatever their time.
    fn is_older(&mut self, channel: &str, created_ms: Option<i64>) -> bool {
        let before = self.older.get(channel).copied();
        let older = before
            .zip(created_ms)
            .is_some_and(|(before, created)| created < before);
        if !older {
            self.older.remove(channel);
        }
        older
    }

    fn pass_over(&mut self, channel: &str, id: Option<String>) {
        if let Some(Position::Since(quiet)) = self.cursor.positions.get_mut(channel) {
            quiet.passed = id.or_else(|| quiet.passed.take());
        }
    }

    /// The channel as it was asked for: PushTopics with a filter (`/topic/T?Name='x'`) come under one name or the other.
    fn subscribed_channel(&self, channel: &str) -> Option<&str> {
        let bare = |name: &str| name.split('?').next().map(str::to_owned);
        let mut names = self.cursor.positions.keys();
        let exact = names.clone().find(|name| *name == channel);
        let found = exact.or_else(|| names.find(|name| bare(name) == bare(channel)));
        let only = (self.cursor.positions.len() == 1).then(|| self.cursor.positions.keys().next());
        found.or_else(|| only.flatten()).map(String::as_str)
    }
}

/// Marks an event of which the filter cannot tell whether it matches.
fn undecided(mut message: Message) -> Message {
    let mark = ("filter".to_owned(), "undecided".to_owned());
    message.metadata.extras.push(mark);
    message
}
