use super::{
    clock_time, date, date_literal, date_time, of_unix_seconds, takes_number, unix_seconds,
};
use proptest::prelude::*;

#[test]
fn only_dates_that_exist_pass() {
    for good in [
        "2026-01-31",
        "2024-02-29",
        "2000-02-29",
        "1700-01-01",
        "4000-12-31",
    ] {
        assert_eq!(date(good), Some(good));
    }
    let bad = [
        "2026-02-29",
        "1900-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-04-31",
        "2026-1-31",
        "26-01-31",
        "1699-12-31",
    ];
    for bad in bad.into_iter().chain([
        "2026-01-31T",
        "2026-01-31-01",
        "+026-01-31",
        "",
        "2026-01-00",
        " 2026-01-31",
    ]) {
        assert_eq!(date(bad), None, "{bad}");
    }
}

#[test]
fn date_times_are_normalised_and_never_shifted() {
    let cases = [
        ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z"),
        ("2026-01-31t10:00:00z", "2026-01-31T10:00:00Z"),
        ("2026-01-31T10:00:00.000+0000", "2026-01-31T10:00:00.000Z"),
        (
            "2026-01-31T10:00:00.123456+00:00",
            "2026-01-31T10:00:00.123Z",
        ),
        ("2026-01-31T23:59:59+01:00", "2026-01-31T23:59:59+01:00"),
        ("2026-01-31T23:59:59-0330", "2026-01-31T23:59:59-03:30"),
        ("2026-01-31T00:00:00.5+14:00", "2026-01-31T00:00:00.5+14:00"),
    ];
    for (given, written) in cases {
        assert_eq!(date_time(given).as_deref(), Some(written));
    }
}

#[test]
fn date_times_without_offset_or_out_of_range_are_refused() {
    let bad = [
        "2026-01-31T10:00:00",
        "2026-01-31",
        "2026-01-31 10:00:00Z",
        "2026-01-31T10:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T10:60:00Z",
        "2026-01-31T10:00:60Z",
        "2026-01-31T10:00:00.Z",
        "2026-01-31T10:00:00.1x3Z",
        "2026-01-31T10:00:00ZZ",
        "2026-01-31T10:00:00Z OR Id != null",
        "2026-01-31T10:00:00+15:00",
        "2026-01-31T10:00:00+1",
        "2026-01-31T10:00:00+01:60",
        "2026-01-31T10:00:00.é+00:00",
        "2026-02-30T10:00:00Z",
    ];
    for bad in bad {
        assert_eq!(date_time(bad), None, "{bad}");
    }
}

#[test]
fn times_of_day_are_written_with_their_zone() {
    let cases = [
        ("10:00:00.000Z", Some("10:00:00.000Z")),
        ("10:00", Some("10:00:00Z")),
        ("23:59:59.1234", Some("23:59:59.123Z")),
        ("10:00:00-06:00", Some("10:00:00-06:00")),
        ("24:00:00Z", None),
        ("10:00:60", None),
        ("10", None),
        ("1:00:00Z", None),
        ("10:00Z OR 1", None),
        ("2026-01-31T10:00:00Z", None),
        ("", None),
    ];
    for (text, written) in cases {
        assert_eq!(clock_time(text).as_deref(), written, "{text}");
    }
}

#[test]
fn date_literals_are_those_of_the_reference() {
    assert_eq!(date_literal("today").as_deref(), Some("TODAY"));
    assert_eq!(
        date_literal("last_n_days: 30").as_deref(),
        Some("LAST_N_DAYS:30")
    );
    assert_eq!(
        date_literal("N_FISCAL_QUARTERS_AGO:2").as_deref(),
        Some("N_FISCAL_QUARTERS_AGO:2")
    );
    for bad in [
        "TODAY:3",
        "LAST_N_DAYS",
        "LAST_N_DAYS:",
        "LAST_N_DAYS:-1",
        "LAST_N_DECADES:1",
        "N_DAYS:1",
        "LAST_N_DAYS:1 OR 1",
    ] {
        assert_eq!(date_literal(bad), None, "{bad}");
    }
    assert!(takes_number("next_n_fiscal_years"));
    assert!(!takes_number("THIS_WEEK"));
}

#[test]
fn date_times_are_counted_from_1970() {
    for (text, seconds) in [
        ("1970-01-01T00:00:00Z", 0),
        ("2000-02-29T12:00:00Z", 951_825_600),
        ("2023-11-14T22:13:20.999Z", 1_700_000_000),
        ("2023-11-15T03:43:20+05:30", 1_700_000_000),
        ("2023-11-14T14:13:20-08:00", 1_700_000_000),
        ("1969-12-31T23:59:59Z", -1),
    ] {
        assert_eq!(unix_seconds(text), Some(seconds), "{text}");
    }
    assert_eq!(unix_seconds("2023-11-15"), None);
}

#[test]
fn seconds_become_the_date_times_that_they_came_from() {
    for text in [
        "1970-01-01T00:00:00Z",
        "2000-02-29T12:00:00Z",
        "1700-01-01T00:00:00Z",
        "4000-12-31T23:59:59Z",
        "1900-02-28T23:59:59Z",
    ] {
        assert_eq!(
            of_unix_seconds(unix_seconds(text).unwrap()).as_deref(),
            Some(text)
        );
    }
    assert_eq!(of_unix_seconds(i64::MAX / 2), None);
}

proptest! {
    #[test]
    fn every_second_is_written_so_that_it_is_read_again(seconds in -8_000_000_000_i64..60_000_000_000) {
        let text = of_unix_seconds(seconds).unwrap();
        prop_assert_eq!(date_time(&text), Some(text.clone()));
        prop_assert_eq!(unix_seconds(&text), Some(seconds));
    }
}
