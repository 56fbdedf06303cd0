//! Working on a query: its rows as CSV, and where in it each page begins.

use std::io::{self, BufRead, BufReader, Write as _};
use std::time::Instant;

use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::blob::{Blob, BlobWriter};
use super::dialect::{Dialect, quote};
use super::job::{Job, State, Task};
use super::queue;
use crate::org::Org;
use sandbox_model::api_error::ApiError;
use sandbox_model::value::number;
use sandbox_soql::projection::{Content, Leaf, Projection, ValueKind};
use sandbox_soql::render::{human, text as written};
use sandbox_soql::{ErrorCode, Options, Plan, SoqlError, for_each_row, parse};

/// The place of every so-manieth row is remembered; between them rows are counted.
const INDEX_EVERY: u64 = 1_000;
/// Rows after which an aborted job is noticed.
const CHECK_EVERY: u64 = 1_000;
/// Bytes collected before they are written.
const BUFFER: usize = 64 * 1024;

/// A query's rows as CSV, readable from any row on.
#[derive(Debug, Clone)]
pub struct Pages {
    /// The header row.
    pub header: Vec<u8>,
    /// All other rows.
    pub rows: Blob,
    /// How many there are.
    pub count: u64,
    marks: std::sync::Arc<[u64]>,
    line_ending: &'static [u8],
}

impl Pages {
    /// Returns the bytes of `count` rows from row `first` on: where they begin, and how many there are.
    ///
    /// # Errors
    /// The file's.
    pub fn span(&self, first: u64, count: u64) -> io::Result<(u64, u64)> {
        let last = first.saturating_add(count).min(self.count);
        let start = self.place(first.min(last))?;
        Ok((start, self.place(last)? - start))
    }

    /// Returns the byte at which a row begins.
    fn place(&self, row: u64) -> io::Result<u64> {
        if row >= self.count {
            return Ok(self.rows.len());
        }
        let mark = row / INDEX_EVERY;
        let at = usize::try_from(mark).unwrap_or(usize::MAX);
        let start = self.marks.get(at).copied().unwrap_or_default();
        let mut reader = BufReader::new(self.rows.read(start, u64::MAX)?);
        let (mut place, mut line) = (start, Vec::new());
        for _ in 0..row % INDEX_EVERY {
            place += record(&mut reader, &mut line, self.line_ending)?;
        }
        Ok(place)
    }
}

/// Reads past one record, whose quotes may hold line ends; says how long it was.
fn record(reader: &mut impl BufRead, line: &mut Vec<u8>, ending: &[u8]) -> io::Result<u64> {
    line.clear();
    loop {
        let read = reader.read_until(b'\n', line)?;
        let quotes = memchr::memchr_iter(b'"', line).count();
        if read == 0 || (quotes.is_multiple_of(2) && line.ends_with(ending)) {
            return Ok(line.len() as u64);
        }
    }
}

/// Reads a statement, and rejects what bulk queries cannot do.
///
/// # Errors
/// Salesforce's error of the statement, or of what bulk does not take.
pub fn plan(org: &Org, soql: &str, user: &str, all: bool) -> Result<Plan, ApiError> {
    let options = Options {
        include_deleted: all,
        ..Options::new(user, org.clock.now())
    };
    let plan = Plan::new(soql, &org.schema, &options)?;
    if plan.is_aggregate() {
        return Err(rejected("Aggregate Queries not supported in Bulk Query"));
    }
    if parse(soql)?.offset.is_some() {
        return Err(rejected("OFFSET not supported in Bulk Query"));
    }
    if let Some(projection) = plan.projection() {
        reject_nested(projection)?;
    }
    Ok(plan)
}

fn rejected(message: &str) -> ApiError {
    ApiError::new("API_ERROR", message)
}

fn reject_nested(projection: &Projection) -> Result<(), ApiError> {
    for projected in &projection.fields {
        match &projected.content {
            Content::Value {
                kind: ValueKind::File { .. },
                ..
            } => {
                return Err(rejected(
                    "Selecting binary data not supported in Bulk Query",
                ));
            }
            Content::Value { .. } => {}
            Content::Parent(parent) => reject_nested(parent)?,
            Content::Address(_) => {
                return Err(rejected(
                    "Selecting compound data not supported in Bulk Query",
                ));
            }
            Content::OneOf { .. } => {
                return Err(rejected("TYPEOF not supported in Bulk Query"));
            }
            Content::Children(_) => {
                return Err(rejected(
                    "Aggregate Relationships not supported in Bulk V2 Query with CSV content type",
                ));
            }
        }
    }
    Ok(())
}

/// Works on a query job until it is done, fails or is aborted.
pub(super) fn run(org: &Org, job: &Job) {
    let Task::Query { soql, all, .. } = &job.task else {
        return;
    };
    let settings = org.bulk.settings();
    queue::wait(&org.clock, job.changed(), settings.queue_ms, || {
        job.state() == State::UploadComplete
    });
    if !job.advance(&[State::UploadComplete], State::InProgress, org.clock.now()) {
        return;
    }
    queue::wait(&org.clock, job.changed(), settings.batch_ms, || {
        job.state() == State::InProgress
    });
    let started = Instant::now();
    let found = plan(org, soql, job.created_by.as_str(), *all).and_then(|plan| {
        csv(org, &plan, job.dialect, |rows| {
            let mut progress = job.progress();
            progress.processed = rows;
            progress.state == State::InProgress
        })
    });
    let total_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut progress = job.progress();
    progress.total_ms = total_ms;
    progress.changed = org.clock.now();
    if progress.state.is_final() {
        return;
    }
    match found {
        Ok(pages) => {
            progress.processed = pages.count;
            progress.pages = Some(pages);
            progress.state = State::JobComplete;
        }
        Err(api_error) => {
            progress.error = Some(format!("{}: {}", api_error.code, api_error.message));
            progress.state = State::Failed;
        }
    }
}

