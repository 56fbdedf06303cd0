//! Loads: input of any length goes into jobs as it arrives, and every record gets its outcome, in input order.
//!
//! What was sent is not kept. A part whose upload broke off goes into a new job once the host has written the input again from where the
//! journal says; a part that arrived is only compared then.

pub(super) mod feed;
pub(super) mod fill;
mod journal;
mod ledger;
pub(super) mod outcomes;
pub(super) mod plan;
pub(super) mod records;
pub(super) mod results;
mod room;
mod sort;
mod strays;
mod watch;

pub use sort::{ERROR, ID};
pub use watch::Pace;

use super::dialect::Dialect;
use super::jobs::{self, INGEST, State};
use crate::bindings::exports::mediation::connector::mediator::Progress;
use crate::bindings::exports::salesforce::connector::bulk::LoadConfig;
use crate::bindings::{Fault, FaultKind};
use crate::org::Org;
use crate::sink::Sink;
use crate::source::Source;
use feed::{Feed, changed};
use fill::Filling;
use journal::{Journal, Part, Stage};
use ledger::Ledger;
use plan::Plan;
use std::cell::RefCell;
use std::rc::Rc;

/// A load under way.
pub struct Load {
    org: Rc<Org>,
    plan: Rc<Plan>,
    ledger: Rc<RefCell<Ledger>>,
    feed: Feed,
    filling: Option<Filling>,
    /// The part that the next row begins.
    next_part: usize,
    /// Whether the jobs of the journal have been asked what became of them.
    looked: bool,
    /// Whether no more input follows.
    closing: bool,
    /// Whether all of it has been sent.
    ended: bool,
    broken: bool,
    watch: watch::Pace,
    room: room::Room,
}

/// What a step did.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Something that the host need not know of.
    Small,
    /// Something that the journal must name before anything else is done.
    Border,
    /// Nothing: more input is needed.
    Nothing,
}

impl Load {
    /// Begins a load, or takes one up again. Nothing is sent.
    pub fn open(org: Rc<Org>, config: LoadConfig, journal: Option<&str>) -> Result<Self, Fault> {
        let plan = Plan::of(config)?;
        let journal = journal.map(Journal::read).transpose()?.unwrap_or_default();
        let plan = Rc::new(plan);
        let place = journal.resume_at().filter(|place| place.at > 0);
        Ok(Self {
            watch: watch::Pace::new(org.context().clock.as_ref()),
            feed: Feed::open(&org, &plan, &journal.shape, place),
            org,
            plan,
            looked: journal.parts.is_empty(),
            next_part: journal.first_needed(),
            ledger: Rc::new(RefCell::new(Ledger::new(journal))),
            filling: None,
            closing: false,
            ended: false,
            broken: false,
            room: room::Room::default(),
        })
    }

    /// Takes all that the input at hand allows, up to the next border.
    fn advance(&mut self) -> Result<Step, Fault> {
        if self.broken {
            return Err(Fault::new(
                FaultKind::Unavailable,
                "This load has failed before: open it again with its journal",
            ));
        }
        self.look()?;
        self.settle_columns()?;
        loop {
            let step = self.step()?;
            if step != Step::Small {
                return Ok(step);
            }
        }
    }

    fn step(&mut self) -> Result<Step, Fault> {
        let uploaded = self.ledger.borrow().uploaded();
        if let Some(part) = uploaded {
            self.close_part(part)?;
            return Ok(Step::Border);
        }
        if !self.feed.has_row && !self.fetch()? {
            return Ok(Step::Nothing);
        }
        let Some(filling) = &self.filling else {
            return self.begin_part();
        };
        if !self.fits(filling) {
            return self.finish_part();
        }
        self.take_row().map(|()| Step::Small)
    }

    fn fetch(&mut self) -> Result<bool, Fault> {
        self.feed.fetch(&mut self.ledger.borrow_mut().journal.shape)
    }

    /// Columns that are known before the first record.
    fn settle_columns(&mut self) -> Result<(), Fault> {
        let ledger = &mut *self.ledger.borrow_mut();
        let parts = &ledger.journal.parts;
        let part = parts.get(self.next_part).or(parts.last());
        let set = part.map(|part| part.columns);
        self.feed.settle_columns(&mut ledger.journal.shape, set)
    }

    /// The dialect of jobs.
    fn dialect(&self) -> Dialect {
        self.ledger
            .borrow()
            .journal
            .shape
            .dialect
            .unwrap_or_default()
    }

    fn close_part(&self, index: usize) -> Result<(), Fault> {
        let job = self.ledger.borrow().job(index);
        let (_, info) = jobs::set_state(&self.org, INGEST, &job, State::UploadComplete)?;
        self.ledger.borrow_mut().saw(index, &info);
        Ok(())
    }

    /// Begins the part that the row at hand belongs to: with a new job, or by comparing what has arrived before.
    fn begin_part(&mut self) -> Result<Step, Fault> {
        if !self.has_room()? {
            return Ok(Step::Border);
        }
        let index = self.next_part;
        let known = self.ledger.borrow().journal.parts.get(index).cloned();
        if let Some(part) = known.filter(|part| part.stage.has_data()) {
            let end = part.end.map(|end| end.at);
            let filling = Filling::compared(index, self.dialect(), end);
            self.filling = Some(filling.beside(self.ledger.borrow().unfit_bytes()));
            self.next_part += 1;
            return Ok(Step::Small);
        }
        let dialect = self.dialect();
        let body = self.plan.job(dialect).body();
        let (_, info) = jobs::create(&self.org, INGEST, &body)?;
        let (job, sized) = (info.id.clone(), self.plan.sized_uploads);
        let filling = Filling::sent(index, dialect, job, sized);
        self.filling = Some(filling.beside(self.ledger.borrow().unfit_bytes()));
        let part = Part {
            job: info.id,
            stage: Stage::Open,
            start: self.feed.before.clone(),
            end: None,
            first_row: self.ledger.borrow().rows_before(index),
            rows: 0,
            unfit: 0,
            checksum: 0,
            columns: self.feed.column_set,
            processed: 0,
            failed: 0,
            reason: None,
            collected: false,
        };
        self.ledger.borrow_mut().put(index, part);
        self.next_part += 1;
        Ok(Step::Border)
    }

