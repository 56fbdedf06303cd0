//! Subscriptions against scripts, and outbound messages good and hostile.

mod disturbed;
mod outbound;
mod quiet;
mod subscriptions;
mod unruly;
