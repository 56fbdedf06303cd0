//! Events: subscriptions over CometD, publishing, outbound messages.
//!
//! `bayeux` is the protocol's wording, `client` speaks it for one subscription, `subscribe` is what a poll does with a client,
//! `place` is what the checkpoint holds, `quiet` what it holds of channels without an event, `gap` tells of events that are gone.

mod bayeux;
mod client;
mod connect;
mod cookies;
mod document;
mod gap;
pub mod outbound;
mod place;
pub mod publish;
mod quiet;
mod refusal;
pub mod subscribe;
mod subscriptions;
#[cfg(test)]
mod tests;
