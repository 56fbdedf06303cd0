//! Decides what of the changes that are read is new.
//!
//! A pass reads all changes from the low watermark to a bound, in the order of their stamps. Whatever is younger than the look-back
//! goes into the dedup set when it is delivered; the next pass begins at the look-back again and skips what is in the set. So a
//! change that is committed late, behind the position that a pass has reached, is found by the next one.
//!
//! Where the look-back holds so many changes that reading them again takes several pages, most passes are short: they begin at the
//! high watermark, where the last one ended, and a full pass comes every few minutes.

use super::cursor::{Pass, PollCursor, Position};
use super::instant::Instant;
use salesforce_client::client::Client;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::message::{Batch, Message, bounded};

use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_formats::soql::date;

/// Seconds between two full passes for each page that one reads again: one request in so many seconds is spent on late changes.
const SECONDS_PER_PAGE: i64 = 20;

/// Longest time between two full passes, in seconds: changes that are committed late come with this delay at most.
const MAX_SECONDS_BETWEEN: i64 = 300;

/// Longest pause that is asked for where no more changes can be remembered, in milliseconds.
const MAX_PAUSE_MS: u64 = 60_000;

/// One change.
pub struct Change {
    /// The record; empty for the report of a gap, whose metadata say what else a message does.
    pub id: String,
    /// When it was changed.
    pub stamp: Instant,
    /// Whether it is to be skipped: it is no change of the kind asked for.
    pub skip: bool,
    /// Facts that only its message has.
    pub extras: Vec<(String, String)>,
    /// The document.
    pub body: Vec<u8>,
}

/// A page of changes, in the order of their stamps.
pub struct ChangePage {
    /// The changes after the position that was given.
    pub changes: Vec<Change>,
    /// Whether no more follow.
    pub complete: bool,
    /// The org's time in seconds since 1970, where it tells.
    pub now: Option<i64>,
    /// The bounds of a pass that begins with this page; without them nothing can be told yet.
    pub bounds: Option<Bounds>,
    /// Whether changes beyond the bounds are known to wait.
    pub more: bool,
    /// Seconds of the span that the page covers, where it is not all that was asked for.
    pub span: Option<i64>,
    /// What the answer told beside its changes.
    pub metadata: Metadata,
}

/// How far a pass goes.
#[derive(Clone, Copy)]
pub struct Bounds {
    /// The second before which changes are delivered.
    pub until: i64,
    /// The second before which no change can come any more.
    pub horizon: i64,
}

/// Reads changes.
pub trait ChangeSource {
    /// What is watched, and in which order.
    fn name(&self) -> &str;

    /// The second, since 1970, with which a first poll begins; none for all there is.
    fn start(&self) -> Result<Option<i64>, Fault>;

    /// Most changes of one page.
    fn max_page_rows(&self) -> usize;

    /// The next page after a position, or from the low watermark on, with at least `wanted` new changes if there are as many.
    fn page(
        &self,
        cursor: &PollCursor,
        after: Option<&Position>,
        wanted: usize,
    ) -> Result<ChangePage, Fault>;
}

/// Returns the next batch after a checkpoint. Pages without anything new are skipped until `wait_ms` is over.
pub fn poll(
    client: &Client,
    source: &dyn ChangeSource,
    batch_size: usize,
    checkpoint: Option<&str>,
    wait_ms: u32,
) -> Result<Batch, Fault> {
    let cursor = match checkpoint {
        Some(text) => PollCursor::parse(text, source.name())?,
        None => PollCursor::first(source.name(), source.start()?),
    };
    let clock = &client.context().clock;
    let began_ms = clock.monotonic_ms();
    let mut poll = Poll {
        source,
        batch_size,
        low_watermark: cursor.low_watermark,
        cursor,
        now: None,
        full_pass_due: false,
        horizon: None,
        waiting_from: None,
        messages: Vec::new(),
        metadata: Metadata::default(),
    };
    let more = loop {
        match poll.step()? {
            Step::Done { more } => break more,
            Step::Continue
                if clock.monotonic_ms().saturating_sub(began_ms) >= u64::from(wait_ms) =>
            {
                break true;
            }
            Step::Continue => {}
        }
    };
    poll.check_capacity()?;
    let usage = poll.metadata.usage;
    let told = client.metadata(Metadata {
        usage,
        ..Metadata::default()
    });
    let mut messages = poll.messages;
    for message in &mut messages {
        message.metadata.usage = told.usage;
        message.metadata.session_renewed = told.session_renewed;
    }
    Ok(Batch {
        messages,
        checkpoint: poll.cursor.write()?,
        more,
    })
}

