//! Running plans: pages with cursors for REST and SOAP, one long stream for bulk.

mod cursors;
mod page;
mod queries;
mod reader;
mod root;
mod stream;
#[cfg(test)]
mod tests;

pub use queries::{Queries, page_rows};
pub use reader::{Page, Reader};
pub use stream::for_each_row;
