//! XML: read as a tree, written as text.

mod element;
mod out;

pub use element::{Element, Malformed};
pub use out::{Out, escape};
