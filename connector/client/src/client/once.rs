//! Answers to requests that cannot be repeated here.

use super::Client;
use super::request::Request;
use crate::exchange::{Idempotency, Reply};
use crate::expected::Unusable;
use crate::fault::{self, Retry};
use crate::metadata::api_usage;
use crate::retry::retry_after_ms;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::message::bounded;

impl Client {
    /// Judges the reply to a request that cannot be repeated here. Where the session has ended it is renewed, and the
    /// fault says to try again.
    pub fn check_response(&self, call: &Request, reply: Reply) -> Result<Reply, Fault> {
        self.record_usage(api_usage(&reply));
        if (200..=299).contains(&reply.status) {
            return match call.expected.check(&reply) {
                Ok(()) => Ok(reply),
                Err(Unusable(message)) => Err(self.unusable_once(call.idempotency, message)),
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
            fault.retry_after_ms = Some(bounded(
                asked_ms.unwrap_or(self.settings.retry.max_delay_ms),
            ));
        }
        Err(fault)
    }

    /// The fault for an answer that cannot be used, to a request that only the caller can repeat.
    fn unusable_once(&self, idempotency: Idempotency, message: String) -> Fault {
        let fault = match idempotency {
            Idempotency::NonIdempotent => Fault::protocol(message),
            Idempotency::Safe | Idempotency::Idempotent => Fault {
                retry_after_ms: Some(bounded(self.settings.retry.max_delay_ms)),
                ..Fault::new(FaultKind::Unavailable, message)
            },
        };
        Fault {
            maybe_applied: idempotency != Idempotency::Safe,
            attempts: 1,
            ..fault
        }
    }
}
