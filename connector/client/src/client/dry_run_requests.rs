//! A dry run: an org that holds requests back.

use super::Client;
use super::dry_run::{DryRun, UnsentRequest};
use super::request::Request;
use super::trace::Trace;
use crate::exchange::Idempotency;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::bindings::{Fault, FaultKind};
use std::cell::RefCell;
use std::rc::Rc;

impl Client {
    /// The same org, with requests held back from now on: those that change something, or, with `reads_too`, all but those that the
    /// connector needs to make them.
    pub fn in_dry_run(&self, reads_too: bool) -> Self {
        Self {
            context: Rc::clone(&self.context),
            settings: self.settings.clone(),
            renewed: Rc::clone(&self.renewed),
            trace: Trace::new(self.context.clock.monotonic_ms()),
            dry_run: Some(DryRun {
                reads_too,
                ..DryRun::default()
            }),
            checked_token: RefCell::new(self.checked_token.borrow().clone()),
        }
    }

    /// Enters the org before its first call, so that a wrong password, for one, is tried once; a dry run stays outside.
    pub fn enter(&self) -> Result<(), Fault> {
        match self.dry_run {
            Some(_) => Ok(()),
            None => self.session().map(drop),
        }
    }

    /// Notes records that are not fit to be sent.
    pub fn record_refused(&self, outcomes: &[Outcome]) {
        if let Some(dry_run) = &self.dry_run {
            dry_run.refused.borrow_mut().extend_from_slice(outcomes);
        }
    }

    /// What was held back, in order.
    pub fn unsent(&self) -> Vec<UnsentRequest> {
        let dry_run = self.dry_run.as_ref();
        dry_run.map_or_else(Vec::new, |dry_run| dry_run.unsent.take())
    }

    /// The outcomes of records that are not fit to be sent.
    pub fn refused(&self) -> Vec<Outcome> {
        let dry_run = self.dry_run.as_ref();
        dry_run.map_or_else(Vec::new, |dry_run| dry_run.refused.take())
    }

    /// Whether a call is not sent, as this is a dry run.
    pub(super) fn holds_back(&self, call: &Request) -> bool {
        let Some(dry_run) = &self.dry_run else {
            return false;
        };
        call.idempotency != Idempotency::Safe || dry_run.reads_too && !call.prerequisite
    }

    /// Notes a call that is not sent. The fault that stands for its answer does not keep others from being noted.
    pub(super) fn record_unsent(&self, call: &Request) -> Fault {
        if let Some(dry_run) = &self.dry_run {
            let unsent = UnsentRequest {
                request: self.request(call, "", None),
                private: call.private,
                statement: call.statement.clone(),
            };
            dry_run.unsent.borrow_mut().push(unsent);
        }
        not_sent()
    }
}

fn not_sent() -> Fault {
    Fault::new(FaultKind::Invalid, "Not sent: this is a dry run")
}