struct Poll<'a> {
    source: &'a dyn ChangeSource,
    batch_size: usize,
    cursor: PollCursor,
    /// The low watermark at the beginning.
    low_watermark: Option<i64>,
    /// The org's time, where it has told.
    now: Option<i64>,
    /// Whether a full pass follows at once.
    full_pass_due: bool,
    /// The second before which no change can come any more, as far as the org has told.
    horizon: Option<i64>,
    /// The second of the first change that has to wait because no more can be remembered.
    waiting_from: Option<i64>,
    messages: Vec<Message>,
    /// What the newest answer told beside its changes.
    metadata: Metadata,
}

/// What follows a page.
enum Step {
    /// Another page.
    Continue,
    /// Nothing in this poll; whether another would find something at once.
    Done { more: bool },
}

/// What follows a change.
enum Next {
    /// The next change.
    Continue,
    /// The batch is full, and this change is not in it.
    Full,
    /// The pass ends before this change.
    Ends { more: bool },
}

impl Poll<'_> {
    /// Processes one page.
    fn step(&mut self) -> Result<Step, Fault> {
        let wanted = self.batch_size - self.messages.len();
        let short = match &self.cursor.pass {
            Some(pass) => pass.short,
            None => self.cursor.last_full_pass.is_some() && self.pages_to_reread() > 0,
        };
        let position = match &self.cursor.pass {
            Some(pass) => pass.position.clone(),
            None => self.cursor.high_watermark.clone().filter(|_| short),
        };
        let page = self.source.page(&self.cursor, position.as_ref(), wanted)?;
        let bounds = match (&self.cursor.pass, page.bounds) {
            (Some(pass), _) => Bounds {
                until: pass.until,
                horizon: pass.horizon,
            },
            (None, Some(bounds)) => self.bounds(bounds, short),
            (None, None) => return Ok(Step::Done { more: false }),
        };
        self.now = page.now.or(self.now);
        self.cursor.span = page.span;
        // A span without anything was not asked for: it tells nothing.
        if page.metadata != Metadata::default() {
            self.metadata = page.metadata;
        }
        self.horizon = page.bounds.map(|bounds| bounds.horizon);
        self.cursor.pass.get_or_insert(Pass {
            until: bounds.until,
            horizon: bounds.horizon,
            position,
            short,
        });
        // Without the org's time, whatever lies beyond the bounds can be delivered by the next pass.
        let now = page.bounds.map_or(i64::MAX, |bounds| bounds.until);
        let mut last_ms = i64::MIN;
        for change in page.changes {
            if change.stamp.ms < last_ms {
                return Err(Fault::protocol(
                    "The org did not send changes in the order asked for, so that none can be told from those delivered",
                ));
            }
            last_ms = change.stamp.ms;
            match self.consider(change, bounds, now) {
                Next::Continue => {}
                Next::Full => return Ok(Step::Done { more: true }),
                Next::Ends { more } => return Ok(self.end_pass(more || page.more)),
            }
        }
        if page.complete {
            return Ok(self.end_pass(page.more));
        }
        if self.messages.len() >= self.batch_size {
            return Ok(Step::Done { more: true });
        }
        Ok(Step::Continue)
    }

    /// How many pages a full pass reads that a short one does not.
    fn pages_to_reread(&self) -> i64 {
        let pages =
            self.cursor.delivered.count_since(i64::MIN) / self.source.max_page_rows().max(1);
        i64::try_from(pages).unwrap_or(i64::MAX)
    }

    /// Whether it is time for a full pass; always for an org that does not tell the time, or whose clock was set back.
    fn is_full_pass_due(&self) -> bool {
        let between = self
            .pages_to_reread()
            .saturating_mul(SECONDS_PER_PAGE)
            .min(MAX_SECONDS_BETWEEN);
        let since = self.now.zip(self.cursor.last_full_pass);
        let since = since.map(|(now, last_full_pass)| now.saturating_sub(last_full_pass));
        !since.is_some_and(|since| (0..between).contains(&since))
    }

    /// The bounds of a pass. A short one leaves the low watermark, and remembers all that it delivers.
    fn bounds(&self, bounds: Bounds, short: bool) -> Bounds {
        let low_watermark = self.cursor.low_watermark.filter(|_| short);
        Bounds {
            horizon: low_watermark.map_or(bounds.horizon, |low_watermark| {
                low_watermark.min(bounds.horizon)
            }),
            ..bounds
        }
    }

    fn end_pass(&mut self, more: bool) -> Step {
        let was_short = self.cursor.pass.as_ref().is_some_and(|pass| pass.short);
        self.cursor.end_pass(self.now);
        if was_short && self.is_full_pass_due() {
            self.cursor.last_full_pass = None;
            self.full_pass_due = true;
            return Step::Done { more: true };
        }
        Step::Done { more }
    }

    fn consider(&mut self, change: Change, bounds: Bounds, now: i64) -> Next {
        let second = change.stamp.second();
        if second >= bounds.until {
            return Next::Ends { more: second < now };
        }
        if !change.skip && !self.cursor.delivered.contains(&change.id, &change.stamp) {
            if self.messages.len() >= self.batch_size {
                return Next::Full;
            }
            let remembered = second >= bounds.horizon;
            if remembered && self.cursor.delivered.is_full() {
                // It waits until it is older than the look-back, and needs no remembering.
                self.waiting_from = Some(second);
                return Next::Ends { more: false };
            }
            if remembered {
                self.cursor.delivered.insert(&change.id, &change.stamp);
            }
            self.advance(&change);
            self.messages.push(message(change));
            return Next::Continue;
        }
        self.advance(&change);
        Next::Continue
    }

    fn advance(&mut self, change: &Change) {
        if let Some(pass) = &mut self.cursor.pass {
            pass.position = Some((change.stamp.text.clone(), change.id.clone()));
        }
    }

    /// Fails where changes wait and nothing else is to be reported.
    fn check_capacity(&self) -> Result<(), Fault> {
        let Some(waiting) = self.waiting_from else {
            return Ok(());
        };
        if !self.messages.is_empty()
            || self.full_pass_due
            || self.cursor.low_watermark != self.low_watermark
        {
            return Ok(());
        }
        let oldest = self.cursor.delivered.oldest().zip(self.horizon);
        let pause = oldest.map_or(0, |(oldest, horizon)| oldest.saturating_sub(horizon));
        let pause = u64::try_from(pause).unwrap_or(0);
        let time = date::of_unix_seconds(waiting).unwrap_or_default();
        Err(Fault {
            retry_after_ms: Some(bounded(
                pause.saturating_mul(1_000).clamp(1_000, MAX_PAUSE_MS),
            )),
            ..Fault::new(
                FaultKind::LimitExceeded,
                format!(
                    "Changes from {time} on wait until those before them are older than config.look-back-seconds: {} changes are remembered so that none comes twice, and no more fit. All come, later; a shorter look-back remembers fewer",
                    self.cursor.delivered.count_since(i64::MIN)
                ),
            )
        })
    }
}

fn message(change: Change) -> Message {
    let stamp = change.stamp.text;
    let mut extras = Vec::new();
    if !change.id.is_empty() {
        extras = vec![
            ("event-id".into(), format!("{}@{stamp}", change.id)),
            ("id".into(), change.id),
            ("stamp".into(), stamp),
        ];
    }
    extras.extend(change.extras);
    Message {
        media_type: "application/json".into(),
        body: change.body,
        metadata: Metadata {
            extras,
            ..Metadata::default()
        },
    }
}
