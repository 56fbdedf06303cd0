//! Child sub-queries inside of records.

use super::page::known_size;
use super::scan::Scan;
use super::{PageError, RowError};

/// The answer to a child sub-query, as it stands in its parent record.
pub(super) struct ChildQuery {
    /// The bytes of the array of records, brackets included.
    pub records: (usize, usize),
    /// The byte after the answer.
    pub end: usize,
    /// The rows of the whole sub-query, where the org knows.
    pub total_size: Option<u64>,
    /// The path of the next page, unless all rows are here.
    pub next: Option<String>,
}

/// Reads the object at `scan` as the answer to a child sub-query; `None` if it is another object.
///
/// It is one if its members are `totalSize`, `done`, `records`, and `nextRecordsUrl` or not, and nothing else.
pub(super) fn child_query(
    mut scan: Scan<'_>,
    relationship: &[u8],
) -> Result<Option<ChildQuery>, RowError> {
    let (mut total_size, mut done, mut next, mut records) = (None, None, None, None);
    let mut only_those = true;
    scan.members(|scan, name| {
        let start = scan.at;
        let value = |scan: &mut Scan<'_>| -> Result<_, RowError> {
            scan.skip_value()?;
            Ok((start, scan.at))
        };
        match name {
            b"totalSize" => total_size = Some(value(scan)?),
            b"done" => done = Some(value(scan)?),
            b"nextRecordsUrl" => next = Some(value(scan)?),
            b"records" if scan.peek() == Some(b'[') => records = Some(value(scan)?),
            _ => only_those = false,
        }
        Ok(only_those)
    })?;
    let (true, Some(total_size), Some(done), Some(records)) =
        (only_those, total_size, done, records)
    else {
        return Ok(None);
    };
    let broken = |reason: &str| RowError::ChildPage {
        relationship: String::from_utf8_lossy(relationship).into_owned(),
        error: PageError::Shape {
            reason: reason.to_owned(),
        },
    };
    let text = |(start, end)| scan.slice(start, end);
    let total_size = serde_json::from_slice(text(total_size))
        .map_err(|_| broken("`totalSize` is not a number"))
        .map(known_size)?;
    let done: bool = serde_json::from_slice(text(done))
        .map_err(|_| broken("`done` is neither true nor false"))?;
    let next: Option<String> = next.and_then(|next| serde_json::from_slice(text(next)).ok());
    if !done && next.is_none() {
        return Err(broken("it is not the last one, yet it names no next one"));
    }
    Ok(Some(ChildQuery {
        records,
        end: scan.at,
        total_size,
        next: next.filter(|_| !done),
    }))
}
