//! The command `mediate` as its users meet it: arguments in, stdout, stderr and an exit code out.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what the tests share panics as they do"
)]

mod bad_input;
mod catalog;
mod check;
mod endings;
mod harness;
mod hostile;
mod jwt;
mod loads;
#[cfg(unix)]
mod migration;
mod operations;
#[cfg(unix)]
mod outputs;
mod salesforce;
mod secrets;
mod served;
mod sources;
mod transfers;
mod watching;