    /// Whether the row at hand belongs to the part at hand.
    fn fits(&self, filling: &Filling) -> bool {
        if let Some(end) = filling.known_end {
            return self.feed.row.end <= end;
        }
        let columns = self.ledger.borrow().columns_of(filling.part);
        let size = self.feed.row.bytes.len() as u64 + filling.ending_bytes();
        filling.rows() == 0
            || columns == Some(self.feed.column_set)
                && filling.rows() < self.plan.part_rows
                && filling.bytes + size <= self.plan.part_bytes
    }

    fn take_row(&mut self) -> Result<(), Fault> {
        let (columns, row) = self.feed.at_hand();
        if let Some(filling) = &mut self.filling {
            filling.take(&self.org, columns, row)?;
        }
        self.feed.passed();
        Ok(())
    }

    /// Ends the part at hand.
    fn finish_part(&mut self) -> Result<Step, Fault> {
        let Some(mut filling) = self.filling.take() else {
            return Ok(Step::Small);
        };
        let index = filling.part;
        if filling.is_compared() {
            self.ledger
                .borrow_mut()
                .compare(filling, &self.feed.before)?;
            return Ok(Step::Small);
        }
        if filling.is_empty() {
            // A job without records has nothing to do.
            let job = self.ledger.borrow().job(index);
            jobs::set_state(&self.org, INGEST, &job, State::Aborted)?;
        } else {
            filling.finish(&self.org)?;
        }
        self.ledger.borrow_mut().filled(filling, &self.feed.before);
        Ok(Step::Border)
    }

    /// Asks what became of jobs whose data may have arrived, and aborts those that were left half filled.
    fn look(&mut self) -> Result<(), Fault> {
        if self.looked {
            return Ok(());
        }
        let doubtful = self.ledger.borrow().doubtful();
        for index in doubtful {
            let job = self.ledger.borrow().job(index);
            let state = match jobs::info(&self.org, INGEST, &job) {
                Ok((_, info)) => {
                    let state = info.state;
                    self.ledger.borrow_mut().found(index, &info);
                    state
                }
                Err(fault) if fault.kind == FaultKind::NotFound => State::Aborted,
                Err(fault) => return Err(fault),
            };
            let lost = self.ledger.borrow_mut().is_lost(index, state);
            if lost && state == State::Open {
                jobs::set_state(&self.org, INGEST, &job, State::Aborted)?;
            }
        }
        self.looked = true;
        Ok(())
    }

    /// Notes that nothing more can be sent after a fault.
    fn guarded<T>(&mut self, result: Result<T, Fault>) -> Result<T, Fault> {
        if result.is_err() {
            self.broken = true;
            self.filling = None;
        }
        result
    }
}

impl Sink for Load {
    fn write(&mut self, chunk: &[u8]) -> Result<(), Fault> {
        if self.closing {
            return Err(Fault::config(
                "The load is closed: nothing can be written to it",
            ));
        }
        self.feed.push(chunk);
        let done = self.advance().map(drop);
        self.guarded(done)
    }

    fn close(&mut self) -> Result<(), Fault> {
        if !self.closing {
            self.feed.end();
            self.closing = true;
        }
        self.go_to_end()
    }

    fn watch(&mut self, wait_ms: u32) -> Result<Progress, Fault> {
        self.look()?;
        if self.closing && !self.ended {
            self.go_to_end()?;
        }
        if self.closing && !self.ended {
            return Ok(self.progress());
        }
        self.watch_jobs(u64::from(wait_ms))
    }

    fn journal(&self) -> String {
        self.ledger.borrow().journal.text()
    }

    fn outcomes(&mut self, which: &str) -> Result<Box<dyn Source>, Fault> {
        if which == "all" {
            self.ledger.borrow_mut().ask()?;
            self.refresh()?;
            return Ok(Box::new(outcomes::All::open(
                &self.org,
                &self.plan,
                &self.ledger,
            )));
        }
        Ok(Box::new(records::Records::open(
            &self.org,
            &self.plan,
            &self.ledger,
            which,
        )?))
    }

    fn abort(&mut self) -> Result<(), Fault> {
        self.filling = None;
        self.broken = true;
        self.abort_jobs()
    }
}

impl Load {
    /// Sends what is held back, up to the next border; all has been sent when there is none.
    fn go_to_end(&mut self) -> Result<(), Fault> {
        while !self.ended {
            let step = self.step_to_end();
            if self.guarded(step)? == Step::Border {
                return Ok(());
            }
        }
        Ok(())
    }

    fn step_to_end(&mut self) -> Result<Step, Fault> {
        if self.advance()? == Step::Border {
            return Ok(Step::Border);
        }
        if self.filling.is_some() {
            return self.finish_part();
        }
        let mut ledger = self.ledger.borrow_mut();
        if self.next_part < ledger.journal.parts.len() {
            return Err(changed("it is shorter"));
        }
        ledger.journal.closed = true;
        self.ended = true;
        self.watch = watch::Pace::new(self.org.context().clock.as_ref());
        Ok(Step::Nothing)
    }
}

#[cfg(test)]
mod tests;
