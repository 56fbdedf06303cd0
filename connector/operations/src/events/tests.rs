//! Subscriptions against scripts, and outbound messages good and hostile.

mod outbound;
mod quiet;
mod subscriptions;
mod trouble;
mod unruly;
