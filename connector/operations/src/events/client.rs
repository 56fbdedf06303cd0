//! One CometD client: it introduces itself, asks for channels, and waits for events with one request at a time.
//!
//! An answer that is lost takes its events with it, for the server has forgotten them by then. So after any failure the client
//! is given up, and another one subscribes from the last event that was handed out.

use super::bayeux::{self, HANDSHAKE, MAX_INTERVAL_MS, SUBSCRIBE, Said, Subscribe};
use super::connect::Waiting;
use super::cookies::Cookies;
use super::gap::{self, Lost};
use super::place::{At, Place};
use super::quiet::Quiet;
use super::refusal::{self, Broken, refused};
use crate::triggers::server_time;
use salesforce_client::exchange::{self, Nature, Reply};
use salesforce_client::org::{Call, Org};
use salesforce_client::retry::retry_after_ms;
use salesforce_client::transport::{Method, Request};
use salesforce_contract::bindings::exports::salesforce::connector::connection::Session;
use salesforce_contract::bindings::exports::salesforce::connector::events::LostPolicy;
use salesforce_contract::bindings::{Fault, FaultKind, Message};
use std::collections::{BTreeMap, VecDeque};

/// How long a client may take to introduce itself and to subscribe, whatever the poll's own time.
const OPEN_MS: u64 = 15_000;

/// How long a leave is waited for, in milliseconds.
const LEAVE_MS: u64 = 1_000;

/// The first API version whose path needs no `replay` (Streaming API Developer Guide, "Message Durability": 37.0).
const REPLAY_VERSION: u16 = 37;

/// An event, or the word of a gap, that waits to be handed out.
pub struct Item {
    /// What is handed out.
    pub message: Message,
    /// Its channel, and where that goes on afterwards.
    pub reached: Option<(String, At)>,
}

/// A client that has subscribed.
pub struct Client {
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
    /// What was received and not handed out.
    pub items: VecDeque<Item>,
    /// What has been handed out.
    pub place: Place,
    /// Before when events are older than the subscription, by channels that replay and have brought none newer yet.
    pub(super) older: BTreeMap<String, i64>,
}

impl Client {
    /// Introduces a client and subscribes to the channels of a place.
    pub fn open(
        org: &Org,
        session: &Session,
        place: &Place,
        lost: LostPolicy,
    ) -> Result<Self, Broken> {
        let version = org.version()?;
        let replay = if version.0 < REPLAY_VERSION {
            "replay/"
        } else {
            ""
        };
        let mut client = Self {
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
            items: VecDeque::new(),
            place: place.clone(),
            older: BTreeMap::new(),
        };
        let now_ms = client.introduce(org, session)?;
        client.subscribe(org, session, lost, now_ms)?;
        Ok(client)
    }

    /// Introduces the client; returns the org's time.
    fn introduce(&mut self, org: &Org, session: &Session) -> Result<i64, Broken> {
        let body = bayeux::handshake(self.next_number()).to_string();
        let (said, now_ms) = self.ask(org, session, &body)?;
        let answer = said
            .iter()
            .find(|one| one.channel == HANDSHAKE)
            .ok_or_else(|| refusal::odd("The answer to the handshake says nothing of it".into()))?;
        if answer.is_refused() {
            return Err(refused("The handshake", answer, None));
        }
        self.id = answer
            .client_id
            .clone()
            .ok_or_else(|| Fault::protocol("The answer to the handshake names no client"))?;
        self.replays = answer.replays();
        self.heed(org, &said);
        Ok(now_ms)
    }

