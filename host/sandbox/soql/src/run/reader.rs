//! Requests for pages, and the pages.

use super::super::render::Format;

/// A page of a result, written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The whole response.
    pub body: Vec<u8>,
    /// Rows of all pages.
    pub total: usize,
    /// Rows of this page.
    pub rows: usize,
    /// The cursor of the next page, `0r8…-2000`; `None` on the last page.
    pub next: Option<String>,
}

/// The user that requests a page, and the format of the page.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// Id of the user; cursors belong to users.
    pub user: &'a str,
    /// The number of the user's session.
    pub session: u64,
    /// The time, in ms since 1970.
    pub now: i64,
    /// Rows of a page; kept between 200 and 2,000.
    pub page_rows: usize,
    /// How to write it.
    pub format: &'a dyn Format,
}
