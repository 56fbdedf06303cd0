//! One CometD client: it does the handshake, subscribes to channels, and waits for events with one request at a time.
//!
//! An answer that is lost takes its events with it, for the server has forgotten them by then. So after any failure the client
//! is dropped, and another one subscribes from the last event that was delivered.

use super::bayeux::{self, BayeuxMessage, HANDSHAKE, MAX_INTERVAL_MS, SUBSCRIBE, Subscribe};
use super::client_error::ClientError;
use super::connect::Waiting;
use super::cookies::Cookies;
use super::cursor::{Position, ReplayCursor};
use super::filter::EventFilter;
use super::gap::{self, LostChannel};
use super::quiet::QuietChannel;
use crate::triggers::server_time;
use salesforce_client::client::{Client, Request};
use salesforce_client::exchange::{self, Idempotency, Reply};
use salesforce_client::retry::retry_after_ms;
use salesforce_client::transport::{HttpRequest, Method};
use salesforce_contract::bindings::exports::salesforce::connector::connection::Session;
use salesforce_contract::bindings::exports::salesforce::connector::events::LostPolicy;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::message::Message;
use std::collections::{BTreeMap, VecDeque};

/// How long a handshake and a subscription may take, whatever the poll's own time.
const OPEN_MS: u64 = 15_000;

/// How long the answer to a disconnect is waited for, in milliseconds.
const DISCONNECT_MS: u64 = 1_000;

/// The first API version whose path needs no `replay` (Streaming API Developer Guide, "Message Durability": 37.0).
const REPLAY_VERSION: u16 = 37;

/// What was received and has not been dealt with.
pub struct Item {
    /// Its channel.
    pub channel: String,
    /// What it is.
    pub content: Content,
    /// Where the channel continues afterwards, where that is known.
    pub position: Option<Position>,
}

/// What was received.
pub enum Content {
    /// An event, or the report of a gap, that waits to be delivered.
    Message(Message),
    /// So many events that the filter excludes.
    PassedOver(u64),
}

/// A client that has subscribed.
pub struct BayeuxClient {
    pub(super) id: String,
    number: u64,
    path: String,
    cookies: Cookies,
    /// Whether the server sends events again.
    replays: bool,
    pub(super) waiting: Option<Waiting>,
    /// How long the server holds a connect.
    pub(super) hold_ms: u64,
    /// When the next connect may be sent, by the monotonic clock.
    pub(super) not_before_ms: u64,
    /// The advice that holds until there is another.
    pub(super) reconnect: Option<String>,
    /// How many connects in a row were answered at once and without an event.
    pub(super) idle: u32,
    /// What decides which events are delivered.
    pub(super) filter: Option<EventFilter>,
    /// What was received and not delivered.
    pub queue: VecDeque<Item>,
    /// How far events have been delivered.
    pub cursor: ReplayCursor,
    /// Before when events are older than the subscription, by channels that replay and have brought none newer yet.
    pub(super) older: BTreeMap<String, i64>,
}

impl BayeuxClient {
    /// Does the handshake and subscribes to the channels of a cursor.
    pub fn open(
        client: &Client,
        session: &Session,
        cursor: &ReplayCursor,
        lost: LostPolicy,
        filter: Option<EventFilter>,
    ) -> Result<Self, ClientError> {
        let version = client.version()?;
        let replay = if version.0 < REPLAY_VERSION {
            "replay/"
        } else {
            ""
        };
        let mut subscriber = Self {
            id: String::new(),
            number: 0,
            path: format!("/cometd/{replay}{version}"),
            cookies: Cookies::default(),
            replays: false,
            waiting: None,
            hold_ms: MAX_INTERVAL_MS,
            not_before_ms: 0,
            reconnect: None,
            idle: 0,
            filter,
            queue: VecDeque::new(),
            cursor: cursor.clone(),
            older: BTreeMap::new(),
        };
        let now_ms = subscriber.handshake(client, session)?;
        subscriber.subscribe(client, session, lost, now_ms)?;
        Ok(subscriber)
    }

    /// Does the handshake; returns the org's time.
    fn handshake(&mut self, client: &Client, session: &Session) -> Result<i64, ClientError> {
        let body = bayeux::handshake(self.next_number()).to_string();
        let (messages, now_ms) = self.exchange(client, session, &body)?;
        let answer = messages
            .iter()
            .find(|one| one.channel == HANDSHAKE)
            .ok_or_else(|| {
                ClientError::malformed("The answer to the handshake says nothing of it".into())
            })?;
        if answer.is_refused() {
            return Err(ClientError::from_refusal("The handshake", answer, None));
        }
        self.id = answer
            .client_id
            .clone()
            .ok_or_else(|| Fault::protocol("The answer to the handshake names no client"))?;
        self.replays = answer.replays();
        self.apply_advice(client, &messages);
        Ok(now_ms)
    }

