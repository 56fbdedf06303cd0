//! Decides what of the changes that are read is new.
//!
//! A pass reads all changes from the floor to a bound, in the order of their stamps. Whatever is younger than the look-back is
//! remembered when it is handed out; the next pass begins at the look-back again and passes over what is remembered. So
//! a change that is committed late, behind the place that a pass has reached, is found by the next one.
//!
//! Where the look-back holds so many changes that reading them again takes several pages, most passes are short: they begin at
//! the front, where the last one ended, and a whole pass comes every few minutes.

use super::instant::Instant;
use super::place::{Mark, Pass, Place};
use salesforce_client::metadata::Metadata;
use salesforce_client::org::Org;
use salesforce_contract::bindings::exports::mediation::connector::mediator::Batch;
use salesforce_contract::bindings::{Fault, FaultKind, Message};
use salesforce_formats::soql::date;

/// Seconds between two whole passes for each page that one reads again: one request in so many seconds is spent on late changes.
const SECONDS_PER_PAGE: i64 = 20;

/// Longest time between two whole passes, in seconds: changes that are committed late come with this delay at most.
const MAX_SECONDS_BETWEEN: i64 = 300;

/// Longest pause that is asked for where no more changes can be remembered, in milliseconds.
const MAX_PAUSE_MS: u64 = 60_000;

/// One change.
pub struct Change {
    /// The record; empty for the word of a gap, whose attributes say what else a message does.
    pub id: String,
    /// When it was changed.
    pub stamp: Instant,
    /// Whether it is to be passed over: it is no change of the kind asked for.
    pub skip: bool,
    /// What else can be told of it.
    pub attributes: Vec<(String, String)>,
    /// The document.
    pub body: Vec<u8>,
}

/// A page of changes, in the order of their stamps.
pub struct Found {
    /// The changes after the place that was given.
    pub changes: Vec<Change>,
    /// Whether no more follow.
    pub complete: bool,
    /// The org's time in seconds since 1970, where it tells.
    pub now: Option<i64>,
    /// The bounds of a pass that begins with this page; without them nothing can be told yet.
    pub bounds: Option<Bounds>,
    /// Whether changes beyond the bounds are known to wait.
    pub more: bool,
    /// Seconds of the span that was told of, where it was not all that was asked for.
    pub span: Option<i64>,
    /// What the answer told beside its changes.
    pub metadata: Metadata,
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

    /// Most changes of one page.
    fn rows_at_once(&self) -> usize;

