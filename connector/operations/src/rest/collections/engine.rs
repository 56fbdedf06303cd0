//! Runs the calls of one operation: the next one is on its way before the answer of the last is read, every record gets its
//! outcome, whatever happens on the way.

use super::batch::{Batch, Batches};
use super::hunt::{Hunt, Split};
use super::outcome::{NOT_SENT, ROW_LOCKED, UNKNOWN, failed_by, has_code, of_failed_call};
use super::verb::{Row, Verb};
use salesforce_client::metadata::Metadata;
use salesforce_client::org::{Call, Org};
use salesforce_client::retry::Attempts;
use salesforce_client::transport::Started;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_formats::message::input::Document;
use std::cell::Cell;
use std::collections::VecDeque;

/// How records are split over calls.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    /// Most records of one call.
    pub batch_size: usize,
    /// Most calls under way at once.
    pub parallel: usize,
    /// Whether a record that is not fit to be sent keeps the others of its call from being sent.
    pub all_or_none: bool,
}

/// What became of the records.
pub(crate) struct Report {
    /// One outcome per record, in input order.
    pub outcomes: Vec<Outcome>,
    /// Why a call failed as a whole, if one did.
    pub fault: Option<Fault>,
    /// What the newest answer told beside its results.
    pub metadata: Metadata,
}

/// A call under way.
struct Flight {
    number: usize,
    rows: Vec<Row>,
    call: Call,
    started: Option<Started>,
}

/// Runs all calls. A fault means that no record was answered for.
pub(crate) fn run(
    org: &Org,
    verb: &dyn Verb,
    document: &Document<'_>,
    plan: Plan,
) -> Result<Report, Fault> {
    document.check()?;
    let batches = Batches::of(verb, document, plan.batch_size, plan.all_or_none)?;
    let mut engine = Engine {
        org,
        verb,
        plan,
        flights: VecDeque::new(),
        launched: 0,
        outcomes: Vec::new(),
        answered: false,
        sent: false,
        fault: None,
        stopped: false,
        metadata: Metadata::default(),
    };
    let batches = engine.fly(batches)?;
    engine.finish(batches)
}

