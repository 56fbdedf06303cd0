//! Runs the calls of one operation: the next one is on its way before the answer of the last is read, every record gets its
//! outcome, whatever happens on the way.

use super::batches::{Batch, Batches};
use super::isolation::{Isolation, Split};
use super::operation::{BatchOperation, Row};
use super::outcome::{NOT_SENT, ROW_LOCKED, UNKNOWN, failed_by, has_code, of_failed_call};
use super::report::Report;
use salesforce_client::client::{Client, Request};
use salesforce_client::retry::Attempts;
use salesforce_client::transport::Started;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::limits::MAX_COLLECTION_RECORDS;
use salesforce_formats::message::input::Document;
use std::cell::Cell;
use std::collections::VecDeque;

/// Calls in flight at once, unless the config says otherwise.
const PARALLEL: u8 = 2;

/// How records are split over calls.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    /// Most records of one call.
    batch_size: usize,
    /// Most calls in flight at once.
    parallel: usize,
}

impl Plan {
    /// Calls of at most `batch_size` records, of which `parallel` are in flight at once.
    pub fn new(batch_size: Option<u8>, parallel: Option<u8>) -> Self {
        Self {
            batch_size: batch_size.map_or(MAX_COLLECTION_RECORDS, usize::from),
            parallel: usize::from(parallel.unwrap_or(PARALLEL)),
        }
    }

    /// Calls of no more than `max` records each.
    pub fn at_most(mut self, max: usize) -> Self {
        self.batch_size = self.batch_size.min(max);
        self
    }
}

/// A call whose answer is still to be read.
struct InFlight {
    /// Which call of the operation it is.
    number: usize,
    rows: Vec<Row>,
    call: Request,
    started: Option<Started>,
}

/// Runs all calls. A fault means that no record was answered for.
pub(crate) fn run(
    client: &Client,
    operation: &dyn BatchOperation,
    document: &Document<'_>,
    plan: Plan,
) -> Result<Report, Fault> {
    document.check()?;
    let batches = Batches::new(operation, document, plan.batch_size)?;
    let mut engine = Engine {
        client,
        operation,
        plan,
        in_flight: VecDeque::new(),
        submitted: 0,
        outcomes: Vec::new(),
        answered: false,
        sent: false,
        fault: None,
        stopped: false,
        metadata: Metadata::default(),
    };
    let batches = engine.run(batches)?;
    engine.finish(batches)
}

struct Engine<'a> {
    client: &'a Client,
    operation: &'a dyn BatchOperation,
    plan: Plan,
    in_flight: VecDeque<InFlight>,
    submitted: usize,
    outcomes: Vec<Outcome>,
    /// Whether Salesforce has answered for any record.
    answered: bool,
    /// Whether a call had rows to send.
    sent: bool,
    /// Why the first call failed that failed as a whole.
    fault: Option<Fault>,
    /// Whether no more calls are to be made.
    stopped: bool,
    /// What the newest answer told beside its results.
    metadata: Metadata,
}

