//! Where a first poll begins.

use super::ago;
use super::instant::Instant;
use salesforce_contract::bindings::Fault;

/// What `start` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// With what comes from now on.
    Now,
    /// With all that there is.
    Earliest,
    /// With this second.
    At(i64),
    /// With the second so many seconds before the first poll.
    Ago(i64),
}

impl Start {
    /// Reads `config.start`.
    pub fn parse(text: Option<&str>) -> Result<Self, Fault> {
        match text.unwrap_or("now") {
            "now" => Ok(Self::Now),
            "earliest" => Ok(Self::Earliest),
            text => {
                let at = Instant::read(text).map(|instant| Self::At(instant.second()));
                at.or_else(|| ago::parse(text).map(Self::Ago)).ok_or_else(|| {
                    Fault::config(format!(
                        "config.start `{text}` is none of `now`, `earliest` and a date-time with an offset: write it like 2026-01-31T10:00:00Z, or {}",
                        ago::SHAPE
                    ))
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Start;

    #[test]
    fn a_start_is_a_word_or_a_time_with_an_offset() {
        assert_eq!(Start::parse(None).unwrap(), Start::Now);
        assert_eq!(Start::parse(Some("earliest")).unwrap(), Start::Earliest);
        assert_eq!(
            Start::parse(Some("1970-01-01T01:00:10+01:00")).unwrap(),
            Start::At(10)
        );
        assert_eq!(Start::parse(Some("-1h")).unwrap(), Start::Ago(3_600));
        for text in ["", "yesterday", "2026-01-31", "2026-01-31T10:00:00"] {
            assert!(Start::parse(Some(text)).is_err(), "{text}");
        }
    }
}
