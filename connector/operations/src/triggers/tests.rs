//! Triggers against an org whose transactions commit late, and against scripts.

mod chance;
mod deletions;
mod plans;
mod sweeps;
mod world;

pub use world::id;
