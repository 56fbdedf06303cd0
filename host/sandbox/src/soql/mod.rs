//! SOQL: from text to rows.
//!
//! A statement is read by [`parse`], checked against the schema and turned into SQL, and run page by page.

pub mod ast;
pub mod date_literal;
pub mod error;
pub mod limits;
pub mod literal;
pub mod parse;
pub mod token;

pub use error::{ErrorCode, Result, SoqlError};
pub use parse::parse;
