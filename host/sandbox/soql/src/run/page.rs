//! One page: its rows read by row id, and the rows of its sub-queries found for all of its parents at once.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::types::{Value as SqlValue, ValueRef};

use super::super::error::Result;
use super::super::limits;
use super::super::plan::sql::prepare;
use super::super::plan::{Child, Execution, Plan, Records};
use super::super::render::Head;
use super::reader::{Page, Reader};
use super::root::{KnownCursors, OpenedCursor, Root, locator, next_number};

/// Records written one after the other.
#[derive(Default)]
struct WrittenRecords {
    bytes: Vec<u8>,
    /// Where each ends; a purged row ends where it begins.
    ends: Vec<usize>,
}

impl WrittenRecords {
    /// Returns the records from `first` up to but without `last`, separated.
    fn slice(&self, first: usize, last: usize, separator: &[u8]) -> Vec<u8> {
        let mut start = first
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .copied()
            .unwrap_or_default();
        let mut out = Vec::new();
        for end in self.ends.get(first..last).unwrap_or_default() {
            let record = self.bytes.get(start..*end).unwrap_or_default();
            if !record.is_empty() && !out.is_empty() {
                out.extend_from_slice(separator);
            }
            out.extend_from_slice(record);
            start = *end;
        }
        out
    }
}

/// Reads pages; collects the cursors of sub-queries that do not fit.
pub(super) struct Pages<'a> {
    connection: &'a Connection,
    reader: Reader<'a>,
}

/// A cursor of a sub-query that was opened while a page was read.
struct OpenedCursors<'k> {
    known: Option<&'k KnownCursors>,
    opened: Vec<OpenedCursor>,
}

impl<'a> Pages<'a> {
    pub(super) fn new(connection: &'a Connection, reader: Reader<'a>) -> Self {
        Self { connection, reader }
    }

    /// Returns the page of `root` that begins at row `offset`, and the cursors that are open now because of it.
    pub(super) fn page(
        &self,
        root: &Root,
        offset: usize,
        known: Option<&KnownCursors>,
    ) -> Result<(Page, Vec<OpenedCursor>)> {
        let end = root
            .rows
            .len()
            .min(offset.saturating_add(self.reader.page_rows));
        let rows = root.rows.get(offset..end).unwrap_or_default();
        let mut openings = OpenedCursors {
            known,
            opened: Vec::new(),
        };
        let written = self.records(&root.plan, rows, &mut openings)?;
        let records = written.slice(0, rows.len(), self.reader.format.separator());
        let next = (end < root.rows.len()).then(|| locator(root.number, end));
        let mut body = Vec::with_capacity(records.len() + 128);
        let head = Head {
            entity: root
                .plan
                .projection()
                .map(|projection| projection.source.type_name()),
            total: root.rows.len(),
            rows: rows.len(),
            next: next.clone(),
        };
        self.reader.format.result(&mut body, &head, &records);
        if next.is_some() || !openings.opened.is_empty() {
            openings.opened.insert(
                0,
                OpenedCursor {
                    root: root.clone(),
                    parent: None,
                },
            );
        }
        Ok((
            Page {
                body,
                total: head.total,
                rows: rows.len(),
                next,
            },
            openings.opened,
        ))
    }

    /// Writes the records with these row ids.
    fn records(
        &self,
        plan: &Arc<Plan>,
        rows: &[i64],
        openings: &mut OpenedCursors<'_>,
    ) -> Result<WrittenRecords> {
        let Execution::Records(records) = &plan.work else {
            return Ok(WrittenRecords::default());
        };
        if rows.is_empty() {
            return Ok(WrittenRecords::default());
        }
        let children = self.children(records, plan, rows, openings)?;
        let mut written = WrittenRecords {
            bytes: Vec::new(),
            ends: Vec::with_capacity(rows.len()),
        };
        let mut statement = prepare(
            self.connection,
            &records.read,
            &plan.params,
            Some(keys(rows)),
        )?;
        let mut found = statement.raw_query();
        while let Some(row) = found.next()? {
            let id: i64 = row.get(records.row_id)?;
            // Rows that were purged since they were found are skipped.
            while rows
                .get(written.ends.len())
                .is_some_and(|wanted| *wanted != id)
            {
                written.ends.push(written.bytes.len());
            }
            let of_row = children
                .get(written.ends.len())
                .map_or(&[][..], Vec::as_slice);
            self.reader
                .format
                .record(&mut written.bytes, &records.projection, row, of_row)?;
            written.ends.push(written.bytes.len());
        }
        written.ends.resize(rows.len(), written.bytes.len());
        Ok(written)
    }

    /// For each row, the results of its sub-queries.
    fn children(
        &self,
        records: &Records,
        plan: &Plan,
        rows: &[i64],
        openings: &mut OpenedCursors<'_>,
    ) -> Result<Vec<Vec<Option<Vec<u8>>>>> {
        if records.children.is_empty() {
            return Ok(Vec::new());
        }
        let parents = self.ids(records, plan, rows)?;
        let mut results = vec![Vec::with_capacity(records.children.len()); rows.len()];
        for child in &records.children {
            let of_child = self.child(child, &parents, openings)?;
            for (results, result) in results.iter_mut().zip(of_child) {
                results.push(result);
            }
        }
        Ok(results)
    }

