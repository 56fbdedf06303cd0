//! What an org is made of, whatever asks for it: its schema, its values, and the store that keeps them in SQLite.

pub mod clock;
pub mod id;
pub mod json;
pub mod problem;
pub mod schema;
pub mod store;
pub mod value;
pub mod xml;
