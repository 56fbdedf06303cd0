//! What the meaning of a query depends on.

use jiff::tz::TimeZone;

/// What a query means depends on.
#[derive(Debug, Clone)]
pub struct Options {
    /// The time that date literals are relative to, in ms since 1970.
    pub now: i64,
    /// The time zone that days begin in; an org's default is GMT.
    pub time_zone: TimeZone,
    /// Id of the user who asks: `USING SCOPE mine`.
    pub user: String,
    /// Whether records in the recycle bin count (queryAll).
    pub include_deleted: bool,
    /// Whether the objects are those of the Tooling API.
    pub tooling: bool,
    /// The version of the API that asks, 62 for `v62.0`.
    pub version: u16,
}

impl Options {
    /// Options of a plain query in GMT, in whatever version is the newest.
    #[must_use]
    pub fn new(user: &str, now: i64) -> Self {
        Self {
            now,
            time_zone: TimeZone::UTC,
            user: user.to_owned(),
            include_deleted: false,
            tooling: false,
            version: u16::MAX,
        }
    }
}
