//! Borders that cut the rows of a query into ranges: by id, by date or by date-time.

use salesforce_formats::soql::date;

/// The digits of ids in the order in which Salesforce sorts them.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Characters of an id that tell it from others; three more only check them.
const ID_CHARS: usize = 15;

/// The first characters of an id, which are the same for all records of an object.
const PREFIX_CHARS: usize = 3;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Conditions of ranges that hold every row once: the first range has no lower end and the last no upper one, so that it does
/// not matter what comes and goes meanwhile. `None` if the values are none that can be divided.
pub(super) fn conditions(field: &str, low: &str, high: &str, parts: usize) -> Option<Vec<String>> {
    let borders = borders(low, high, parts)?;
    let by_id = low.len() != 10 && !low.contains(['-', ':']);
    let mut conditions = Vec::with_capacity(borders.len() + 1);
    let mut lower: Option<&String> = None;
    for border in &borders {
        conditions.push(match lower {
            Some(lower) => format!("{field} >= {lower} AND {field} < {border}"),
            None if by_id => format!("{field} < {border}"),
            None => format!("({field} < {border} OR {field} = null)"),
        });
        lower = Some(border);
    }
    if let Some(lower) = lower {
        conditions.push(format!("{field} >= {lower}"));
    }
    Some(conditions)
}

/// The inner borders as literals, each once.
fn borders(low: &str, high: &str, parts: usize) -> Option<Vec<String>> {
    let literal: fn(i128) -> Option<String>;
    let (from, to) = if let (Some(from), Some(to)) = (id_number(low), id_number(high)) {
        // Between ids of two objects lie ids of others, which the org would refuse.
        if low.get(..PREFIX_CHARS) != high.get(..PREFIX_CHARS) {
            return None;
        }
        literal = |number| Some(format!("'{}'", id_text(number)?));
        (from, to)
    } else if date::date(low).is_some() && date::date(high).is_some() {
        literal = |day| {
            Some(
                date::of_unix_seconds(i64::try_from(day).ok()? * DAY)?
                    .get(..10)?
                    .to_owned(),
            )
        };
        let day = |text: &str| date::unix_seconds(&format!("{text}T00:00:00Z")).map(|at| at / DAY);
        (day(low)?.into(), day(high)?.into())
    } else {
        literal = |second| date::of_unix_seconds(i64::try_from(second).ok()?);
        let second = |text: &str| date::unix_seconds(&date::date_time(text)?);
        (second(low)?.into(), second(high)?.into())
    };
    inner(from, to, parts).into_iter().map(literal).collect()
}

/// Numbers that divide what lies between two others evenly, both ends left out.
fn inner(from: i128, to: i128, parts: usize) -> Vec<i128> {
    let parts = i128::try_from(parts).unwrap_or(i128::MAX).max(1);
    let span = (to - from).max(0) + 1;
    let mut inner: Vec<i128> = (1..parts).map(|part| from + span * part / parts).collect();
    inner.dedup();
    inner.retain(|border| *border > from);
    inner
}

fn id_number(id: &str) -> Option<i128> {
    if !matches!(id.len(), 15 | 18) {
        return None;
    }
    id.bytes().take(ID_CHARS).try_fold(0, |number, byte| {
        let digit = DIGITS.iter().position(|digit| *digit == byte)?;
        Some(number * 62 + i128::try_from(digit).ok()?)
    })
}

fn id_text(mut number: i128) -> Option<String> {
    let mut id = Vec::with_capacity(ID_CHARS);
    for _ in 0..ID_CHARS {
        id.push(*DIGITS.get(usize::try_from(number % 62).ok()?)?);
        number /= 62;
    }
    id.reverse();
    String::from_utf8(id).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_are_divided_in_the_order_of_the_org() {
        let found = conditions("Id", "001000000000000AAA", "00100000000000z", 4).unwrap();
        assert_eq!(
            found,
            [
                "Id < '00100000000000F'",
                "Id >= '00100000000000F' AND Id < '00100000000000V'",
                "Id >= '00100000000000V' AND Id < '00100000000000k'",
                "Id >= '00100000000000k'"
            ]
        );
        assert!("00100000000000F" < "00100000000000k");
    }

    #[test]
    fn dates_and_date_times_are_divided_and_empty_ones_are_with_the_first() {
        assert_eq!(
            conditions("Day__c", "2024-02-28", "2024-03-01", 3).unwrap(),
            [
                "(Day__c < 2024-02-29 OR Day__c = null)",
                "Day__c >= 2024-02-29 AND Day__c < 2024-03-01",
                "Day__c >= 2024-03-01"
            ]
        );
        assert_eq!(
            conditions(
                "CreatedDate",
                "2026-01-31T10:00:00.000+0000",
                "2026-01-31T10:00:59.000+0000",
                2
            )
            .unwrap(),
            [
                "(CreatedDate < 2026-01-31T10:00:30Z OR CreatedDate = null)",
                "CreatedDate >= 2026-01-31T10:00:30Z"
            ]
        );
    }

    #[test]
    fn a_span_that_is_too_short_gives_fewer_ranges() {
        assert_eq!(
            conditions("Day__c", "2024-02-28", "2024-02-29", 50)
                .unwrap()
                .len(),
            2
        );
        assert!(
            conditions("Id", "00100000000000a", "00100000000000a", 50)
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn values_of_other_kinds_are_not_divided() {
        for (low, high) in [
            ("Acme", "Zenith"),
            ("5", "9"),
            ("001000000000000AAA", "003000000000000AAA"),
            ("2026-01-31", "soon"),
        ] {
            assert_eq!(conditions("F", low, high, 3), None, "{low}");
        }
    }

    proptest! {
        #[test]
        fn every_id_falls_into_exactly_one_range(ids in proptest::collection::vec("[0-9A-Za-z]{12}", 2..40), parts in 2_usize..30) {
            let mut ids: Vec<String> = ids.into_iter().map(|id| format!("a01{id}")).collect();
            ids.sort();
            let found = conditions("Id", &ids[0], &ids[ids.len() - 1], parts).unwrap();
            prop_assert!(found.len() <= parts);
            for id in &ids {
                let holds = |condition: &String| condition.split(" AND ").all(|one| {
                    let (sign, border) = one.strip_prefix("Id ").unwrap().split_once(' ').unwrap();
                    let border = border.trim_matches('\'');
                    if sign == "<" { id.as_str() < border } else { id.as_str() >= border }
                });
                prop_assert!(found.is_empty() || found.iter().filter(|condition| holds(condition)).count() == 1);
            }
        }
    }
}
