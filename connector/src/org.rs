//! One org, entered: requests with a session that is renewed when it ends, retries, and facts about the last reply.

use crate::bindings::exports::salesforce::connector::connection::{ConnectionConfig, Session};
use crate::bindings::{Fault, FaultKind, Message};
use crate::connection::{ApiVersion, Settings, VersionChoice, auth};
use crate::context::Context;
use crate::envelope;
use crate::exchange::{self, Arrival, Exchange, Nature, Reply, Verdict};
use crate::expected::Expected;
use crate::fault::{self, Retry};
use crate::retry::retry_after_ms;
use crate::soap;
use crate::transport::{Headers, Method, Pending, Request, Started, TransportError};
mod budget;
mod rehearsal;
mod trace;

pub use rehearsal::HeldBack;
use rehearsal::Rehearsal;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use trace::Trace;

/// One request to the org, without session.
#[derive(Clone)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// Path and query on the instance, percent-encoded.
    pub path: String,
    /// Headers besides the session's and the connection's.
    pub headers: Headers,
    /// The body.
    pub body: Rc<[u8]>,
    /// Whether it may be sent twice.
    pub nature: Nature,
    /// Statuses beside 2xx that are no failure.
    pub fine: &'static [u16],
    /// What its answer must be.
    pub expected: Expected,
    /// Whether it is a composite request around one GET, whose answer is wanted.
    pub wraps: bool,
    /// Whether the connector needs its answer to make another call: a describe. A dry run sends it.
    pub preparatory: bool,
    /// Whether its body holds a secret, and is never shown.
    pub private: bool,
    /// Where in the body the session goes, for protocols that have it there; in a header when absent.
    pub session_at: Option<usize>,
}

impl Call {
    /// A GET.
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::Get,
            path: path.into(),
            headers: Vec::new(),
            body: Rc::from([]),
            nature: Nature::Read,
            fine: &[],
            expected: Expected::JSON,
            wraps: false,
            preparatory: false,
            private: false,
            session_at: None,
        }
    }

    /// A request that writes, with a body of this media type.
    pub fn write(
        method: Method,
        path: impl Into<String>,
        nature: Nature,
        media_type: &str,
        body: &[u8],
    ) -> Self {
        let headers = vec![("content-type".into(), media_type.into())];
        Self {
            method,
            headers,
            body: body.into(),
            nature,
            ..Self::get(path)
        }
    }

    /// Says what its answer must be.
    pub fn expecting(self, expected: Expected) -> Self {
        Self { expected, ..self }
    }

    /// Adds a header.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// An org that can be asked.
pub struct Org {
    context: Rc<Context>,
    settings: Settings,
    facts: RefCell<Vec<(String, String)>>,
    renewed: Cell<bool>,
    trace: Trace,
    rehearsal: Option<Rehearsal>,
}

/// A reply that cannot be used though the exchange went well; repeating it may help (a body cut short, for example).
pub struct Unusable(pub String);

impl Org {
    /// Checks the connection. Nothing is sent.
    pub fn open(context: Rc<Context>, connection: &ConnectionConfig) -> Result<Self, Fault> {
        let settings = Settings::of(connection)?;
        let trace = Trace::new(context.clock.monotonic_ms());
        Ok(Self {
            context,
            settings,
            facts: RefCell::default(),
            renewed: Cell::new(false),
            trace,
            rehearsal: None,
        })
    }

    /// The surroundings.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The checked connection.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The open session, or a new one.
    pub fn session(&self) -> Result<Session, Fault> {
        match self.context.sessions.find(&self.settings) {
            Some(session) => Ok(session),
            None => self.renew(None),
        }
    }

    /// The session that is open, if any; nobody is logged in.
    pub fn open_session(&self) -> Option<Session> {
        self.context.sessions.find(&self.settings)
    }

    /// Forgets the cached session. One that the connection brings is the caller's to forget.
    pub fn forget_session(&self) {
        self.context.sessions.forget(&self.settings);
    }

    /// Whether a session was opened for this operation.
    pub fn was_renewed(&self) -> bool {
        self.renewed.get()
    }

    /// Logs in again, and keeps what that gave.
    fn renew(&self, last: Option<&Session>) -> Result<Session, Fault> {
        let mut session = auth::log_in(&self.context, &self.settings, last)?;
        session.api_version = last.and_then(|last| last.api_version.clone());
        self.context.sessions.keep(&self.settings, session.clone());
        self.renewed.set(true);
        Ok(session)
    }

