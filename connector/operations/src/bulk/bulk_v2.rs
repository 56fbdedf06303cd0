//! Bulk API 2.0: whole loads and extracts.

pub mod extract;
pub mod load;
