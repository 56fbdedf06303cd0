//! The catalog and the walk, tried on the real contract and on one made for trying.

mod agreement;
mod arbitrary;
mod bindings;
mod calls;
mod generator;
mod messages;
mod record;
mod replies;
mod sentences;
mod table;
