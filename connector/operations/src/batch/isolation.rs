//! Finds the records for which Salesforce refuses a whole call, so that the others can be saved.

use super::operation::Row;
use salesforce_contract::bindings::{Fault, FaultKind};

/// Most rows that are taken out of one call; then the rest of it fails as a whole.
const MAX_OFFENDING: usize = 20;

/// Most rows that fail alone, one after the other, before anything of their call was taken: by then the request itself is what is
/// refused, and asking on would only cost calls.
const MAX_FRUITLESS: usize = 4;

/// The code by which Salesforce refuses a whole call for one value that it cannot read.
const UNREADABLE: &str = "JSON_PARSER_ERROR";

/// What becomes of rows whose call was refused.
pub(super) enum Split {
    /// They are sent again in parts, the last of the list first.
    Parts([Vec<Row>; 2]),
    /// One of them is the offending row; the others are sent again.
    Found { row: Row, rest: Option<Vec<Row>> },
    /// They fail together.
    Whole(Vec<Row>),
}

/// The search for the offending rows of one call.
pub(super) struct Isolation {
    /// Whether the call is saved whole or not at all: then it fails whole, too.
    atomic: bool,
    /// How many rows the call had.
    rows: usize,
    /// The indexes of its first and last record.
    pub range: (u32, u32),
    /// Whether Salesforce has taken a part of the call.
    pub accepted: bool,
    /// Whether Salesforce has named a row by its line.
    pub named: bool,
    /// Why the last row that was found is refused.
    pub last: Option<Fault>,
    /// Offending rows found so far.
    offending: usize,
    /// Those of them that failed alone.
    fruitless: usize,
}

impl Isolation {
    pub fn new(rows: &[Row], atomic: bool) -> Self {
        Self {
            atomic,
            rows: rows.len(),
            range: super::engine::range(rows),
            accepted: false,
            named: false,
            last: None,
            offending: 0,
            fruitless: 0,
        }
    }

    /// Whether no more rows are looked for.
    pub fn is_over(&self) -> bool {
        let fruitless = !self.accepted && self.fruitless >= MAX_FRUITLESS;
        self.offending >= MAX_OFFENDING || fruitless
    }

    /// Decides on rows whose call ended in this fault. Nothing is sent again that may have been acted on.
    pub fn split(&mut self, fault: &Fault, mut rows: Vec<Row>) -> Split {
        let by_org = fault.kind == FaultKind::Invalid && !fault.upstream.is_empty();
        if self.atomic || !by_org || fault.maybe_applied || self.is_over() {
            return Split::Whole(rows);
        }
        if let Some(at) = line(fault).filter(|at| *at < rows.len()) {
            self.offending += 1;
            self.named = true;
            let row = rows.remove(at);
            let rest = (!rows.is_empty()).then_some(rows);
            return Split::Found { row, rest };
        }
        if self.rows == 1 {
            return Split::Whole(rows);
        }
        if rows.len() > 1 {
            let second = rows.split_off(rows.len() / 2);
            return Split::Parts([second, rows]);
        }
        match rows.pop() {
            Some(row) => {
                self.offending += 1;
                self.fruitless += 1;
                Split::Found { row, rest: None }
            }
            None => Split::Whole(rows),
        }
    }
}

/// The row that Salesforce could not read: its message tells the line, and each row has its own.
fn line(fault: &Fault) -> Option<usize> {
    let error = fault.upstream.first()?;
    if error.code != UNREADABLE {
        return None;
    }
    let (_, after) = error.message.rsplit_once("[line:")?;
    let digits = after.split(|char: char| !char.is_ascii_digit()).next()?;
    // Lines count from one, and the first holds what stands before the rows.
    digits.parse::<usize>().ok()?.checked_sub(2)
}