    /// Asks for all channels; as the policy says, what cannot go on where it stood begins anew after the word of its gap.
    fn subscribe(
        &mut self,
        org: &Org,
        session: &Session,
        policy: LostPolicy,
        now_ms: i64,
    ) -> Result<(), Broken> {
        let mut lost = self.expired(now_ms);
        let names = |lost: &[Lost]| -> Vec<String> {
            lost.iter().map(|lost| lost.channel.clone()).collect()
        };
        let mut channels: Vec<String> = self.place.at.keys().cloned().collect();
        let expired = names(&lost);
        channels.retain(|channel| !expired.contains(channel));
        lost.extend(self.ask_for(org, session, &channels)?);
        let (resumed, at) = match policy {
            _ if lost.is_empty() => return Ok(()),
            LostPolicy::Fail => return Err(Broken::Fatal(gap::fault(&lost))),
            LostPolicy::Latest => ("latest", At::Latest),
            LostPolicy::Earliest => ("earliest", At::Earliest),
        };
        let before = self.place.clone();
        for lost in &lost {
            self.place.at.insert(lost.channel.clone(), at.clone());
        }
        let items = std::mem::take(&mut self.items);
        let again = self.ask_for(org, session, &names(&lost))?;
        if !again.is_empty() {
            return Err(Broken::Fatal(gap::fault(&again)));
        }
        let later = std::mem::replace(&mut self.items, items);
        for lost in &lost {
            self.note_gap(lost, &before, resumed);
        }
        self.items.extend(later);
        Ok(())
    }

    /// The channels of which events may be gone although Salesforce would not say so.
    fn expired(&self, now_ms: i64) -> Vec<Lost> {
        let channels = self.place.at.iter();
        let expired = channels.filter_map(|(channel, at)| match at {
            At::Since(quiet) if self.replays => {
                let bounds = quiet.gap(channel, now_ms)?;
                let because = "Salesforce keeps events for a limited time";
                Some(Lost::within(channel, bounds, because))
            }
            At::Since(quiet) => {
                let bounds = quiet.unheard(now_ms);
                Some(Lost::within(
                    channel,
                    bounds,
                    "the org does not replay events",
                ))
            }
            At::Id(_) if !self.replays => {
                Some(Lost::refused(channel, "the org does not replay events"))
            }
            At::Id(_) | At::Latest | At::Earliest => None,
        });
        expired.collect()
    }

    /// Puts the word of a gap among the events. Until it is handed out the channel's place stays what it was.
    fn note_gap(&mut self, lost: &Lost, before: &Place, resumed: &str) {
        let stood = before.at.get(&lost.channel).cloned().unwrap_or(At::Latest);
        let message = lost.message(&stood, resumed);
        let reached = self.place.at.insert(lost.channel.clone(), stood);
        self.items.push_back(Item {
            message,
            reached: reached.map(|at| (lost.channel.clone(), at)),
        });
    }

    /// Asks for channels; returns those whose replay id leads nowhere.
    fn ask_for(
        &mut self,
        org: &Org,
        session: &Session,
        channels: &[String],
    ) -> Result<Vec<Lost>, Broken> {
        if channels.is_empty() {
            return Ok(Vec::new());
        }
        let mut messages = Vec::new();
        for channel in channels {
            let id = self.place.at.get(channel).map_or("", At::replay_id);
            self.number += 1;
            let message = Subscribe::to(self.number, &self.id, channel, id).map_err(unwritable)?;
            messages.push(serde_json::to_string(&message).map_err(unwritable)?);
        }
        let (said, now_ms) = self.ask(org, session, &format!("[{}]", messages.join(",")))?;
        let answers: Vec<&Said> = said.iter().filter(|one| one.channel == SUBSCRIBE).collect();
        let mut gone = Vec::new();
        for (at, channel) in channels.iter().enumerate() {
            let own = answers.iter().find(|one| names(one, channel));
            let answer = own.or_else(|| answers.get(at)).ok_or_else(|| {
                refusal::odd(format!(
                    "The answer to the subscription says nothing of {channel}"
                ))
            })?;
            if answer.lost_replay() {
                gone.push(Lost::refused(channel, answer.upstream_error()));
            } else if answer.is_refused() {
                let what = format!("The subscription to {channel}");
                return Err(refused(&what, answer, None));
            } else {
                self.begin(channel, now_ms);
            }
        }
        self.heed(org, &said);
        self.receive(said);
        Ok(gone)
    }