struct Engine<'a> {
    org: &'a Org,
    verb: &'a dyn Verb,
    plan: Plan,
    flights: VecDeque<Flight>,
    launched: usize,
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
    fn fly(&mut self, mut batches: Batches<'a>) -> Result<Batches<'a>, Fault> {
        loop {
            while !self.stopped && self.flights.len() < self.plan.parallel {
                match batches.next() {
                    Ok(Some(batch)) => self.launch(batch),
                    Ok(None) => break,
                    Err(failed) => self.ground(failed.0, failed.1),
                }
            }
            match self.flights.pop_front() {
                Some(flight) => self.land(flight),
                None => return Ok(batches),
            }
        }
    }

    fn launch(&mut self, batch: Batch) {
        self.org.record_refused(&batch.refused);
        self.outcomes.extend(batch.refused);
        if batch.rows.is_empty() {
            return;
        }
        self.launched += 1;
        self.sent = true;
        // Entering the org comes first: a wrong password, for one, is tried once and not by every call.
        let entered = self.org.enter();
        match entered.and_then(|_| self.verb.call(&batch.rows)) {
            Ok(call) => {
                let started = self.org.start(&call).ok();
                self.flights.push_back(Flight {
                    number: self.launched,
                    rows: batch.rows,
                    call,
                    started,
                });
            }
            Err(fault) => {
                self.refuse(self.launched, &batch.rows, fault);
                self.stopped = true;
            }
        }
    }

    /// Gives up a batch that could not be put into form.
    fn ground(&mut self, batch: Batch, fault: Fault) {
        self.outcomes.extend(batch.refused);
        self.sent = true;
        self.refuse(self.launched + 1, &batch.rows, fault);
        self.stopped = true;
    }

    /// Waits for the answer of a call and notes what it says. Where the org refuses the call for one record, that record is looked for,
    /// so that it fails alone.
    fn land(&mut self, flight: Flight) {
        let Flight {
            number,
            rows,
            call,
            mut started,
        } = flight;
        let mut first = Some(call);
        let mut hunt = Hunt::of(&rows, self.verb.atomic() || self.plan.all_or_none);
        let repeated = Cell::new(false);
        let mut parts = vec![rows];
        while let Some(rows) = parts.pop() {
            let call = first.take().map_or_else(|| self.verb.call(&rows), Ok);
            let asked = call.and_then(|call| self.ask(&call, started.take(), &rows, &repeated));
            match asked {
                Ok(outcomes) => {
                    self.answered = true;
                    hunt.accepted = true;
                    let outcomes = self.without_locks(&rows, outcomes, &repeated);
                    self.outcomes.extend(outcomes);
                }
                Err(fault) => match hunt.split(&fault, rows) {
                    Split::Parts(more) => parts.extend(more),
                    Split::Found { row, rest } => {
                        self.answered |= hunt.named;
                        let outcomes = row.indexes().map(|index| of_failed_call(index, &fault));
                        self.outcomes.extend(outcomes);
                        hunt.last = Some(fault);
                        parts.extend(rest);
                    }
                    Split::Whole(mut rows) => {
                        if hunt.is_over() {
                            rows.extend(parts.drain(..).rev().flatten());
                        }
                        self.refuse(number, &rows, fault);
                    }
                },
            }
            if self.stopped {
                let left = parts.drain(..).flatten().flat_map(|row| row.indexes());
                let left: Vec<u64> = left.collect();
                self.leave(left.into_iter());
            }
        }
        // None of the parts was taken: what is wrong is in the request, and not in a record.
        if let (false, Some(fault)) = (hunt.accepted || hunt.named, hunt.last) {
            self.note(of_call(number, hunt.range, fault));
        }
    }

    /// Sends a call. `repeated` remembers, over all calls with these rows, that one may have been acted on and its answer lost.
    fn ask(
        &mut self,
        call: &Call,
        started: Option<Started>,
        rows: &[Row],
        repeated: &Cell<bool>,
    ) -> Result<Vec<Outcome>, Fault> {
        let (verb, metadata) = (self.verb, &mut self.metadata);
        self.org.send_as(call, started, |reply, again| {
            repeated.set(repeated.get() || again);
            *metadata = verb.metadata(&reply);
            verb.read(&reply, rows, repeated.get())
        })?
    }

    /// Sends rows again that met a row lock, until none does or the retry policy ends.
    fn without_locks(
        &mut self,
        rows: &[Row],
        mut outcomes: Vec<Outcome>,
        repeated: &Cell<bool>,
    ) -> Vec<Outcome> {
        let context = self.org.context();
        let mut attempts = Attempts::first(self.org.settings().retry, context.clock.as_ref());
        loop {
            let again = self.locked(rows, &outcomes);
            if again.is_empty() || !attempts.pause(None) {
                return outcomes;
            }
            let asked = self.verb.call(&again);
            match asked.and_then(|call| self.ask(&call, None, &again, repeated)) {
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
                    self.note(fault);
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
            .filter(|row| any && (self.verb.atomic() || met(row)));
        again.map(Row::copy).collect()
    }

    /// Notes that a call failed as a whole.
    fn refuse(&mut self, number: usize, rows: &[Row], fault: Fault) {
        let indexes = rows.iter().flat_map(Row::indexes);
        let outcomes = indexes.map(|index| of_failed_call(index, &fault));
        self.outcomes.extend(outcomes);
        self.note(of_call(number, range(rows), fault));
    }

    /// Keeps the first fault; one that is about the org and not about these records ends the operation.
    fn note(&mut self, fault: Fault) {
        self.stopped |= !matches!(fault.kind, FaultKind::Invalid | FaultKind::Conflict);
        self.fault.get_or_insert(fault);
    }

    /// Notes that records are not sent any more.
    fn leave(&mut self, indexes: impl Iterator<Item = u64>) {
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
        let all_unfit = !self.outcomes.is_empty()
            && self
                .outcomes
                .iter()
                .all(|outcome| has_code(outcome, NOT_SENT));
        if let (false, true, Some(upstream_error)) =
            (self.sent, all_unfit, batches.shared_complaint())
        {
            return Err(bad_input(format!(
                "No record of the input can be sent: {}",
                upstream_error.message
            )));
        }
        if let Some(fault) = self.fault.take_if(|_| !self.answered) {
            return Err(self.nothing_known(fault));
        }
        self.leave(batches.rest()?.into_iter());
        self.outcomes.sort_by_key(|outcome| outcome.index);
        Ok(Report {
            outcomes: self.outcomes,
            fault: self.fault,
            metadata: self.metadata,
        })
    }

    /// The fault of an operation that Salesforce answered for no record of.
    fn nothing_known(&self, fault: Fault) -> Fault {
        let maybe_applied = self
            .outcomes
            .iter()
            .any(|outcome| has_code(outcome, UNKNOWN));
        let fate = if maybe_applied {
            "Some records may have been saved; Salesforce answered for none"
        } else {
            "No record was saved"
        };
        Fault {
            message: format!("{fate}. {}", fault.message),
            maybe_applied,
            ..fault
        }
    }
}

/// The fault of a call, with the places of its records.
fn of_call(number: usize, (first, last): (u64, u64), fault: Fault) -> Fault {
    let message = format!(
        "Call {number} (records {first} to {last}) failed: {}",
        fault.message
    );
    Fault { message, ..fault }
}

/// The places of the first and the last record of a call.
pub(super) fn range(rows: &[Row]) -> (u64, u64) {
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