    /// Subscribes to all channels; as the policy says, what cannot continue where it stood begins anew after the report of its gap.
    fn subscribe(
        &mut self,
        client: &Client,
        session: &Session,
        policy: LostPolicy,
        now_ms: i64,
    ) -> Result<(), ClientError> {
        let mut lost = self.expired(now_ms);
        let names = |lost: &[LostChannel]| -> Vec<String> {
            lost.iter().map(|lost| lost.channel.clone()).collect()
        };
        let mut channels: Vec<String> = self.cursor.positions.keys().cloned().collect();
        let expired = names(&lost);
        channels.retain(|channel| !expired.contains(channel));
        lost.extend(self.request_channels(client, session, &channels)?);
        let (resumed, at) = match policy {
            _ if lost.is_empty() => return Ok(()),
            LostPolicy::Fail => return Err(ClientError::Fatal(gap::fault(&lost))),
            LostPolicy::Latest => ("latest", Position::Latest),
            LostPolicy::Earliest => ("earliest", Position::Earliest),
        };
        let before = self.cursor.clone();
        for lost in &lost {
            self.cursor
                .positions
                .insert(lost.channel.clone(), at.clone());
        }
        let received = std::mem::take(&mut self.queue);
        let again = self.request_channels(client, session, &names(&lost))?;
        if !again.is_empty() {
            return Err(ClientError::Fatal(gap::fault(&again)));
        }
        let later = std::mem::replace(&mut self.queue, received);
        for lost in &lost {
            self.queue_gap(lost, &before, resumed);
        }
        self.queue.extend(later);
        Ok(())
    }

    /// The channels of which events may be gone although Salesforce would not say so.
    fn expired(&self, now_ms: i64) -> Vec<LostChannel> {
        let channels = self.cursor.positions.iter();
        let expired = channels.filter_map(|(channel, at)| match at {
            Position::Since(quiet) if self.replays => {
                let bounds = quiet.expired_gap(channel, now_ms)?;
                let because = "Salesforce keeps events for a limited time";
                Some(LostChannel::within(channel, bounds, because))
            }
            Position::Since(quiet) => {
                let bounds = quiet.gap_without_replay(now_ms);
                Some(LostChannel::within(
                    channel,
                    bounds,
                    "the org does not replay events",
                ))
            }
            Position::Id(_) if !self.replays => Some(LostChannel::refused(
                channel,
                "the org does not replay events",
            )),
            Position::Id(_) | Position::Latest | Position::Earliest => None,
        });
        expired.collect()
    }

    /// Queues the report of a gap among the events. Until it is delivered the channel's position stays what it was.
    fn queue_gap(&mut self, lost: &LostChannel, before: &ReplayCursor, resumed: &str) {
        let stood = before
            .positions
            .get(&lost.channel)
            .cloned()
            .unwrap_or(Position::Latest);
        let message = lost.message(&stood, resumed);
        let position = self.cursor.positions.insert(lost.channel.clone(), stood);
        self.queue.push_back(Item {
            channel: lost.channel.clone(),
            content: Content::Message(message),
            position,
        });
    }

    /// Subscribes to channels; returns those whose replay id leads nowhere.
    fn request_channels(
        &mut self,
        client: &Client,
        session: &Session,
        channels: &[String],
    ) -> Result<Vec<LostChannel>, ClientError> {
        if channels.is_empty() {
            return Ok(Vec::new());
        }
        let mut requests = Vec::new();
        for channel in channels {
            let id = self
                .cursor
                .positions
                .get(channel)
                .map_or("", Position::replay_id);
            self.number += 1;
            let message = Subscribe::to(self.number, &self.id, channel, id).map_err(unwritable)?;
            requests.push(serde_json::to_string(&message).map_err(unwritable)?);
        }
        let (messages, now_ms) =
            self.exchange(client, session, &format!("[{}]", requests.join(",")))?;
        let answers: Vec<&BayeuxMessage> = messages
            .iter()
            .filter(|one| one.channel == SUBSCRIBE)
            .collect();
        let mut gone = Vec::new();
        for (at, channel) in channels.iter().enumerate() {
            let own = answers.iter().find(|one| is_about(one, channel));
            let answer = own.or_else(|| answers.get(at)).ok_or_else(|| {
                ClientError::malformed(format!(
                    "The answer to the subscription says nothing of {channel}"
                ))
            })?;
            if answer.is_replay_id_invalid() {
                gone.push(LostChannel::refused(channel, answer.upstream_error()));
            } else if answer.is_refused() {
                let what = format!("The subscription to {channel}");
                return Err(ClientError::from_refusal(&what, answer, None));
            } else {
                self.mark_subscribed(channel, now_ms);
            }
        }
        self.apply_advice(client, &messages);
        self.receive(messages);
        Ok(gone)
    }

