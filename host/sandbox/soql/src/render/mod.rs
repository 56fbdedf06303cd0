//! Rows as text. Every renderer walks the same [`Projection`](super::shape::Shape).

pub mod human;
pub mod json;
pub mod text;

use rusqlite::Row;

use super::error::Result;
use super::projection::Projection;

/// A way to write query results; JSON is one.
pub trait Format {
    /// Writes one record. `children` holds what [`Format::result`] wrote for each sub-query, `None` where it has no rows.
    ///
    /// # Errors
    /// The store's.
    fn record(
        &self,
        out: &mut Vec<u8>,
        projection: &Projection,
        row: &Row<'_>,
        children: &[Option<Vec<u8>>],
    ) -> Result<()>;

    /// Separator between records.
    fn separator(&self) -> &'static [u8];

    /// Writes a result around its records.
    fn result(&self, out: &mut Vec<u8>, head: &Head<'_>, records: &[u8]);
}

/// What a result says before its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head<'a> {
    /// What the records are: an object's name, if there are any to tell it.
    pub entity: Option<&'a str>,
    /// Rows of all pages.
    pub total: usize,
    /// Rows of this page.
    pub rows: usize,
    /// The cursor of the next page, `0r8…-2000`; `None` on the last page.
    pub next: Option<String>,
}
