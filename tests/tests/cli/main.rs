//! The command `mediate` as its users meet it: arguments in, stdout, stderr and an exit code out.

mod bad_input;
mod catalog;
mod endings;
mod harness;
mod operations;
mod salesforce;
