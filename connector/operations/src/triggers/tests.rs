//! Triggers against an org whose transactions commit late, and against scripts.

mod chance;
mod deletions;
mod plans;
mod polls;
mod world;

pub use world::id;