impl<'a> Engine<'a> {
    fn run(&mut self, mut batches: Batches<'a>) -> Result<Batches<'a>, Fault> {
        loop {
            while !self.stopped && self.in_flight.len() < self.plan.parallel {
                match batches.next() {
                    Ok(Some(batch)) => self.submit(batch),
                    Ok(None) => break,
                    Err(failed) => self.abort(failed.0, failed.1),
                }
            }
            match self.in_flight.pop_front() {
                Some(request) => self.complete(request),
                None => return Ok(batches),
            }
        }
    }

    fn submit(&mut self, batch: Batch) {
        self.client.record_refused(&batch.refused);
        self.outcomes.extend(batch.refused);
        if batch.rows.is_empty() {
            return;
        }
        self.submitted += 1;
        self.sent = true;
        // Entering the org comes first: a wrong password, for one, is tried once and not by every call.
        let entered = self.client.enter();
        match entered.and_then(|_| self.operation.call(&batch.rows)) {
            Ok(call) => {
                let started = self.client.start(&call).ok();
                self.in_flight.push_back(InFlight {
                    number: self.submitted,
                    rows: batch.rows,
                    call,
                    started,
                });
            }
            Err(fault) => {
                self.fail_call(self.submitted, &batch.rows, fault);
                self.stopped = true;
            }
        }
    }

    /// Ends the operation at a batch whose records cannot be encoded, because the org could not be asked how.
    fn abort(&mut self, batch: Batch, fault: Fault) {
        self.outcomes.extend(batch.refused);
        self.sent = true;
        self.fail_call(self.submitted + 1, &batch.rows, fault);
        self.stopped = true;
    }

    /// Waits for the answer of a call and records what it says. Where the org refuses the call for one row, that row is looked for, so
    /// that it fails alone.
    fn complete(&mut self, request: InFlight) {
        let InFlight {
            number,
            rows,
            call,
            mut started,
        } = request;
        let mut first = Some(call);
        let mut isolation = Isolation::new(&rows, self.operation.is_atomic());
        let repeated = Cell::new(false);
        let mut parts = vec![rows];
        while let Some(rows) = parts.pop() {
            let call = first.take().map_or_else(|| self.operation.call(&rows), Ok);
            let answered =
                call.and_then(|call| self.execute(&call, started.take(), &rows, &repeated));
            match answered {
                Ok(outcomes) => {
                    self.answered = true;
                    isolation.accepted = true;
                    let outcomes = self.without_locks(&rows, outcomes, &repeated);
                    self.outcomes.extend(outcomes);
                }
                Err(fault) => match isolation.split(&fault, rows) {
                    Split::Parts(more) => parts.extend(more),
                    Split::Found { row, rest } => {
                        self.answered |= isolation.named;
                        let outcomes = row.indexes().map(|index| of_failed_call(index, &fault));
                        self.outcomes.extend(outcomes);
                        isolation.last = Some(fault);
                        parts.extend(rest);
                    }
                    Split::Whole(mut rows) => {
                        if isolation.is_over() {
                            rows.extend(parts.drain(..).rev().flatten());
                        }
                        self.fail_call(number, &rows, fault);
                    }
                },
            }
            if self.stopped {
                let left = parts.drain(..).flatten().flat_map(|row| row.indexes());
                let left: Vec<u32> = left.collect();
                self.mark_not_sent(left.into_iter());
            }
        }
        // None of the parts was taken: what is wrong is in the request, and not in a record.
        if let (false, Some(fault)) = (isolation.accepted || isolation.named, isolation.last) {
            self.record_fault(of_call(number, isolation.range, fault));
        }
    }

    /// Sends a call. `repeated` remembers, over all calls with these rows, that one may have been acted on and its answer lost.
    fn execute(
        &mut self,
        call: &Request,
        started: Option<Started>,
        rows: &[Row],
        repeated: &Cell<bool>,
    ) -> Result<Vec<Outcome>, Fault> {
        let (operation, metadata) = (self.operation, &mut self.metadata);
        self.client.send_as(call, started, |reply, again| {
            repeated.set(repeated.get() || again);
            *metadata = operation.metadata(&reply);
            operation.read(&reply, rows, repeated.get())
        })?
    }

    /// Sends rows again that met a row lock, until none does or the retry policy ends: what holds the lock mostly ends within seconds.
    fn without_locks(
        &mut self,
        rows: &[Row],
        mut outcomes: Vec<Outcome>,
        repeated: &Cell<bool>,
    ) -> Vec<Outcome> {
        let context = self.client.context();
        let mut attempts = Attempts::first(self.client.settings().retry, context.clock.as_ref());
        loop {
            let again = self.locked(rows, &outcomes);
            if again.is_empty() || !attempts.pause(None) {
                return outcomes;
            }
            let answered = self.operation.call(&again);
            match answered.and_then(|call| self.execute(&call, None, &again, repeated)) {
                Ok(renewed) => replace(&mut outcomes, renewed),
                Err(fault) => {
                    // The locks are what is known, unless the rows may have been saved meanwhile.
                    if fault.maybe_applied {
                        let unknown = again.iter().flat_map(Row::indexes);
                        replace(
                            &mut outcomes,
                            unknown.map(|index| of_failed_call(index, &fault)).collect(),
                        );
                    }
                    self.record_fault(fault);
                    return outcomes;
                }
            }
        }
    }

    /// The rows to send again: those that met a lock, or the whole call where it is saved whole or not at all.
    fn locked(&self, rows: &[Row], outcomes: &[Outcome]) -> Vec<Row> {
        let met = |row: &Row| {
            let indexes = row.indexes();
            outcomes
                .iter()
                .any(|outcome| indexes.contains(&outcome.index) && has_code(outcome, ROW_LOCKED))
        };
        let any = rows.iter().any(met);
        let again = rows
            .iter()
            .filter(|row| any && (self.operation.is_atomic() || met(row)));
        again.cloned().collect()
    }

    /// Records that a call failed as a whole.
    fn fail_call(&mut self, number: usize, rows: &[Row], fault: Fault) {
        let indexes = rows.iter().flat_map(Row::indexes);
        let outcomes = indexes.map(|index| of_failed_call(index, &fault));
        self.outcomes.extend(outcomes);
        self.record_fault(of_call(number, range(rows), fault));
    }

    /// Keeps the first fault; one that is about the org and not about these records ends the operation.
    fn record_fault(&mut self, fault: Fault) {
        self.stopped |= !matches!(fault.kind, FaultKind::Invalid | FaultKind::Conflict);
        self.fault.get_or_insert(fault);
    }

    /// Records that these records are not sent any more.
    fn mark_not_sent(&mut self, indexes: impl Iterator<Item = u32>) {
        let why = self
            .fault
            .as_ref()
            .map_or("", |fault| fault.message.as_str());
        let message = format!("Not sent, because the operation ended before: {why}");
        self.outcomes
            .extend(indexes.map(|index| failed_by(index, NOT_SENT, &message, None)));
    }

    fn finish(mut self, batches: Batches<'a>) -> Result<Report, Fault> {
        // A record that only fell with another one may be right: then the outcomes say which one is not.
        let none_fit = !self.outcomes.is_empty()
            && self
                .outcomes
                .iter()
                .all(|outcome| has_code(outcome, NOT_SENT));
        if let (false, true, Some(error)) = (self.sent, none_fit, batches.shared_error()) {
            return Err(bad_input(format!(
                "No record of the input can be sent: {}",
                error.message
            )));
        }
        if let Some(fault) = self.fault.take_if(|_| !self.answered) {
            return Err(self.unanswered(fault));
        }
        self.mark_not_sent(batches.rest()?.into_iter());
        self.outcomes.sort_by_key(|outcome| outcome.index);
        Ok(Report::new(self.outcomes, self.fault, self.metadata))
    }

    /// The fault of an operation that Salesforce answered for no record of.
    fn unanswered(&self, fault: Fault) -> Fault {
        let maybe_applied = self
            .outcomes
            .iter()
            .any(|outcome| has_code(outcome, UNKNOWN));
        let effect = if maybe_applied {
            "Some records may have been saved; Salesforce answered for none"
        } else {
            "No record was saved"
        };
        Fault {
            message: format!("{effect}. {}", fault.message),
            maybe_applied,
            ..fault
        }
    }
}

/// The fault of a call, with the indexes of its records.
fn of_call(number: usize, (first, last): (u32, u32), fault: Fault) -> Fault {
    let message = format!(
        "Call {number} (records {first} to {last}) failed: {}",
        fault.message
    );
    Fault { message, ..fault }
}

/// The indexes of the first and the last record of a call.
pub(super) fn range(rows: &[Row]) -> (u32, u32) {
    rows.first()
        .zip(rows.last())
        .map_or((0, 0), |(first, last)| {
            (first.index, last.indexes().end - 1)
        })
}

/// Puts newer outcomes in the places of older ones.
fn replace(outcomes: &mut [Outcome], newer: Vec<Outcome>) {
    for new in newer {
        if let Some(old) = outcomes.iter_mut().find(|old| old.index == new.index) {
            *old = new;
        }
    }
}