    /// The API version in use; `latest` asks the org once per session.
    pub fn version(&self) -> Result<ApiVersion, Fault> {
        if let VersionChoice::Exactly(version) = self.settings.version {
            return Ok(version);
        }
        let session = self.session()?;
        if let Some(version) = session.api_version.as_deref().and_then(ApiVersion::parse) {
            return Ok(version);
        }
        let newest = self.newest_version(&session.instance_url)?;
        self.context.sessions.keep(
            &self.settings,
            Session {
                api_version: Some(newest.to_string()),
                ..session
            },
        );
        Ok(newest)
    }

    fn newest_version(&self, origin: &str) -> Result<ApiVersion, Fault> {
        let newest = self.listed_versions(origin)?.into_iter().max();
        newest
            .ok_or_else(|| Fault::protocol(format!("{origin}/services/data lists no API version")))
    }

    /// The API versions that the org offers.
    pub fn offered_versions(&self) -> Result<Vec<ApiVersion>, Fault> {
        self.listed_versions(&self.session()?.instance_url)
    }

    fn listed_versions(&self, origin: &str) -> Result<Vec<ApiVersion>, Fault> {
        let reply = self.ask_without_session(origin, "/services/data")?;
        let listed: Vec<Listed> = serde_json::from_slice(&reply.body).map_err(|error| {
            Fault::protocol(format!(
                "{origin}/services/data does not list API versions: {error}"
            ))
        })?;
        let versions = listed.iter();
        Ok(versions
            .filter_map(|listed| ApiVersion::parse(&listed.version))
            .collect())
    }

    /// GETs what needs no session.
    pub fn ask_without_session(&self, origin: &str, path: &str) -> Result<Reply, Fault> {
        self.send_without_session(origin, &Call::get(path).expecting(Expected::List))
    }

    /// Sends what needs no session.
    pub fn send_without_session(&self, origin: &str, call: &Call) -> Result<Reply, Fault> {
        if self.holds_back(call) {
            return Err(self.note_held_back(call));
        }
        let request = self.request(call, origin, None);
        let exchange = self.exchange(call.nature);
        exchange.run(
            None,
            || Ok(request.clone()),
            |reply, _| match reply.status {
                200..=299 => match call.expected.check(&reply) {
                    Ok(()) => Verdict::Done(reply),
                    Err(Unusable(message)) => {
                        Verdict::Failed(Fault::protocol(message), Retry::IfRepeatable)
                    }
                },
                _ => failed(&reply),
            },
        )
    }

    /// The path of a versioned resource.
    pub fn path(&self, rest: &str) -> Result<String, Fault> {
        Ok(format!("/services/data/v{}/{rest}", self.version()?))
    }

    /// Sends a call and returns its whole reply.
    pub fn send(&self, call: &Call) -> Result<Reply, Fault> {
        self.send_as(call, None, |reply, _| Ok(reply))
    }

    /// Starts a call without waiting for its answer; `send_as` takes it up.
    pub fn start(&self, call: &Call) -> Result<Started, Fault> {
        if self.holds_back(call) {
            return Err(bad_input("A dry run starts nothing"));
        }
        self.clear(call, None)?;
        let session = self.session()?;
        Ok(self.context.transport.start(&self.request(
            call,
            &session.instance_url,
            Some(&session.access_token),
        )))
    }

    /// Sends a call, and repeats it when its reply is unusable, too. `parse` also learns whether an earlier attempt may
    /// have been acted on.
    pub fn send_as<T>(
        &self,
        call: &Call,
        started: Option<Started>,
        mut parse: impl FnMut(Reply, bool) -> Result<T, Unusable>,
    ) -> Result<T, Fault> {
        let receive = if call.wraps {
            envelope::receive
        } else {
            exchange::receive
        };
        self.clear(call, started.as_ref())?;
        self.converse(receive, call, started, |reply, maybe_applied| {
            call.expected.check(&reply)?;
            parse(reply, maybe_applied)
        })
    }

    /// Sends a call and returns as soon as the head of a good answer is here; its body is read by the caller, who repeats the
    /// call if the body breaks off. Refusals are retried and sessions renewed as by `send_as`.
    pub fn open_body(&self, call: &Call, started: Option<Started>) -> Result<Arrival, Fault> {
        self.clear(call, started.as_ref())?;
        self.converse(exchange::arrive, call, started, |arrival, _| {
            call.expected.check_head(&arrival.reply)?;
            Ok(arrival)
        })
    }

