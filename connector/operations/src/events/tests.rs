//! Subscriptions against scripts, and outbound messages good and hostile.

mod disturbed;
mod filtered;
mod outbound;
mod quiet;
mod subscriptions;
mod unruly;
