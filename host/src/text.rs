//! Words for people: nearest names, lists, system errors without their numbers.

use std::io;

/// Returns the candidate that a mistyped name most likely means, or none if nothing is near.
///
/// A candidate counts when at most a third of its characters differ, or when it ends in `/name`: `create` means
/// `records/create`.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    candidates
        .into_iter()
        .filter_map(|candidate| Some((distance(&wanted, candidate)?, candidate)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn distance(wanted: &str, candidate: &str) -> Option<usize> {
    let lower = candidate.to_lowercase();
    let last_part = lower.rsplit('/').next().unwrap_or(&lower);
    let whole = strsim::damerau_levenshtein(wanted, &lower);
    let part = strsim::damerau_levenshtein(wanted, last_part) + 1;
    let allowed = |text: &str| (text.chars().count() / 3).max(1);
    let whole = (whole <= allowed(&lower)).then_some(whole);
    let part = (part <= allowed(last_part) + 1).then_some(part);
    whole
        .into_iter()
        .chain(part)
        .chain(begins(wanted, &lower))
        .min()
}

/// Counts one name as near if it begins with the other: `allowed` means `allow`.
fn begins(wanted: &str, candidate: &str) -> Option<usize> {
    /// Fewer letters begin too many names.
    const LEAST: usize = 3;
    let long_enough = wanted.len().min(candidate.len()) >= LEAST;
    let begins = wanted.starts_with(candidate) || candidate.starts_with(wanted);
    (long_enough && begins).then_some(2)
}

/// Ends a sentence about an unknown name: `; did you mean X?`, or nothing.
#[must_use]
pub fn did_you_mean(nearest: Option<&str>) -> String {
    nearest
        .map(|name| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}

/// Joins names for a sentence: `a, b and c`.
#[must_use]
pub fn list<S: AsRef<str>>(names: &[S], last: &str) -> String {
    match names {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., end] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} {last} {}", first.join(", "), end.as_ref())
        }
    }
}

/// Gives the message of a system error, without its number.
#[must_use]
pub fn io(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

/// Writes a count with its noun: `1 row`, `3,376 rows`.
#[must_use]
pub fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(number))
}

/// Writes a number with commas between the thousands.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPERATIONS: [&str; 4] = [
        "records/create",
        "records/retrieve",
        "query/rows",
        "raw/request",
    ];

    #[test]
    fn a_typing_error_finds_its_name() {
        assert_eq!(nearest("record/create", OPERATIONS), Some("records/create"));
        assert_eq!(nearest("query/row", OPERATIONS), Some("query/rows"));
    }

    #[test]
    fn the_last_part_alone_finds_the_operation() {
        assert_eq!(nearest("retrieve", OPERATIONS), Some("records/retrieve"));
        assert_eq!(nearest("rows", OPERATIONS), Some("query/rows"));
    }

    #[test]
    fn a_name_that_goes_on_too_long_is_found() {
        assert_eq!(nearest("allowed", ["proxy", "allow"]), Some("allow"));
        assert_eq!(
            nearest("client-cert", ["client-certificate"]),
            Some("client-certificate")
        );
    }

    #[test]
    fn nothing_near_is_none() {
        assert_eq!(nearest("frobnicate", OPERATIONS), None);
        assert_eq!(nearest("", OPERATIONS), None);
    }

    #[test]
    fn names_are_joined_as_in_a_sentence() {
        assert_eq!(list(&["a"], "or"), "a");
        assert_eq!(list(&["a", "b", "c"], "or"), "a, b or c");
        assert_eq!(list::<&str>(&[], "or"), "");
    }

    #[test]
    fn system_errors_lose_their_numbers() {
        let error = io::Error::from_raw_os_error(2);
        assert_eq!(io(&error), "no such file or directory");
    }

    #[test]
    fn counts_have_commas_and_plurals() {
        assert_eq!(count(1, "row"), "1 row");
        assert_eq!(count(300_000, "row"), "300,000 rows");
        assert_eq!(thousands(999), "999");
    }
}
