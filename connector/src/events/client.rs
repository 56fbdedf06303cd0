//! One CometD client: it introduces itself, asks for channels, and waits for events with one request at a time.
//!
//! An answer that is lost takes its events with it, for the server has forgotten them by then. So after any failure the client
//! is given up, and another one subscribes from the last event that was handed out.

use super::bayeux::{self, CONNECT, HANDSHAKE, SUBSCRIBE, Said, Subscribe};
use super::cookies::Cookies;
use super::document::{self, Received};
use super::place::{At, Place};
use crate::bindings::exports::salesforce::connector::connection::Session;
use crate::bindings::exports::salesforce::connector::events::LostPolicy;
use crate::bindings::{Fault, FaultKind, Message};
use crate::exchange::{self, Nature, Reply};
use crate::fault::{self, Retry};
use crate::org::{Call, Org};
use crate::transport::{Method, Pending, Request};
use serde_json::value::RawValue;
use std::collections::VecDeque;

/// How long Salesforce holds a connect, in milliseconds, unless it says otherwise (Streaming API Developer Guide, "Streaming API
/// Limits": 110 seconds).
const CONNECT_MS: u64 = 110_000;

/// How much longer than that an answer may take: after it the server is taken to be silent.
const SILENCE_MARGIN_MS: u64 = 15_000;

/// How long a client may take to introduce itself and to subscribe, whatever the poll's own time.
const OPEN_MS: u64 = 15_000;

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
    id: String,
    number: u64,
    path: String,
    cookies: Cookies,
    waiting: Option<Waiting>,
    /// How long the server holds a connect.
    timeout_ms: u64,
    /// When the next connect may be sent, by the monotonic clock.
    not_before_ms: u64,
    /// What was received and not handed out.
    pub items: VecDeque<Item>,
    /// What has been handed out.
    pub place: Place,
    /// Before when events of channels without an id are older than their subscription.
    since: Vec<(String, i64)>,
}

struct Waiting {
    pending: Box<dyn Pending>,
    started_ms: u64,
}

/// Why a client cannot go on.
pub enum Broken {
    /// The session has ended.
    Session(Fault),
    /// Another client may do better, after so many milliseconds.
    Again(Fault, u64),
    /// No other client would do better.
    Fatal(Fault),
}