    /// Notes from when on a channel is subscribed to.
    fn begin(&mut self, channel: &str, now_ms: i64) {
        let Some(at) = self.place.at.get_mut(channel) else {
            return;
        };
        match at {
            At::Latest => *at = At::Since(Quiet::begun(now_ms)),
            At::Earliest => *at = At::Since(Quiet::begun_with_all(now_ms)),
            At::Since(quiet) => {
                self.older.insert(channel.to_owned(), quiet.from);
            }
            At::Id(_) => {}
        }
    }

    /// Sends a message and waits for its answer; returns the org's time when it was sent, too: whatever comes to be after it belongs
    /// to the subscription.
    fn ask(
        &mut self,
        org: &Org,
        session: &Session,
        body: &str,
    ) -> Result<(Vec<Said>, i64), Broken> {
        let clock = &org.context().clock;
        let began_ms = clock.monotonic_ms();
        let request = self.request(org, session, body)?;
        let transport = &org.context().transport;
        let mut pending = transport
            .start(&request)
            .map_err(|error| refusal::lost(&error))?;
        if !pending.ready_within(OPEN_MS) {
            let fault = Fault::new(
                FaultKind::Timeout,
                "Salesforce did not answer a client that introduced itself",
            );
            return Err(Broken::Again(fault, 0));
        }
        let reply = exchange::receive(pending).map_err(|error| refusal::lost(&error))?;
        let elapsed_ms = clock.monotonic_ms().saturating_sub(began_ms);
        let now_ms = server_time::asked_ms(org, &reply, elapsed_ms);
        Ok((self.read(org, reply)?, now_ms))
    }

    pub(super) fn request(
        &self,
        org: &Org,
        session: &Session,
        body: &str,
    ) -> Result<Request, Broken> {
        let mut call = Call::write(
            Method::Post,
            self.path.clone(),
            Nature::Write,
            "application/json;charset=UTF-8",
            body.as_bytes(),
        );
        if let Some(cookies) = self.cookies.header() {
            call = call.with_header("cookie", &cookies);
        }
        Ok(org.request_as(&call, session))
    }

    /// The messages of an answer.
    pub(super) fn read(&mut self, org: &Org, reply: Reply) -> Result<Vec<Said>, Broken> {
        self.cookies.note(&reply);
        if reply.status == 200 {
            return Said::read(&reply.body).map_err(|error| {
                refusal::odd(format!(
                    "The answer is not one of the Bayeux protocol: {error}"
                ))
            });
        }
        let now_ms = org.context().clock.unix_ms();
        let asked_ms = reply
            .header("retry-after")
            .and_then(|value| retry_after_ms(value, now_ms));
        let pause_ms = asked_ms.unwrap_or(0).min(MAX_INTERVAL_MS);
        Err(refusal::status(reply.status, &reply.body, pause_ms))
    }

    /// Takes leave, without waiting for an answer: a client that stays counts against the org's limit until it is forgotten.
    pub fn leave(mut self, org: &Org, session: &Session) {
        self.waiting = None;
        let body = bayeux::disconnect(self.next_number(), &self.id).to_string();
        if let Ok(request) = self.request(org, session, &body)
            && let Ok(mut pending) = org.context().transport.start(&request)
        {
            pending.ready_within(LEAVE_MS);
        }
    }

    pub(super) fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }
}

fn names(said: &Said, channel: &str) -> bool {
    said.subscription.as_ref().and_then(|name| name.as_str()) == Some(channel)
}

fn unwritable(error: serde_json::Error) -> Broken {
    Broken::Fatal(Fault::protocol(format!(
        "The subscription cannot be written: {error}"
    )))
}
