//! Outbound messages on their way: [`delivery`] posts what the org has queued, for as long as it is on a port.

pub(crate) mod delivery;
mod envelope;
mod post;
#[cfg(test)]
mod tests;
