//! The timespan of a replication call, by Salesforce's rules.

use sandbox_model::api_error::ApiError;

/// Replication goes by whole minutes: seconds are cut off (SOAP API guide, "getUpdated()").
const MINUTE_MS: i64 = 60_000;
/// How far back a timespan may start (SOAP API guide, "getUpdated()": 30 days).
const MAX_AGE_MS: i64 = 30 * 24 * 60 * MINUTE_MS;

/// From `start` up to, but without, `end`; in ms since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub(super) start: i64,
    pub(super) end: i64,
    /// `end`, or the present minute if that is earlier.
    pub(super) covered: i64,
    pub(super) now: i64,
}

impl Window {
    /// Creates the timespan between two instants (ms since 1970), as seen at `now`. Seconds are cut off.
    ///
    /// # Errors
    /// `INVALID_REPLICATION_DATE` if the end is not at least a minute after the start, or the start is more than 30
    /// days ago.
    pub fn new(start: i64, end: i64, now: i64) -> Result<Self, ApiError> {
        let (start, end) = (minute(start), minute(end));
        if end.saturating_sub(start) < MINUTE_MS {
            return Err(rejected(
                "startDate must be at least one minute greater than endDate",
            ));
        }
        if start < minute(now.saturating_sub(MAX_AGE_MS)) {
            return Err(rejected("startDate cannot be more than 30 days ago"));
        }
        Ok(Self {
            start,
            end,
            covered: end.min(minute(now)),
            now,
        })
    }
}

/// Salesforce's own message has start and end the wrong way round.
fn rejected(message: &str) -> ApiError {
    ApiError::new("INVALID_REPLICATION_DATE", message)
}

/// Returns the minute of an instant.
pub(super) fn minute(ms: i64) -> i64 {
    ms.div_euclid(MINUTE_MS) * MINUTE_MS
}
