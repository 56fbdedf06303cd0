//! When things begin, how long they last, when they end: of events and contracts, one follows from the other two.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::Row;
use sandbox_model::api_error::ApiError;
use sandbox_model::value::{Value, dates};

const MINUTE_MS: i64 = 60 * 1_000;
/// Longest event (Object Reference, "Event": DurationInMinutes, 14 days).
const MAX_EVENT_MINUTES: i64 = 14 * 24 * 60;
/// Length of an all-day event of one day.
const DAY_MINUTES: i64 = 24 * 60;

/// Completes the times of an event: clients give the start as `StartDateTime` or `ActivityDateTime` (`ActivityDate` for
/// whole days) and the length as `EndDateTime` or `DurationInMinutes`, and read all of them.
pub(super) fn event(row: &mut Row<'_>, before: Option<&Row<'_>>) -> Result<(), ApiError> {
    let whole_days = row.get("IsAllDayEvent") == &Value::Bool(true);
    let start = start(row, before, whole_days);
    let minutes = minutes(row, before, start).or(whole_days.then_some(DAY_MINUTES));
    let (Some(start), Some(minutes)) = (start, minutes) else {
        let missing = ["DurationInMinutes", "ActivityDateTime"];
        let message = format!("Required fields are missing: [{}]", missing.join(", "));
        return Err(ApiError::for_record(
            "REQUIRED_FIELD_MISSING",
            message,
            missing,
        ));
    };
    if !(0..=MAX_EVENT_MINUTES).contains(&minutes) {
        let message = if minutes < 0 {
            "The end time of an event must be after its start time"
        } else {
            "An event can't last longer than 14 days"
        };
        let code = "FIELD_INTEGRITY_EXCEPTION";
        return Err(ApiError::for_record(code, message, ["DurationInMinutes"]));
    }
    // The last day of whole days is the one before the midnight at their end.
    let lasting = if whole_days {
        minutes - DAY_MINUTES
    } else {
        minutes
    };
    let end = start + lasting.max(0) * MINUTE_MS;
    let at = if whole_days {
        Value::Null
    } else {
        Value::Int(start)
    };
    row.set("StartDateTime", Value::Int(start));
    row.set("ActivityDateTime", at);
    row.set("ActivityDate", Value::Text(dates::day_of(start)));
    row.set("DurationInMinutes", Value::Int(minutes));
    row.set("EndDateTime", Value::Int(end));
    row.set("EndDate", Value::Text(dates::day_of(end)));
    Ok(())
}

/// Returns the field of these that this save changed, else the first that has a value.
fn given<'n>(row: &Row<'_>, before: Option<&Row<'_>>, names: &[&'n str]) -> Option<&'n str> {
    let has = |name: &&&str| !row.get(name).is_null();
    let changed = names
        .iter()
        .filter(has)
        .find(|name| before.is_none_or(|before| before.get(name) != row.get(name)));
    changed.or_else(|| names.iter().find(has)).copied()
}

fn start(row: &Row<'_>, before: Option<&Row<'_>>, whole_days: bool) -> Option<i64> {
    let names: &[&str] = if whole_days {
        &["ActivityDate", "StartDateTime", "ActivityDateTime"]
    } else {
        &["StartDateTime", "ActivityDateTime"]
    };
    match row.get(given(row, before, names)?) {
        Value::Int(ms) => Some(*ms),
        Value::Text(day) => dates::parse_datetime(&format!("{day}T00:00:00Z")),
        _ => None,
    }
}

fn minutes(row: &Row<'_>, before: Option<&Row<'_>>, start: Option<i64>) -> Option<i64> {
    let name = given(row, before, &["EndDateTime", "DurationInMinutes"])?;
    match (name, row.get(name)) {
        ("EndDateTime", Value::Int(end)) if before.is_none() || moves_end(row, before) => {
            let whole_days = row.get("IsAllDayEvent") == &Value::Bool(true);
            let more = if whole_days { DAY_MINUTES } else { 0 };
            Some((end - start?) / MINUTE_MS + more)
        }
        _ => match row.get("DurationInMinutes") {
            Value::Int(minutes) => Some(*minutes),
            _ => None,
        },
    }
}

