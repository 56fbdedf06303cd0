//! Stamps of records: compared by their milliseconds, kept as Salesforce wrote them.

use salesforce_formats::soql::date;

/// Milliseconds in a second.
const SECOND_MS: i64 = 1_000;

/// A point in time with the text that SOQL takes for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instant {
    /// Milliseconds since 1970.
    pub ms: i64,
    /// As SOQL writes it.
    pub text: String,
}

impl Instant {
    /// Reads a date-time with an offset.
    pub fn read(text: &str) -> Option<Self> {
        let text = date::date_time(text)?;
        let ms = date::unix_milliseconds(&text)?;
        Some(Self { ms, text })
    }

    /// Whether it has no part of a second. Salesforce stamps records so: two changes within a second look alike.
    pub fn is_whole_second(&self) -> bool {
        self.ms.rem_euclid(SECOND_MS) == 0
    }

    /// Whole seconds since 1970.
    pub fn second(&self) -> i64 {
        self.ms.div_euclid(SECOND_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::Instant;

    #[test]
    fn stamps_are_compared_by_milliseconds_whatever_their_offset() {
        let ms = |text| Instant::read(text).unwrap().ms;
        assert_eq!(ms("1970-01-01T00:00:01.000+0000"), 1_000);
        assert_eq!(ms("1970-01-01T01:00:00.25+01:00"), 250);
        assert_eq!(ms("1969-12-31T23:59:59.999Z"), -1);
        assert_eq!(
            Instant::read("1969-12-31T23:59:59.999Z").unwrap().second(),
            -1
        );
        assert!(Instant::read("2026-01-31").is_none());
        assert!(Instant::read("2026-01-31T10:00:00").is_none());
    }
}