impl From<Fault> for Broken {
    fn from(fault: Fault) -> Self {
        Self::Fatal(fault)
    }
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
            waiting: None,
            timeout_ms: CONNECT_MS,
            not_before_ms: 0,
            items: VecDeque::new(),
            place: place.clone(),
            since: Vec::new(),
        };
        client.introduce(org, session)?;
        client.subscribe(org, session, lost)?;
        Ok(client)
    }

    fn introduce(&mut self, org: &Org, session: &Session) -> Result<(), Broken> {
        let body = bayeux::handshake(self.next_number()).to_string();
        let (said, _) = self.ask(org, session, &body)?;
        let answer = of_channel(&said, HANDSHAKE)?;
        if answer.is_refused() {
            return Err(refused("The handshake", answer));
        }
        self.id = answer
            .client_id
            .clone()
            .ok_or_else(|| Fault::protocol("The answer to the handshake names no client"))?;
        self.heed(org, &said);
        Ok(())
    }

    /// Asks for all channels, and once more, as the policy says, for those whose event is gone.
    fn subscribe(&mut self, org: &Org, session: &Session, lost: LostPolicy) -> Result<(), Broken> {
        let channels: Vec<String> = self.place.at.keys().cloned().collect();
        let gone = self.ask_for(org, session, &channels)?;
        if gone.is_empty() {
            return Ok(());
        }
        let (resumed, at) = match lost {
            LostPolicy::Fail => return Err(Broken::Fatal(checkpoint_lost(&gone))),
            LostPolicy::Latest => ("latest", At::Latest),
            LostPolicy::Earliest => ("earliest", At::Earliest),
        };
        let names: Vec<String> = gone.iter().map(|(channel, _)| channel.clone()).collect();
        let before = self.place.clone();
        for channel in &names {
            self.place.at.insert(channel.clone(), at.clone());
        }
        let items = std::mem::take(&mut self.items);
        let again = self.ask_for(org, session, &names)?;
        if !again.is_empty() {
            return Err(Broken::Fatal(checkpoint_lost(&again)));
        }
        let later = std::mem::replace(&mut self.items, items);
        for (channel, complaint) in gone {
            self.note_gap(channel, &before, resumed, &complaint);
        }
        self.items.extend(later);
        Ok(())
    }

    /// Puts the word of a gap among the events. Until it is handed out the channel's place stays what it was.
    fn note_gap(&mut self, channel: String, before: &Place, resumed: &str, complaint: &str) {
        let lost = before.at.get(&channel).cloned().unwrap_or(At::Latest);
        let message = document::gap(&channel, lost.replay_id(), resumed, complaint);
        let reached = self.place.at.insert(channel.clone(), lost);
        self.items.push_back(Item {
            message,
            reached: reached.map(|at| (channel, at)),
        });
    }

    /// Asks for channels; returns those whose replay id leads nowhere, with what Salesforce says of it.
    fn ask_for(
        &mut self,
        org: &Org,
        session: &Session,
        channels: &[String],
    ) -> Result<Vec<(String, String)>, Broken> {
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
                Fault::protocol(format!(
                    "The answer to the subscription says nothing of {channel}"
                ))
            })?;
            if answer.lost_replay() {
                gone.push((channel.clone(), answer.complaint()));
            } else if answer.is_refused() {
                return Err(refused(&format!("The subscription to {channel}"), answer));
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
        match self.place.at.get(channel) {
            Some(At::Latest) => {
                self.place.at.insert(channel.to_owned(), At::Since(now_ms));
            }
            Some(At::Since(since)) => self.since.push((channel.to_owned(), *since)),
            _ => {}
        }
    }

    /// Waits up to so many milliseconds for events; true when an answer has come.
    pub fn wait(&mut self, org: &Org, session: &Session, wait_ms: u64) -> Result<bool, Broken> {
        let clock = &org.context().clock;
        let now_ms = clock.monotonic_ms();
        let Some(waiting) = &mut self.waiting else {
            let pause_ms = self.not_before_ms.saturating_sub(now_ms);
            if pause_ms > 0 {
                clock.sleep_ms(pause_ms.min(wait_ms));
                return Ok(false);
            }
            self.send_connect(org, session, now_ms)?;
            return Ok(false);
        };
        let patience_ms =
            (waiting.started_ms + self.timeout_ms + SILENCE_MARGIN_MS).saturating_sub(now_ms);
        if waiting.pending.ready_within(wait_ms.min(patience_ms)) {
            return self.answered(org).map(|()| true);
        }
        if wait_ms < patience_ms {
            return Ok(false);
        }
        let fault = Fault::new(
            FaultKind::Timeout,
            "Salesforce has not answered in its own time",
        );
        Err(Broken::Again(fault, 0))
    }

    fn send_connect(&mut self, org: &Org, session: &Session, now_ms: u64) -> Result<(), Broken> {
        let body = bayeux::connect(self.next_number(), &self.id).to_string();
        let mut request = self.request(org, session, &body)?;
        let held_ms = u32::try_from(self.timeout_ms + SILENCE_MARGIN_MS).unwrap_or(u32::MAX);
        request.timeouts.first_byte_ms = request.timeouts.first_byte_ms.max(held_ms);
        let pending = org
            .context()
            .transport
            .start(&request)
            .map_err(|error| lost(&error))?;
        self.waiting = Some(Waiting {
            pending,
            started_ms: now_ms,
        });
        Ok(())
    }

    /// Reads the answer to a connect.
    fn answered(&mut self, org: &Org) -> Result<(), Broken> {
        let Some(waiting) = self.waiting.take() else {
            return Ok(());
        };
        let reply = exchange::receive(waiting.pending).map_err(|error| lost(&error))?;
        let said = self.read(reply)?;
        let answer = said.iter().find(|one| one.channel == CONNECT);
        let trouble = answer.filter(|one| one.is_refused() || one.wants_handshake());
        let trouble = trouble.map(|one| refused("Waiting for events", one));
        self.heed(org, &said);
        self.receive(said);
        match trouble {
            // What came with the bad news is handed out first; the next connect tells the news again.
            Some(_) if !self.items.is_empty() => Ok(()),
            Some(broken) => Err(broken),
            None => Ok(()),
        }
    }

    /// Follows advice.
    fn heed(&mut self, org: &Org, said: &[Said]) {
        for advice in said.iter().filter_map(|one| one.advice.as_ref()) {
            let interval_ms = advice.interval.unwrap_or(0).min(CONNECT_MS);
            self.not_before_ms = org.context().clock.monotonic_ms() + interval_ms;
            if let Some(timeout_ms) = advice.timeout.filter(|ms| *ms > 0) {
                self.timeout_ms = timeout_ms.min(2 * CONNECT_MS);
            }
        }
    }

    /// Takes events in.
    fn receive(&mut self, said: Vec<Said>) {
        for one in said {
            if let Some(data) = &one.data {
                let item = self.item(&one.channel, data);
                self.items.extend(item);
            }
        }
    }

    /// An event to hand out, unless it is older than the subscription.
    fn item(&self, channel: &str, data: &RawValue) -> Option<Item> {
        let asked = self.asked_for(channel);
        let Received {
            message,
            replay_id,
            created_ms,
        } = document::receive(asked.unwrap_or(channel), data);
        let since = self
            .since
            .iter()
            .find(|(name, _)| Some(name.as_str()) == asked);
        let old = since
            .zip(created_ms)
            .is_some_and(|((_, since), created)| created < *since);
        let reached = asked.map(str::to_owned).zip(replay_id.map(At::Id));
        (!old).then_some(Item { message, reached })
    }

    /// The channel as it was asked for: PushTopics with a filter (`/topic/T?Name='x'`) come under one name or the other.
    fn asked_for(&self, channel: &str) -> Option<&str> {
        let bare = |name: &str| name.split('?').next().map(str::to_owned);
        let mut names = self.place.at.keys();
        let exact = names.clone().find(|name| *name == channel);
        let found = exact.or_else(|| names.find(|name| bare(name) == bare(channel)));
        let only = (self.place.at.len() == 1).then(|| self.place.at.keys().next());
        found.or_else(|| only.flatten()).map(String::as_str)
    }

    /// Sends a message and waits for its answer; returns the server's time, too.
    fn ask(
        &mut self,
        org: &Org,
        session: &Session,
        body: &str,
    ) -> Result<(Vec<Said>, i64), Broken> {
        let request = self.request(org, session, body)?;
        let mut pending = org
            .context()
            .transport
            .start(&request)
            .map_err(|error| lost(&error))?;
        if !pending.ready_within(OPEN_MS) {
            let fault = Fault::new(
                FaultKind::Timeout,
                "Salesforce did not answer a client that introduced itself",
            );
            return Err(Broken::Again(fault, 0));
        }
        let reply = exchange::receive(pending).map_err(|error| lost(&error))?;
        let now_ms = server_ms(org, &reply);
        Ok((self.read(reply)?, now_ms))
    }

    fn request(&self, org: &Org, session: &Session, body: &str) -> Result<Request, Broken> {
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
    fn read(&mut self, reply: Reply) -> Result<Vec<Said>, Broken> {
        self.cookies.note(&reply);
        if reply.status == 200 {
            return Said::read(&reply.body).map_err(|error| {
                let sentence = format!("The answer is not one of the Bayeux protocol: {error}");
                Broken::Again(Fault::protocol(sentence), 0)
            });
        }
        let (fault, retry) = fault::from_answer(reply.status, &reply.body);
        Err(match retry {
            _ if fault::session_is_invalid(&fault) => Broken::Session(fault),
            Retry::Never | Retry::InDoubt => Broken::Fatal(fault),
            Retry::Always | Retry::IfRepeatable => Broken::Again(fault, 0),
        })
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

    fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }
}