    /// Lets a call pass: not in a dry run, not over the budget. One that has been started has passed before.
    fn clear(&self, call: &Call, started: Option<&Started>) -> Result<(), Fault> {
        match started {
            Some(_) => Ok(()),
            None if self.holds_back(call) => Err(self.note_held_back(call)),
            None => {
                self.afford()?;
                self.trace.note_sent(call);
                Ok(())
            }
        }
    }

    fn converse<A: AsRef<Reply>, T>(
        &self,
        receive: fn(Box<dyn Pending>) -> Result<A, TransportError>,
        call: &Call,
        started: Option<Started>,
        mut parse: impl FnMut(A, bool) -> Result<T, Unusable>,
    ) -> Result<T, Fault> {
        let mut session = self.session()?;
        let in_use = RefCell::new(session.clone());
        let mut may_renew = true;
        let make = || {
            let session = in_use.borrow();
            Ok(self.request(call, &session.instance_url, Some(&session.access_token)))
        };
        let done = self.exchange(call.nature).run_by(
            receive,
            started,
            make,
            |answer, maybe_applied| {
                let reply = answer.as_ref();
                self.note(reply);
                if (200..=299).contains(&reply.status) || call.fine.contains(&reply.status) {
                    return match parse(answer, maybe_applied) {
                        Ok(value) => Verdict::Done(value),
                        Err(Unusable(message)) => {
                            Verdict::Failed(Fault::protocol(message), Retry::IfRepeatable)
                        }
                    };
                }
                let (fault, retry) =
                    fault::from_reply(reply.status, reply.header("location"), &reply.body);
                if !fault::session_is_invalid(&fault) || !may_renew {
                    return Verdict::Failed(fault, retry);
                }
                may_renew = false;
                match self.session_after(&session) {
                    Ok(renewed) => {
                        in_use.replace(renewed.clone());
                        session = renewed;
                        Verdict::Renewed
                    }
                    Err(why) => Verdict::Failed(not_renewed(why, fault), Retry::Never),
                }
            },
        )?;
        self.trace.note_answered(call);
        Ok(done)
    }

    /// A call as a request in the open session, for one attempt.
    pub fn request_in_session(&self, call: &Call) -> Result<Request, Fault> {
        self.clear(call, None)?;
        let session = self.session()?;
        Ok(self.request(call, &session.instance_url, Some(&session.access_token)))
    }

    /// A call as a request in a session that the caller holds. It counts as no API call.
    pub fn request_as(&self, call: &Call, session: &Session) -> Request {
        self.request(call, &session.instance_url, Some(&session.access_token))
    }

    /// Judges the reply to a request that cannot be repeated here. Where the session has ended it is renewed, and the
    /// fault says to try again.
    pub fn judge_once(&self, call: &Call, reply: Reply) -> Result<Reply, Fault> {
        self.note(&reply);
        if (200..=299).contains(&reply.status) {
            return match call.expected.check(&reply) {
                Ok(()) => Ok(reply),
                Err(Unusable(message)) => Err(self.unusable_once(call.nature, message)),
            };
        }
        let asked_ms = reply
            .header("retry-after")
            .and_then(|value| retry_after_ms(value, self.context.clock.unix_ms()));
        let (mut fault, retry) =
            fault::from_reply(reply.status, reply.header("location"), &reply.body);
        let retry = fault::retry_as_asked(&fault, retry, asked_ms);
        fault.attempts = 1;
        fault.maybe_applied = retry.maybe_applied();
        if fault::session_is_invalid(&fault) {
            self.renew(self.open_session().as_ref())?;
            fault.kind = FaultKind::Unavailable;
            fault.retry_after_ms = Some(0);
        } else if matches!(retry, Retry::Always | Retry::IfRepeatable) {
            fault.retry_after_ms = Some(asked_ms.unwrap_or(self.settings.retry.max_delay_ms));
        }
        Err(fault)
    }

    /// The fault for an answer that cannot be used, to a request that only the caller can repeat.
    fn unusable_once(&self, nature: Nature, message: String) -> Fault {
        let fault = match nature {
            Nature::Write => Fault::protocol(message),
            Nature::Read | Nature::RepeatableWrite => Fault {
                retry_after_ms: Some(self.settings.retry.max_delay_ms),
                ..Fault::new(FaultKind::Unavailable, message)
            },
        };
        Fault {
            maybe_applied: nature != Nature::Read,
            attempts: 1,
            ..fault
        }
    }

    /// The session to use after `refused` was refused: another that came meanwhile, or a new one.
    pub fn session_after(&self, refused: &Session) -> Result<Session, Fault> {
        match self.context.sessions.find(&self.settings) {
            Some(other) if other.access_token != refused.access_token => Ok(other),
            _ => self.renew(Some(refused)),
        }
    }

