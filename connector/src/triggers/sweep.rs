//! Decides what of the changes that are read is new.
//!
//! A pass reads all changes from the floor to a bound, in the order of their stamps. Whatever is younger than the look-back is
//! remembered when it is handed out; the next pass begins at the look-back again and passes over what is remembered. So
//! a change that is committed late, behind the place that a pass has reached, is found by the next one.

use super::instant::Instant;
use super::place::{Pass, Place};
use crate::bindings::exports::mediation::connector::mediator::Batch;
use crate::bindings::{Fault, Message};
use crate::org::Org;

/// One change.
pub struct Change {
    /// The record.
    pub id: String,
    /// When it was changed.
    pub stamp: Instant,
    /// Whether it is to be passed over: it is no change of the kind asked for.
    pub skip: bool,
    /// The document.
    pub body: Vec<u8>,
}

/// A page of changes, in the order of their stamps.
pub struct Found {
    /// The changes after the place that was given.
    pub changes: Vec<Change>,
    /// Whether no more follow.
    pub complete: bool,
    /// The bounds of a pass that begins with this page; without them nothing can be told yet.
    pub bounds: Option<Bounds>,
    /// Whether changes beyond the bounds are known to wait.
    pub more: bool,
}

/// How far a pass goes.
#[derive(Clone, Copy)]
pub struct Bounds {
    /// The second before which changes are handed out.
    pub until: i64,
    /// The second before which no change can come any more.
    pub closes: i64,
}

/// Reads changes.
pub trait Source {
    /// What is watched, and in which order.
    fn name(&self) -> &str;

    /// The second, since 1970, with which a first poll begins; none for all there is.
    fn start(&self) -> Result<Option<i64>, Fault>;

    /// The next page after a place, with at least `wanted` new changes if there are as many.
    fn page(&self, place: &Place, wanted: usize) -> Result<Found, Fault>;
}

/// Returns the next batch after a checkpoint. Pages without anything new are passed over until `wait_ms` is over.
pub fn poll(
    org: &Org,
    source: &dyn Source,
    batch_size: usize,
    checkpoint: Option<&str>,
    wait_ms: u32,
) -> Result<Batch, Fault> {
    let place = match checkpoint {
        Some(text) => Place::read(text, source.name())?,
        None => Place::first(source.name(), source.start()?),
    };
    let mut sweep = Sweep {
        source,
        batch_size,
        place,
        messages: Vec::new(),
    };
    let clock = &org.context().clock;
    let began_ms = clock.monotonic_ms();
    let more = loop {
        match sweep.step()? {
            Step::Done { more } => break more,
            Step::On if clock.monotonic_ms().saturating_sub(began_ms) >= u64::from(wait_ms) => {
                break true;
            }
            Step::On => {}
        }
    };
    let mut messages = sweep.messages;
    let facts = facts(org);
    for message in &mut messages {
        message.attributes.extend(facts.iter().cloned());
    }
    Ok(Batch {
        messages,
        checkpoint: sweep.place.write()?,
        more,
    })
}

/// What the host needs to know of the exchange.
pub(crate) fn facts(org: &Org) -> Vec<(String, String)> {
    let mut facts = org.attributes();
    facts.retain(|(name, _)| matches!(name.as_str(), "api-usage" | "session-renewed"));
    facts
}

struct Sweep<'a> {
    source: &'a dyn Source,
    batch_size: usize,
    place: Place,
    messages: Vec<Message>,
}

/// What follows a page.
enum Step {
    /// Another page.
    On,
    /// Nothing in this poll; whether another would find something at once.
    Done { more: bool },
}

/// What follows a change.
enum Next {
    /// The next change.
    On,
    /// The batch is full, and this change is not in it.
    Full,
    /// The pass ends before this change.
    Ends { more: bool },
}

impl Sweep<'_> {
    /// Works one page off.
    fn step(&mut self) -> Result<Step, Fault> {
        let wanted = self.batch_size - self.messages.len();
        let found = self.source.page(&self.place, wanted)?;
        let bounds = match (&self.place.pass, found.bounds) {
            (Some(pass), _) => Bounds {
                until: pass.until,
                closes: pass.closes,
            },
            (None, Some(bounds)) => bounds,
            (None, None) => return Ok(Step::Done { more: false }),
        };
        self.place.pass.get_or_insert(Pass {
            until: bounds.until,
            closes: bounds.closes,
            at: None,
        });
        // Without the org's time, whatever lies beyond the bounds can be handed out by the next pass.
        let now = found.bounds.map_or(i64::MAX, |bounds| bounds.until);
        let mut last_ms = i64::MIN;
        for change in found.changes {
            if change.stamp.ms < last_ms {
                return Err(Fault::protocol(
                    "The org did not send changes in the order asked for, so that none can be told from those handed out",
                ));
            }
            last_ms = change.stamp.ms;
            match self.take(change, bounds, now) {
                Next::On => {}
                Next::Full => return Ok(Step::Done { more: true }),
                Next::Ends { more } => return Ok(self.end(more || found.more)),
            }
        }
        if found.complete {
            return Ok(self.end(found.more));
        }
        if self.messages.len() >= self.batch_size {
            return Ok(Step::Done { more: true });
        }
        Ok(Step::On)
    }

    fn end(&mut self, more: bool) -> Step {
        self.place.close();
        Step::Done { more }
    }

    fn take(&mut self, change: Change, bounds: Bounds, now: i64) -> Next {
        let second = change.stamp.second();
        if second >= bounds.until {
            return Next::Ends { more: second < now };
        }
        if !change.skip && !self.place.seen.has(&change.id, &change.stamp) {
            if self.messages.len() >= self.batch_size {
                return Next::Full;
            }
            let remembered = second >= bounds.closes;
            if remembered && self.place.seen.is_full() {
                // It waits until it is older than the look-back, and needs no remembering.
                return Next::Ends { more: false };
            }
            if remembered {
                self.place.seen.add(&change.id, &change.stamp);
            }
            self.reach(&change);
            self.messages.push(message(change));
            return Next::On;
        }
        self.reach(&change);
        Next::On
    }

    fn reach(&mut self, change: &Change) {
        if let Some(pass) = &mut self.place.pass {
            pass.at = Some((change.stamp.text.clone(), change.id.clone()));
        }
    }
}

fn message(change: Change) -> Message {
    let stamp = change.stamp.text;
    Message {
        media_type: "application/json".into(),
        body: change.body,
        attributes: vec![
            ("event-id".into(), format!("{}@{stamp}", change.id)),
            ("id".into(), change.id),
            ("stamp".into(), stamp),
        ],
    }
}