/// How long a leave is waited for, in milliseconds.
const LEAVE_MS: u64 = 1_000;

fn of_channel<'a>(said: &'a [Said], channel: &str) -> Result<&'a Said, Broken> {
    let found = said.iter().find(|one| one.channel == channel);
    found.ok_or_else(|| {
        let sentence = format!("The answer to {channel} says nothing of it");
        Broken::Again(Fault::protocol(sentence), 0)
    })
}

fn names(said: &Said, channel: &str) -> bool {
    said.subscription.as_ref().and_then(|name| name.as_str()) == Some(channel)
}

/// What a refusal means for the client.
fn refused(what: &str, said: &Said) -> Broken {
    let complaint = said.complaint();
    let kind = match said.code() {
        Some(401) => FaultKind::Unauthenticated,
        _ if complaint.contains("limit exceeded") => FaultKind::LimitExceeded,
        Some(403) => FaultKind::Forbidden,
        Some(404) => FaultKind::NotFound,
        Some(500..=599 | 408) => FaultKind::Unavailable,
        _ => FaultKind::Invalid,
    };
    let advice = said.advice.clone().unwrap_or_default();
    let interval_ms = advice.interval.unwrap_or(0);
    let fault = Fault {
        attempts: 1,
        ..Fault::new(kind, format!("{what} was refused: {complaint}"))
    };
    if said.is_unauthenticated() {
        return Broken::Session(fault);
    }
    if said.wants_handshake() || kind == FaultKind::Unavailable {
        let fault = Fault {
            kind: FaultKind::Unavailable,
            ..fault
        };
        return Broken::Again(fault, interval_ms);
    }
    match advice.reconnect.as_deref() {
        Some("retry") => Broken::Again(fault, interval_ms),
        _ => Broken::Fatal(fault),
    }
}

fn lost(error: &crate::transport::TransportError) -> Broken {
    let (fault, retry) = fault::from_transport(error);
    match retry {
        Retry::Never | Retry::InDoubt => Broken::Fatal(fault),
        Retry::Always | Retry::IfRepeatable => Broken::Again(fault, 0),
    }
}

fn unwritable(error: serde_json::Error) -> Broken {
    Broken::Fatal(Fault::protocol(format!(
        "The subscription cannot be written: {error}"
    )))
}

fn checkpoint_lost(gone: &[(String, String)]) -> Fault {
    let first = gone
        .first()
        .map_or(("", ""), |(channel, complaint)| (channel, complaint));
    Fault::new(
        FaultKind::CheckpointLost,
        format!(
            "Salesforce no longer has the event after which {} goes on ({}): choose config.lost `latest` or `earliest`, or remove the checkpoint",
            first.0, first.1
        ),
    )
}

/// The server's time in milliseconds, by the header `Date`; the host's where it is missing.
fn server_ms(org: &Org, reply: &Reply) -> i64 {
    let date = reply
        .header("date")
        .and_then(|date| httpdate::parse_http_date(date).ok());
    let since = date.and_then(|date| date.duration_since(std::time::UNIX_EPOCH).ok());
    let ms = since.map_or_else(
        || u128::from(org.context().clock.unix_ms()),
        |since| since.as_millis(),
    );
    i64::try_from(ms).unwrap_or(i64::MAX)
}