    /// Returns the record id of each row id.
    fn ids(&self, records: &Records, plan: &Plan, rows: &[i64]) -> Result<Vec<String>> {
        let mut statement = prepare(
            self.connection,
            &records.read,
            &plan.params,
            Some(keys(rows)),
        )?;
        let mut found = statement.raw_query();
        let mut ids = HashMap::with_capacity(rows.len());
        while let Some(row) = found.next()? {
            if let Some(id) = id_text(row.get_ref(0)?) {
                ids.insert(row.get::<_, i64>(records.row_id)?, id.to_owned());
            }
        }
        Ok(rows
            .iter()
            .map(|row| ids.remove(row).unwrap_or_default())
            .collect())
    }

    /// Returns the result of one sub-query for each parent; `None` without rows.
    fn child(
        &self,
        child: &Child,
        parents: &[String],
        openings: &mut OpenedCursors<'_>,
    ) -> Result<Vec<Option<Vec<u8>>>> {
        let Execution::Records(of_child) = &child.plan.work else {
            return Ok(vec![None; parents.len()]);
        };
        let found = self.rows_of_parents(child, of_child, parents)?;
        let first_page = |rows: &Vec<i64>| rows.len().min(limits::CHILD_PAGE_ROWS);
        let wanted: Vec<i64> = found
            .iter()
            .flat_map(|rows| rows.iter().take(first_page(rows)).copied())
            .collect();
        let written = self.records(&child.plan, &wanted, openings)?;
        let (mut results, mut start) = (Vec::with_capacity(parents.len()), 0);
        for (rows, parent) in found.into_iter().zip(parents) {
            if rows.is_empty() {
                results.push(None);
                continue;
            }
            let (total, end) = (rows.len(), start + first_page(&rows));
            let next = (total > end - start)
                .then(|| openings.open(&child.plan, parent, rows, end - start));
            let records = written.slice(start, end, self.reader.format.separator());
            let mut result = Vec::with_capacity(records.len() + 128);
            let head = Head {
                entity: Some(of_child.projection.source.type_name()),
                total,
                rows: end - start,
                next,
            };
            self.reader.format.result(&mut result, &head, &records);
            results.push(Some(result));
            start = end;
        }
        Ok(results)
    }

    /// Returns the row ids of each parent's children, in order, within the sub-query's LIMIT and OFFSET.
    fn rows_of_parents(
        &self,
        child: &Child,
        records: &Records,
        parents: &[String],
    ) -> Result<Vec<Vec<i64>>> {
        let places: HashMap<&str, usize> = parents
            .iter()
            .enumerate()
            .map(|(at, id)| (id.as_str(), at))
            .collect();
        let mut rows = vec![Vec::new(); parents.len()];
        let keys = parents
            .iter()
            .map(|id| SqlValue::Text(id.clone()))
            .collect();
        let mut statement = prepare(
            self.connection,
            &records.find,
            &child.plan.params,
            Some(keys),
        )?;
        let mut found = statement.raw_query();
        let most = child
            .limit
            .map_or(usize::MAX, |limit| limit.saturating_add(child.offset));
        while let Some(row) = found.next()? {
            let place = id_text(row.get_ref(1)?).and_then(|parent| places.get(parent));
            if let Some(of_parent) = place
                .and_then(|at| rows.get_mut(*at))
                .filter(|rows| rows.len() < most)
            {
                of_parent.push(row.get(0)?);
            }
        }
        if child.offset > 0 {
            rows.iter_mut()
                .for_each(|rows| drop(rows.drain(..child.offset.min(rows.len()))));
        }
        Ok(rows)
    }
}

impl OpenedCursors<'_> {
    /// Returns a cursor over a parent's children; the same one if the page was read before.
    fn open(&mut self, plan: &Arc<Plan>, parent: &str, rows: Vec<i64>, offset: usize) -> String {
        let parent = (Arc::as_ptr(plan) as usize, parent.to_owned());
        if let Some(number) = self.known.and_then(|known| known.get(&parent)) {
            return locator(*number, offset);
        }
        let root = Root {
            plan: Arc::clone(plan),
            rows: rows.into(),
            number: next_number(),
        };
        let text = locator(root.number, offset);
        self.opened.push(OpenedCursor {
            root,
            parent: Some(parent),
        });
        text
    }
}

fn keys(rows: &[i64]) -> Vec<SqlValue> {
    rows.iter().map(|row| SqlValue::Integer(*row)).collect()
}

/// Text of a column that holds an id.
fn id_text(value: ValueRef<'_>) -> Option<&str> {
    match value {
        ValueRef::Text(text) => std::str::from_utf8(text).ok(),
        _ => None,
    }
}
