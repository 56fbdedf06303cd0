//! SOQL: from text to rows.
//!
//! [`parse`] reads a statement, [`Plan`] checks it against the schema and turns it into SQL, [`Queries`] runs it page by
//! page and keeps the cursors, [`for_each_row`] streams it. What comes out is written by a [`Format`](render::Format).
//!
//! Bounds: a cursor keeps eight bytes for each row found; a page holds its own rows in memory; streams hold one row.
//! Text compares without regard to ASCII case only, which is what SQLite's NOCASE knows.

pub mod ast;
pub mod columns;
pub mod date_literal;
pub mod error;
pub mod limits;
pub mod literal;
pub mod parse;
pub mod plan;
pub mod projection;
pub mod render;
pub mod run;
#[cfg(test)]
mod testing;
pub mod token;

pub use error::{ErrorCode, Result, SoqlError};
pub use parse::parse;
pub use plan::{Options, Plan};
pub use run::{Page, Queries, Reader, for_each_row, page_rows};

use sandbox_model::api_error::ApiError;

impl From<SoqlError> for ApiError {
    fn from(error: SoqlError) -> Self {
        Self::new(error.code.as_str(), error.message)
    }
}