    fn exchange(&self, nature: Nature) -> Exchange<'_> {
        Exchange {
            context: &self.context,
            policy: self.settings.retry,
            nature,
        }
    }

    fn request(&self, call: &Call, origin: &str, token: Option<&str>) -> Request {
        let mut headers = self.settings.headers.clone();
        // The call's own headers win over the connection's.
        headers.retain(|(name, _)| {
            !call
                .headers
                .iter()
                .any(|(own, _)| own.eq_ignore_ascii_case(name))
        });
        headers.extend(call.headers.iter().cloned());
        if !headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("accept"))
        {
            headers.push(("accept".into(), "application/json".into()));
        }
        let body = match (call.session_at, token) {
            (Some(at), Some(token)) => soap::envelope::with_session(&call.body, at, token),
            (_, token) => {
                headers.extend(token.map(|token| session_header(&call.path, token)));
                call.body.clone()
            }
        };
        let url = format!("{origin}{}", call.path);
        Request {
            method: call.method,
            url,
            headers,
            body,
            timeouts: self.settings.timeouts,
        }
    }

    /// Remembers the facts of a reply.
    fn note(&self, reply: &Reply) {
        let mut facts = vec![("status".to_owned(), reply.status.to_string())];
        let usage = reply.header("sforce-limit-info").and_then(api_usage);
        self.note_usage(usage.as_deref());
        facts.extend(usage.map(|usage| ("api-usage".to_owned(), usage)));
        facts.extend(
            reply
                .headers
                .iter()
                .map(|(name, value)| (format!("header/{name}"), value.clone())),
        );
        self.facts.replace(facts);
    }

    /// Notes used and allowed calls, as `18/15000`, that stand in the body of the last reply.
    pub fn learn_usage(&self, usage: String) {
        self.note_usage(Some(&usage));
        let mut facts = self.facts.borrow_mut();
        facts.retain(|(known, _)| known != "api-usage");
        facts.push(("api-usage".to_owned(), usage));
    }

    /// The facts of the last reply, as a message carries them.
    pub fn attributes(&self) -> Vec<(String, String)> {
        let mut attributes = self.facts.borrow().clone();
        if self.renewed.get() {
            attributes.push(("session-renewed".into(), "true".into()));
        }
        attributes
    }

    /// Takes over the facts of another org that is the same.
    pub fn take_facts(&self, other: &Self) {
        self.facts.replace(other.facts.take());
        self.renewed.set(other.renewed.get());
    }

    /// The body of a reply as a message.
    pub fn message(&self, reply: Reply) -> Message {
        let media_type = reply.header("content-type").map_or_else(
            || "application/json".into(),
            |value| media_type(value).to_owned(),
        );
        Message {
            media_type,
            body: reply.body,
            attributes: self.attributes(),
        }
    }
}

/// The header that carries the session: Bulk API 1.0 has one of its own (Bulk API Developer Guide, "Set Request Headers").
fn session_header(path: &str, token: &str) -> (String, String) {
    if path.starts_with("/services/async/") {
        return ("x-sfdc-session".into(), token.to_owned());
    }
    ("authorization".into(), format!("Bearer {token}"))
}

/// One entry of GET /services/data.
#[derive(serde::Deserialize)]
struct Listed {
    version: String,
}

/// Why a session could not be renewed, with what the org said of the one before where the login says nothing of its own.
fn not_renewed(why: Fault, refused: Fault) -> Fault {
    if !why.upstream.is_empty() {
        return why;
    }
    Fault {
        upstream: refused.upstream,
        ..why
    }
}

fn failed<T>(reply: &Reply) -> Verdict<T> {
    let (fault, retry) = fault::from_reply(reply.status, reply.header("location"), &reply.body);
    Verdict::Failed(fault, retry)
}

/// `18/15000` of `api-usage=18/15000`, which may stand among per-app usage.
fn api_usage(header: &str) -> Option<String> {
    header
        .split([',', ';'])
        .find_map(|part| part.trim().strip_prefix("api-usage="))
        .map(str::to_owned)
}

/// A content type without its parameters.
fn media_type(content_type: &str) -> &str {
    content_type
        .split(';')
        .next()
        .unwrap_or(content_type)
        .trim()
}

/// The fault for input that is not what an operation takes.
pub fn bad_input(message: impl Into<String>) -> Fault {
    Fault::new(FaultKind::Invalid, message)
}

#[cfg(test)]
mod tests;
