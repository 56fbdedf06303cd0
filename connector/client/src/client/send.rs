//! Calls on their way: sent in the session, repeated where that is safe, the session renewed where it has ended.

use super::Client;
use super::request::Request;
use crate::envelope;
use crate::exchange::{self, Attempt, Exchange, Idempotency, Reply, StreamingResponse};
use crate::expected::Unusable;
use crate::fault::{self, Retry};
use crate::metadata::api_usage;
use crate::transport::{Pending, Started, TransportError};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::bad_input;
use std::cell::RefCell;

impl Client {
    /// GETs the API versions of an org, which needs no session, for what the connector has to know before it makes another call.
    pub fn ask_versions(&self, origin: &str) -> Result<Reply, Fault> {
        let call = Request {
            prerequisite: true,
            ..Request::versions()
        };
        self.send_without_session(origin, &call)
    }

    /// Sends what needs no session.
    pub fn send_without_session(&self, origin: &str, call: &Request) -> Result<Reply, Fault> {
        if self.holds_back(call) {
            return Err(self.record_unsent(call));
        }
        let request = self.request(call, origin, None);
        let exchange = self.exchange(call.idempotency);
        exchange.run(
            None,
            || Ok(request.clone()),
            |reply, _| match reply.status {
                200..=299 => match call.expected.check(&reply) {
                    Ok(()) => Attempt::Done(reply),
                    Err(Unusable(message)) => {
                        Attempt::Failed(Fault::protocol(message), Retry::IfRepeatable)
                    }
                },
                _ => failed(&reply),
            },
        )
    }

    /// Sends a call and returns its whole reply.
    pub fn send(&self, call: &Request) -> Result<Reply, Fault> {
        self.send_as(call, None, |reply, _| Ok(reply))
    }

    /// Starts a call without waiting for its answer; `send_as` takes it up.
    pub fn start(&self, call: &Request) -> Result<Started, Fault> {
        if self.holds_back(call) {
            return Err(bad_input("A dry run starts nothing"));
        }
        self.admit(call, None)?;
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
        call: &Request,
        started: Option<Started>,
        mut parse: impl FnMut(Reply, bool) -> Result<T, Unusable>,
    ) -> Result<T, Fault> {
        let receive = if call.via_composite {
            envelope::receive
        } else {
            exchange::receive
        };
        self.admit(call, started.as_ref())?;
        self.execute(receive, call, started, |reply, maybe_applied| {
            call.expected.check(&reply)?;
            parse(reply, maybe_applied)
        })
    }

    /// Sends a call and returns its whole reply, whatever its status: where the last attempt was refused, what it was answered.
    pub fn send_for_any_status(&self, call: &Request) -> Result<Reply, Fault> {
        self.admit(call, None)?;
        let refused = RefCell::new(None);
        let keep = |reply: Option<&Reply>| drop(refused.replace(reply.cloned()));
        let parse = |reply: Reply, _| call.expected.check(&reply).map(|()| reply);
        let sent = self.execute_with(exchange::receive, call, None, parse, keep);
        sent.or_else(|fault| refused.take().ok_or(fault))
    }

    /// Sends a call and returns as soon as the head of a good answer is here; its body is read by the caller, who repeats the
    /// call if the body breaks off. Refusals are retried and sessions renewed as by `send_as`.
    pub fn open_body(
        &self,
        call: &Request,
        started: Option<Started>,
    ) -> Result<StreamingResponse, Fault> {
        self.admit(call, started.as_ref())?;
        self.execute(exchange::arrive, call, started, |response, _| {
            call.expected.check_head(&response.reply)?;
            Ok(response)
        })
    }

    /// Lets a call pass: not in a dry run, not over the budget. One that has been started has passed before.
    pub(super) fn admit(&self, call: &Request, started: Option<&Started>) -> Result<(), Fault> {
        match started {
            Some(_) => Ok(()),
            None if self.holds_back(call) => Err(self.record_unsent(call)),
            None => {
                self.check_budget()?;
                self.trace.record_sent(call);
                Ok(())
            }
        }
    }

    pub(super) fn execute<A: AsRef<Reply>, T>(
        &self,
        receive: fn(Box<dyn Pending>) -> Result<A, TransportError>,
        call: &Request,
        started: Option<Started>,
        parse: impl FnMut(A, bool) -> Result<T, Unusable>,
    ) -> Result<T, Fault> {
        self.execute_with(receive, call, started, parse, |_| {})
    }

    /// As `execute`; `refused` is told each answer that refuses, and `None` where an attempt begins.
    fn execute_with<A: AsRef<Reply>, T>(
        &self,
        receive: fn(Box<dyn Pending>) -> Result<A, TransportError>,
        call: &Request,
        started: Option<Started>,
        mut parse: impl FnMut(A, bool) -> Result<T, Unusable>,
        refused: impl Fn(Option<&Reply>),
    ) -> Result<T, Fault> {
        let mut session = self.session()?;
        let in_use = RefCell::new(session.clone());
        let mut may_renew = true;
        let make = || {
            refused(None);
            let session = in_use.borrow();
            Ok(self.request(call, &session.instance_url, Some(&session.access_token)))
        };
        let done = self.exchange(call.idempotency).run_by(
            receive,
            started,
            make,
            |answer, maybe_applied| {
                let reply = answer.as_ref();
                self.record_usage(api_usage(reply));
                if (200..=299).contains(&reply.status)
                    || call.accepted_statuses.contains(&reply.status)
                {
                    return match parse(answer, maybe_applied) {
                        Ok(value) => Attempt::Done(value),
                        Err(Unusable(message)) => {
                            Attempt::Failed(Fault::protocol(message), Retry::IfRepeatable)
                        }
                    };
                }
                let (fault, retry) =
                    fault::from_reply(reply.status, reply.header("location"), &reply.body);
                if !fault::session_is_invalid(&fault) || !may_renew {
                    refused(Some(reply));
                    return Attempt::Failed(fault, retry);
                }
                may_renew = false;
                match self.session_after(&session) {
                    Ok(renewed) => {
                        in_use.replace(renewed.clone());
                        session = renewed;
                        Attempt::Renewed
                    }
                    Err(why) => Attempt::Failed(not_renewed(why, fault), Retry::Never),
                }
            },
        )?;
        self.trace.record_answered(call);
        Ok(done)
    }

    pub(super) fn exchange(&self, idempotency: Idempotency) -> Exchange<'_> {
        Exchange {
            context: &self.context,
            policy: self.settings.retry,
            idempotency,
        }
    }
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

fn failed<T>(reply: &Reply) -> Attempt<T> {
    let (fault, retry) = fault::from_reply(reply.status, reply.header("location"), &reply.body);
    Attempt::Failed(fault, retry)
}