    /// Records from when on a channel is subscribed to.
    fn mark_subscribed(&mut self, channel: &str, now_ms: i64) {
        let Some(at) = self.cursor.positions.get_mut(channel) else {
            return;
        };
        match at {
            Position::Latest => *at = Position::Since(QuietChannel::new(now_ms)),
            Position::Earliest => *at = Position::Since(QuietChannel::with_everything_kept(now_ms)),
            Position::Since(quiet) => {
                self.older.insert(channel.to_owned(), quiet.from);
            }
            Position::Id(_) => {}
        }
    }

    /// Sends a message and waits for its answer; returns the org's time when it was sent, too: whatever comes to be after it belongs
    /// to the subscription.
    fn exchange(
        &mut self,
        client: &Client,
        session: &Session,
        body: &str,
    ) -> Result<(Vec<BayeuxMessage>, i64), ClientError> {
        let clock = &client.context().clock;
        let began_ms = clock.monotonic_ms();
        let request = self.request(client, session, body)?;
        let transport = &client.context().transport;
        let mut pending = transport
            .start(&request)
            .map_err(|error| ClientError::from_transport(&error))?;
        if !pending.ready_within(OPEN_MS) {
            let fault = Fault::new(
                FaultKind::Timeout,
                "Salesforce did not answer a client's handshake or subscription in time",
            );
            return Err(ClientError::Retry(fault, 0));
        }
        let reply =
            exchange::receive(pending).map_err(|error| ClientError::from_transport(&error))?;
        let elapsed_ms = clock.monotonic_ms().saturating_sub(began_ms);
        let now_ms = server_time::asked_ms(client, &reply, elapsed_ms);
        Ok((self.read(client, reply)?, now_ms))
    }

    pub(super) fn request(
        &self,
        client: &Client,
        session: &Session,
        body: &str,
    ) -> Result<HttpRequest, ClientError> {
        let mut call = Request::write(
            Method::Post,
            self.path.clone(),
            Idempotency::NonIdempotent,
            "application/json;charset=UTF-8",
            body.as_bytes(),
        );
        if let Some(cookies) = self.cookies.header() {
            call = call.with_header("cookie", &cookies);
        }
        Ok(client.request_as(&call, session))
    }

    /// The messages of an answer.
    pub(super) fn read(
        &mut self,
        client: &Client,
        reply: Reply,
    ) -> Result<Vec<BayeuxMessage>, ClientError> {
        self.cookies.note(&reply);
        if reply.status == 200 {
            return BayeuxMessage::parse(&reply.body).map_err(|error| {
                ClientError::malformed(format!(
                    "The answer is not one of the Bayeux protocol: {error}"
                ))
            });
        }
        let now_ms = client.context().clock.unix_ms();
        let asked_ms = reply
            .header("retry-after")
            .and_then(|value| retry_after_ms(value, now_ms));
        let pause_ms = asked_ms.unwrap_or(0).min(MAX_INTERVAL_MS);
        Err(ClientError::from_status(
            reply.status,
            &reply.body,
            pause_ms,
        ))
    }

    /// Ends the subscription, without waiting for an answer: a client that stays counts against the org's limit until it is forgotten.
    pub fn disconnect(mut self, client: &Client, session: &Session) {
        self.waiting = None;
        let body = bayeux::disconnect(self.next_number(), &self.id).to_string();
        if let Ok(request) = self.request(client, session, &body)
            && let Ok(mut pending) = client.context().transport.start(&request)
        {
            pending.ready_within(DISCONNECT_MS);
        }
    }

    pub(super) fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }
}

fn is_about(message: &BayeuxMessage, channel: &str) -> bool {
    message.subscription.as_ref().and_then(|name| name.as_str()) == Some(channel)
}

fn unwritable(error: serde_json::Error) -> ClientError {
    ClientError::Fatal(Fault::protocol(format!(
        "The subscription cannot be written: {error}"
    )))
}
