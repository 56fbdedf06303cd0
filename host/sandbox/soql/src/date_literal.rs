//! Date literals, `TODAY` to `N_FISCAL_YEARS_AGO:3`, and the days that they mean at a given time.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Calendar units that literals count in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Days.
    Day,
    /// Weeks from Sunday to Saturday, as in the en_US locale.
    Week,
    /// Calendar months.
    Month,
    /// Quarters of the calendar year; fiscal ones are the same, the org's fiscal year starts in January.
    Quarter,
    /// Calendar (and fiscal) years.
    Year,
}

/// Period, relative to the unit that contains the current time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Period {
    /// The whole unit this many units away.
    One(i64),
    /// This many whole units before the current one; days reach up to and including today.
    Last(i64),
    /// This many whole units after the current one.
    Next(i64),
}

/// A date literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateLiteral {
    unit: Unit,
    period: Period,
}

/// A range of days: from the first day on, up to but without the second.
pub type DateRange = (Date, Date);

const UNITS: &[(&str, Unit)] = &[
    ("DAY", Unit::Day),
    ("WEEK", Unit::Week),
    ("MONTH", Unit::Month),
    ("QUARTER", Unit::Quarter),
    ("YEAR", Unit::Year),
    ("FISCAL_QUARTER", Unit::Quarter),
    ("FISCAL_YEAR", Unit::Year),
];

/// Most units a literal may count; more would leave the calendar.
const MAX_UNITS: i64 = 3_000;
/// Most days a literal may count, likewise.
const MAX_DAYS: i64 = MAX_UNITS * 365;

impl DateLiteral {
    /// Returns the literal without a number of this name: `TODAY`, `LAST_90_DAYS`, `THIS_FISCAL_YEAR`.
    #[must_use]
    pub fn plain(word: &str) -> Option<Self> {
        let word = word.to_ascii_uppercase();
        let day = |period| {
            Some(Self {
                unit: Unit::Day,
                period,
            })
        };
        match word.as_str() {
            "YESTERDAY" => return day(Period::One(-1)),
            "TODAY" => return day(Period::One(0)),
            "TOMORROW" => return day(Period::One(1)),
            "LAST_90_DAYS" => return day(Period::Last(90)),
            "NEXT_90_DAYS" => return day(Period::Next(90)),
            _ => {}
        }
        let (which, unit) = word.split_once('_')?;
        let away = match which {
            "LAST" => -1,
            "THIS" => 0,
            "NEXT" => 1,
            _ => return None,
        };
        let unit = unit_named(unit).filter(|unit| *unit != Unit::Day)?;
        Some(Self {
            unit,
            period: Period::One(away),
        })
    }

    /// Returns whether `word` is a literal that a colon and a number follow: `LAST_N_DAYS`.
    #[must_use]
    pub fn is_counted(word: &str) -> bool {
        Self::counted(word, 1).is_some()
    }

    /// Returns the literal of this name with a number; `None` if there is no such name or the number is out of bounds.
    #[must_use]
    pub fn counted(word: &str, count: i64) -> Option<Self> {
        let word = word.to_ascii_uppercase();
        let (unit, period) = if let Some(units) = word.strip_prefix("LAST_N_") {
            (units, Period::Last(count))
        } else if let Some(units) = word.strip_prefix("NEXT_N_") {
            (units, Period::Next(count))
        } else {
            (
                word.strip_prefix("N_")?.strip_suffix("_AGO")?,
                Period::One(-count),
            )
        };
        let unit = unit_named(unit.strip_suffix('S')?)?;
        let most = if unit == Unit::Day {
            MAX_DAYS
        } else {
            MAX_UNITS
        };
        (0..=most).contains(&count).then_some(Self { unit, period })
    }

    /// Returns the days meant at a time (ms since 1970) in a time zone; `None` if they lie outside the calendar.
    #[must_use]
    pub fn days(self, now: i64, zone: &TimeZone) -> Option<DateRange> {
        let today = Timestamp::from_millisecond(now)
            .ok()?
            .to_zoned(zone.clone())
            .date();
        let first = self.unit.first_day(today)?;
        let start = |units: i64| self.unit.shift(first, units);
        match self.period {
            Period::One(away) => Some((start(away)?, start(away.checked_add(1)?)?)),
            // "For the last n days up to and including today" (SOQL and SOSL Reference, "Date Formats and Date
            // Literals"); other units leave the current one out.
            Period::Last(count) if self.unit == Unit::Day => Some((start(-count)?, start(1)?)),
            Period::Last(count) => Some((start(-count)?, first)),
            Period::Next(count) => Some((start(1)?, start(count.checked_add(1)?)?)),
        }
    }
}

fn unit_named(name: &str) -> Option<Unit> {
    UNITS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, unit)| *unit)
}