/// Returns whether a change moved the end; moving the start alone keeps the length.
fn moves_end(row: &Row<'_>, before: Option<&Row<'_>>) -> bool {
    before.is_some_and(|before| before.get("EndDateTime") != row.get("EndDateTime"))
}

/// The last day of a contract that runs for a number of months.
pub(super) fn contract(row: &mut Row<'_>) {
    let start = row
        .get("StartDate")
        .as_str()
        .and_then(|day| day.parse::<Date>().ok());
    let months = match row.get("ContractTerm") {
        Value::Int(months) => Some(*months),
        _ => None,
    };
    let end = start.zip(months).and_then(|(start, months)| {
        let span = months.try_into().ok().map(|months: i32| months.months())?;
        start.checked_add(span).ok()?.yesterday().ok()
    });
    row.set(
        "EndDate",
        end.map_or(Value::Null, |day| Value::Text(day.to_string())),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use sandbox_model::schema::Schema;

    fn with_row<T>(
        object: &str,
        values: &[(&str, Value)],
        work: impl FnOnce(&mut Row<'_>) -> T,
    ) -> T {
        let schema = Schema::shipped().unwrap();
        let mut row = Row::empty(schema.object(object).unwrap());
        for (name, value) in values {
            row.set(name, value.clone());
        }
        work(&mut row)
    }

    #[test]
    fn an_events_end_follows_from_its_length_and_the_other_way_round() {
        let start = Value::Int(1_790_000_040_000);
        let by_length = [
            ("ActivityDateTime", start.clone()),
            ("DurationInMinutes", Value::Int(90)),
        ];
        with_row("Event", &by_length, |row| {
            event(row, None).unwrap();
            assert_eq!(row.get("EndDateTime"), &Value::Int(1_790_005_440_000));
            assert_eq!(row.get("StartDateTime"), &start);
        });
        let by_end = [
            ("StartDateTime", start.clone()),
            ("EndDateTime", Value::Int(1_790_001_840_000)),
        ];
        with_row("Event", &by_end, |row| {
            event(row, None).unwrap();
            assert_eq!(row.get("DurationInMinutes"), &Value::Int(30));
            assert_eq!(row.get("ActivityDate"), &Value::text("2026-09-21"));
        });
    }

    #[test]
    fn an_event_without_times_or_longer_than_a_fortnight_is_rejected() {
        let code = |values: &[(&str, Value)]| {
            with_row("Event", values, |row| event(row, None).unwrap_err().code)
        };
        assert_eq!(code(&[]), "REQUIRED_FIELD_MISSING");
        let start = ("StartDateTime", Value::Int(0));
        assert_eq!(
            code(&[start.clone(), ("DurationInMinutes", Value::Int(20_161))]),
            "FIELD_INTEGRITY_EXCEPTION"
        );
        assert_eq!(
            code(&[start, ("EndDateTime", Value::Int(-60_000))]),
            "FIELD_INTEGRITY_EXCEPTION"
        );
    }

    #[test]
    fn whole_days_need_a_day_only() {
        let values = [
            ("IsAllDayEvent", Value::Bool(true)),
            ("ActivityDate", Value::text("2026-11-22")),
        ];
        with_row("Event", &values, |row| {
            event(row, None).unwrap();
            assert_eq!(
                (row.get("DurationInMinutes"), row.get("EndDate")),
                (&Value::Int(1_440), &Value::text("2026-11-22"))
            );
        });
    }

    #[test]
    fn a_contract_ends_on_the_day_before_its_anniversary() {
        let values = [
            ("StartDate", Value::text("2026-01-31")),
            ("ContractTerm", Value::Int(12)),
        ];
        with_row("Contract", &values, |row| {
            contract(row);
            assert_eq!(row.get("EndDate"), &Value::text("2027-01-30"));
        });
    }
}
