//! Foundation of an org: its schema, its values, and the store that keeps them in SQLite.

pub mod api_error;
pub mod clock;
pub mod id;
pub mod json;
pub mod schema;
pub mod store;
pub mod value;
pub mod xml;
