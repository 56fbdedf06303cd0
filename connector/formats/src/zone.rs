//! The time zone of a connection, for date-times that come without an offset from UTC.

use crate::soql::date;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use salesforce_contract::bindings::Fault;

mod world;

/// A time zone.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

/// Why a date-time cannot be placed in a zone; each reads on from the date-time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unplaced {
    /// It is no date-time without offset.
    Malformed,
    /// The clocks were set forward over it, or back so that it came twice.
    Changing,
}

impl Zone {
    /// The zone of an IANA name or of an offset such as `+01:00`.
    pub fn from_name(name: &str) -> Result<Self, Fault> {
        let fixed =
            date::date_time(&format!("2000-01-01T00:00:00{name}")).and_then(|_| offset(name));
        let zone = fixed.or_else(|| world::zone(name));
        zone.map(Self).ok_or_else(|| {
            Fault::config(format!(
                "connection.time-zone `{name}` is no time zone: write an IANA name such as `Europe/Berlin`, or an offset such as `+01:00`"
            ))
        })
    }

    /// Writes a date-time without offset with the offset that the zone had then: the time stays as it is.
    pub fn place(&self, text: &str) -> Result<String, Unplaced> {
        let clock = whole(text).ok_or(Unplaced::Malformed)?;
        let civil: DateTime = clock.parse().map_err(|_| Unplaced::Malformed)?;
        let instant = self.0.to_ambiguous_timestamp(civil).unambiguous();
        let offset = self.0.to_offset(instant.map_err(|_| Unplaced::Changing)?);
        let minutes = offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        let minutes = minutes.unsigned_abs();
        Ok(format!(
            "{clock}{sign}{:02}:{:02}",
            minutes / 60,
            minutes % 60
        ))
    }
}

/// Whether a text looks like a date-time without offset.
pub fn lacks_offset(text: &str) -> bool {
    whole(text).is_some()
}

/// `2026-01-31T10:00:00`, from that or from `2026-01-31 10:00`; no offset in it.
fn whole(text: &str) -> Option<String> {
    let text = text.replacen(' ', "T", 1);
    let (_, clock) = text.split_once('T')?;
    let seconds = if clock.matches(':').count() == 1 {
        ":00"
    } else {
        ""
    };
    let utc = date::date_time(&format!("{text}{seconds}Z"))?;
    utc.strip_suffix('Z').map(str::to_owned)
}

fn offset(text: &str) -> Option<TimeZone> {
    let stamp = format!("1970-01-01T00:00:00{text}");
    let seconds = date::unix_seconds(&date::date_time(&stamp)?)?;
    let offset = jiff::tz::Offset::from_seconds(i32::try_from(-seconds).ok()?).ok()?;
    Some(TimeZone::fixed(offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(zone: &str, text: &str) -> Result<String, Unplaced> {
        Zone::from_name(zone).unwrap().place(text)
    }

    #[test]
    fn times_get_the_offset_of_their_day() {
        for (zone, text, placed) in [
            (
                "Europe/Berlin",
                "2026-01-31T10:00:00",
                "2026-01-31T10:00:00+01:00",
            ),
            (
                "Europe/Berlin",
                "2026-07-31 10:00",
                "2026-07-31T10:00:00+02:00",
            ),
            (
                "America/St_Johns",
                "2026-01-31T10:00:00.1234",
                "2026-01-31T10:00:00.123-03:30",
            ),
            (
                "Asia/Kathmandu",
                "2026-01-31T10:00:00",
                "2026-01-31T10:00:00+05:45",
            ),
            ("UTC", "2026-01-31T23:59:59", "2026-01-31T23:59:59+00:00"),
            ("Z", "2026-01-31T23:59:59", "2026-01-31T23:59:59+00:00"),
            ("-0330", "2026-01-31T23:59:59", "2026-01-31T23:59:59-03:30"),
        ] {
            assert_eq!(place(zone, text).as_deref(), Ok(placed), "{zone} {text}");
        }
    }

    #[test]
    fn times_that_did_not_exist_or_came_twice_are_not_guessed() {
        assert_eq!(
            place("Europe/Berlin", "2026-03-29T02:30:00"),
            Err(Unplaced::Changing)
        );
        assert_eq!(
            place("Europe/Berlin", "2026-10-25T02:30:00"),
            Err(Unplaced::Changing)
        );
        assert!(place("Europe/Berlin", "2026-10-25T03:00:00").is_ok());
    }

    #[test]
    fn what_is_no_time_without_offset_is_not_placed() {
        for text in [
            "2026-01-31",
            "2026-02-30T10:00:00",
            "10:00",
            "2026-01-31T10:00:00Z",
            "2026-01-31T10:00:00+01:00",
            "tomorrow T 5",
        ] {
            assert_eq!(place("UTC", text), Err(Unplaced::Malformed), "{text}");
            assert!(!lacks_offset(text));
        }
    }

    #[test]
    fn unknown_zones_are_refused() {
        for name in ["Europe/Berln", "", "+25:00", "CEST?", "01:00"] {
            let fault = Zone::from_name(name).unwrap_err();
            assert!(
                fault.message.contains("is no time zone"),
                "{name}: {}",
                fault.message
            );
        }
    }
}