    /// The next page behind a mark, or from the floor on, with at least `wanted` new changes if there are as many.
    fn page(&self, place: &Place, at: Option<&Mark>, wanted: usize) -> Result<Found, Fault>;
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
    let clock = &org.context().clock;
    let began_ms = clock.monotonic_ms();
    let mut sweep = Sweep {
        source,
        batch_size,
        floor: place.floor,
        place,
        now: None,
        due: false,
        closes: None,
        full: None,
        messages: Vec::new(),
        metadata: Metadata::default(),
    };
    let more = loop {
        match sweep.step()? {
            Step::Done { more } => break more,
            Step::On if clock.monotonic_ms().saturating_sub(began_ms) >= u64::from(wait_ms) => {
                break true;
            }
            Step::On => {}
        }
    };
    sweep.check_room()?;
    let mut messages = sweep.messages;
    let facts = facts(org, &sweep.metadata);
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
fn facts(org: &Org, metadata: &Metadata) -> Vec<(String, String)> {
    let usage = metadata.usage().cloned();
    let renewed = org.attributes(&Metadata::default());
    usage.into_iter().chain(renewed).collect()
}

struct Sweep<'a> {
    source: &'a dyn Source,
    batch_size: usize,
    place: Place,
    /// The floor at the beginning.
    floor: Option<i64>,
    /// The org's time, where it has told.
    now: Option<i64>,
    /// Whether a whole pass follows at once.
    due: bool,
    /// The second before which no change can come any more, as far as the org has told.
    closes: Option<i64>,
    /// The second of the first change that has to wait because no more can be remembered.
    full: Option<i64>,
    messages: Vec<Message>,
    /// What the newest answer told beside its changes.
    metadata: Metadata,
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
        let short = match &self.place.pass {
            Some(pass) => pass.short,
            None => self.place.swept.is_some() && self.pages_again() > 0,
        };
        let at = match &self.place.pass {
            Some(pass) => pass.at.clone(),
            None => self.place.front.clone().filter(|_| short),
        };
        let found = self.source.page(&self.place, at.as_ref(), wanted)?;
        let bounds = match (&self.place.pass, found.bounds) {
            (Some(pass), _) => Bounds {
                until: pass.until,
                closes: pass.closes,
            },
            (None, Some(bounds)) => self.bounds(bounds, short),
            (None, None) => return Ok(Step::Done { more: false }),
        };
        self.metadata = found.metadata;
        self.now = found.now.or(self.now);
        self.place.span = found.span;
        self.closes = found.bounds.map(|bounds| bounds.closes);
        self.place.pass.get_or_insert(Pass {
            until: bounds.until,
            closes: bounds.closes,
            at,
            short,
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

    /// How many pages a whole pass reads that a short one does not.
    fn pages_again(&self) -> i64 {
        let pages = self.place.seen.since(i64::MIN) / self.source.rows_at_once().max(1);
        i64::try_from(pages).unwrap_or(i64::MAX)
    }

    /// Whether it is time for a whole pass; always for an org that does not tell the time, or whose clock was set back.
    fn is_due(&self) -> bool {
        let between = self
            .pages_again()
            .saturating_mul(SECONDS_PER_PAGE)
            .min(MAX_SECONDS_BETWEEN);
        let since = self.now.zip(self.place.swept);
        let since = since.map(|(now, swept)| now.saturating_sub(swept));
        !since.is_some_and(|since| (0..between).contains(&since))
    }

    /// A short pass leaves the floor, and remembers all that it hands out.
    fn bounds(&self, bounds: Bounds, short: bool) -> Bounds {
        let floor = self.place.floor.filter(|_| short);
        Bounds {
            closes: floor.map_or(bounds.closes, |floor| floor.min(bounds.closes)),
            ..bounds
        }
    }

    fn end(&mut self, more: bool) -> Step {
        let was_short = self.place.pass.as_ref().is_some_and(|pass| pass.short);
        self.place.close(self.now);
        if was_short && self.is_due() {
            self.place.swept = None;
            self.due = true;
            return Step::Done { more: true };
        }
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
                self.full = Some(second);
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

    /// Says so where changes wait and nothing else is to be told.
    fn check_room(&self) -> Result<(), Fault> {
        let Some(waiting) = self.full else {
            return Ok(());
        };
        if !self.messages.is_empty() || self.due || self.place.floor != self.floor {
            return Ok(());
        }
        let oldest = self.place.seen.oldest().zip(self.closes);
        let pause = oldest.map_or(0, |(oldest, closes)| oldest.saturating_sub(closes));
        let pause = u64::try_from(pause).unwrap_or(0);
        let time = date::of_unix_seconds(waiting).unwrap_or_default();
        Err(Fault {
            retry_after_ms: Some(pause.saturating_mul(1_000).clamp(1_000, MAX_PAUSE_MS)),
            ..Fault::new(
                FaultKind::LimitExceeded,
                format!(
                    "Changes from {time} on wait until those before them are older than config.look-back-seconds: {} changes are remembered so that none comes twice, and no more fit. All come, later; a shorter look-back remembers fewer",
                    self.place.seen.since(i64::MIN)
                ),
            )
        })
    }
}

fn message(change: Change) -> Message {
    let stamp = change.stamp.text;
    let mut attributes = Vec::new();
    if !change.id.is_empty() {
        attributes = vec![
            ("event-id".into(), format!("{}@{stamp}", change.id)),
            ("id".into(), change.id),
            ("stamp".into(), stamp),
        ];
    }
    attributes.extend(change.attributes);
    Message {
        media_type: "application/json".into(),
        body: change.body,
        attributes,
    }
}