impl Unit {
    fn first_day(self, day: Date) -> Option<Date> {
        match self {
            Self::Day => Some(day),
            Self::Week if day.weekday() == Weekday::Sunday => Some(day),
            Self::Week => day.nth_weekday(-1, Weekday::Sunday).ok(),
            Self::Month => Some(day.first_of_month()),
            Self::Quarter => Date::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1).ok(),
            Self::Year => Some(day.first_of_year()),
        }
    }

    fn shift(self, day: Date, units: i64) -> Option<Date> {
        let span = match self {
            Self::Day => jiff::Span::new().try_days(units),
            Self::Week => jiff::Span::new().try_weeks(units),
            Self::Month => jiff::Span::new().try_months(units),
            Self::Quarter => jiff::Span::new().try_months(units.checked_mul(3)?),
            Self::Year => jiff::Span::new().try_years(units),
        };
        day.checked_add(span.ok()?).ok()
    }
}

/// Returns the day after.
#[must_use]
pub fn next_day(day: Date) -> Option<Date> {
    day.checked_add(1.day()).ok()
}

/// Returns the instant (ms since 1970) when a day begins in a time zone.
#[must_use]
pub fn midnight(day: Date, zone: &TimeZone) -> Option<i64> {
    Some(
        day.to_zoned(zone.clone())
            .ok()?
            .timestamp()
            .as_millisecond(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sunday 22 November 2026, 04:18 UTC.
    const NOW: i64 = 1_795_321_080_000;

    fn days(literal: &str) -> String {
        let found = match literal.split_once(':') {
            Some((word, count)) => DateLiteral::counted(word, count.parse().unwrap()),
            None => DateLiteral::plain(literal),
        };
        let (from, to) = found.unwrap().days(NOW, &TimeZone::UTC).unwrap();
        format!("{from} {to}")
    }

    #[test]
    fn date_literals_cover_whole_days() {
        let cases = [
            ("YESTERDAY", "2026-11-21 2026-11-22"),
            ("today", "2026-11-22 2026-11-23"),
            ("TOMORROW", "2026-11-23 2026-11-24"),
            ("LAST_WEEK", "2026-11-15 2026-11-22"),
            ("THIS_WEEK", "2026-11-22 2026-11-29"),
            ("NEXT_WEEK", "2026-11-29 2026-12-06"),
            ("LAST_MONTH", "2026-10-01 2026-11-01"),
            ("THIS_MONTH", "2026-11-01 2026-12-01"),
            ("NEXT_MONTH", "2026-12-01 2027-01-01"),
            ("LAST_QUARTER", "2026-07-01 2026-10-01"),
            ("THIS_FISCAL_QUARTER", "2026-10-01 2027-01-01"),
            ("NEXT_QUARTER", "2027-01-01 2027-04-01"),
            ("LAST_YEAR", "2025-01-01 2026-01-01"),
            ("NEXT_FISCAL_YEAR", "2027-01-01 2028-01-01"),
            ("LAST_90_DAYS", "2026-08-24 2026-11-23"),
            ("NEXT_90_DAYS", "2026-11-23 2027-02-21"),
            ("LAST_N_DAYS:1", "2026-11-21 2026-11-23"),
            ("NEXT_N_DAYS:2", "2026-11-23 2026-11-25"),
            ("N_DAYS_AGO:7", "2026-11-15 2026-11-16"),
            ("LAST_N_WEEKS:2", "2026-11-08 2026-11-22"),
            ("N_WEEKS_AGO:1", "2026-11-15 2026-11-22"),
            ("LAST_N_MONTHS:3", "2026-08-01 2026-11-01"),
            ("NEXT_N_MONTHS:2", "2026-12-01 2027-02-01"),
            ("LAST_N_QUARTERS:1", "2026-07-01 2026-10-01"),
            ("N_FISCAL_QUARTERS_AGO:2", "2026-04-01 2026-07-01"),
            ("LAST_N_YEARS:2", "2024-01-01 2026-01-01"),
            ("NEXT_N_FISCAL_YEARS:1", "2027-01-01 2028-01-01"),
        ];
        for (literal, expected) in cases {
            assert_eq!(days(literal), expected, "{literal}");
        }
    }

    #[test]
    fn unknown_names_are_no_date_literals() {
        for word in [
            "LAST",
            "LAST_DAY",
            "THIS_DECADE",
            "LAST_N_DAYS",
            "TODAYS",
            "N_DAYS",
        ] {
            assert_eq!(DateLiteral::plain(word), None, "{word}");
        }
        assert!(DateLiteral::is_counted("last_n_days") && !DateLiteral::is_counted("TODAY"));
        assert_eq!(DateLiteral::counted("LAST_N_DAYS", -1), None);
        assert_eq!(DateLiteral::counted("LAST_N_YEARS", 1_000_000), None);
    }

    #[test]
    fn days_begin_at_midnight_in_the_time_zone() {
        let zone = TimeZone::fixed(jiff::tz::offset(-5));
        let (from, _) = DateLiteral::plain("TODAY")
            .unwrap()
            .days(NOW, &zone)
            .unwrap();
        assert_eq!(
            from.to_string(),
            "2026-11-21",
            "it is still Saturday five hours west"
        );
        assert_eq!(
            midnight(from, &zone),
            midnight(from, &TimeZone::UTC).map(|ms| ms + 5 * 3_600_000)
        );
    }
}