/// Writes a query's rows as CSV; `each` gets the number so far and may stop it.
///
/// # Errors
/// The store's, or the disk's.
pub fn csv(
    org: &Org,
    plan: &Plan,
    dialect: Dialect,
    mut each: impl FnMut(u64) -> bool,
) -> Result<Pages, ApiError> {
    let projection = plan
        .projection()
        .ok_or_else(|| rejected("Aggregate Queries not supported in Bulk Query"))?;
    let leaves = projection.leaves();
    let mut header = Vec::new();
    let names: Vec<String> = leaves.iter().map(|leaf| leaf.path.join(".")).collect();
    dialect.row(&mut header, names.iter().map(String::as_bytes));
    let (mut rows, mut out, mut marks, mut count) =
        (BlobWriter::default(), Vec::new(), Vec::new(), 0_u64);
    let disk = |error: io::Error| {
        SoqlError::new(
            ErrorCode::UnknownException,
            format!("the results cannot be kept: {error}"),
        )
    };
    org.store.read(|connection| {
        for_each_row(connection, plan, |row| {
            if count.is_multiple_of(INDEX_EVERY) {
                marks.push(rows.len() + out.len() as u64);
            }
            write_row(&mut out, &leaves, row, dialect)?;
            count += 1;
            if out.len() >= BUFFER {
                rows.write_all(&out).map_err(disk)?;
                out.clear();
            }
            if count.is_multiple_of(CHECK_EVERY) && !each(count) {
                return Err(SoqlError::new(
                    ErrorCode::UnknownException,
                    "the job was aborted",
                ));
            }
            Ok(())
        })
    })?;
    rows.write_all(&out).map_err(disk)?;
    Ok(Pages {
        header,
        rows: rows.finish().map_err(disk)?,
        count,
        marks: marks.into(),
        line_ending: dialect.line_ending.bytes(),
    })
}

fn write_row(
    out: &mut Vec<u8>,
    leaves: &[Leaf<'_>],
    row: &Row<'_>,
    dialect: Dialect,
) -> Result<(), SoqlError> {
    for (at, leaf) in leaves.iter().enumerate() {
        if at > 0 {
            out.push(dialect.delimiter.byte());
        }
        value(out, leaf.kind, row.get_ref(leaf.column)?);
    }
    out.extend_from_slice(dialect.line_ending.bytes());
    Ok(())
}

fn value(out: &mut Vec<u8>, kind: &ValueKind, value: ValueRef<'_>) {
    match (value, kind) {
        (ValueRef::Null, _) => out.extend_from_slice(b"\"\""),
        (_, ValueKind::Formatted(kind, style)) => {
            quote(out, human::formatted(value, kind, *style).as_bytes());
        }
        (ValueRef::Text(text), _) => quote(out, text),
        (other, _) => {
            out.push(b'"');
            plain(out, kind, other);
            out.push(b'"');
        }
    }
}

/// A value as text; nothing for null.
pub(super) fn text(out: &mut Vec<u8>, kind: &ValueKind, value: ValueRef<'_>) {
    match (value, kind) {
        (ValueRef::Null, _) => {}
        (_, ValueKind::Formatted(kind, style)) => {
            out.extend_from_slice(human::formatted(value, kind, *style).as_bytes());
        }
        (ValueRef::Text(text), _) => out.extend_from_slice(text),
        (other, _) => plain(out, kind, other),
    }
}

/// What needs no care with quotes.
fn plain(out: &mut Vec<u8>, kind: &ValueKind, value: ValueRef<'_>) {
    match (value, kind) {
        (ValueRef::Integer(truth), ValueKind::Boolean) => {
            out.extend_from_slice(if truth == 0 { b"false" } else { b"true" });
        }
        (ValueRef::Integer(ms), ValueKind::DateTime) => {
            // Bulk shows instants with Z, REST with +0000.
            written::datetime(out, ms);
            out.truncate(out.len().saturating_sub("+0000".len()));
            out.push(b'Z');
        }
        (ValueRef::Integer(ms), ValueKind::Time) => written::time(out, ms),
        (ValueRef::Integer(whole), ValueKind::Double) => {
            out.extend_from_slice(number(whole as f64).as_bytes());
        }
        (ValueRef::Integer(whole), _) => written::integer(out, whole),
        (ValueRef::Real(real), ValueKind::Integer) if real.fract() == 0.0 => {
            written::integer(out, real as i64);
        }
        (ValueRef::Real(real), _) => out.extend_from_slice(number(real).as_bytes()),
        (ValueRef::Null | ValueRef::Text(_) | ValueRef::Blob(_), _) => {}
    }
}
