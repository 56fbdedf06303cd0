//! Bulk loads and extracts, end to end: component, host and simulated org.

mod extracts;
mod faults;
mod killed;
mod loads;
mod result_modes;
mod zipped;
