//! Results that fit no row as it was sent, because Salesforce wrote a value differently. They are given to rows that have no result yet only
//! where that cannot be wrong: an outcome that says nothing is better than one that says something of another row.

use super::fate::Fate;
use crate::bulk::input::signature::Mark;

/// Such a result.
pub struct UnmatchedResult {
    /// The key of its record, or its values in a form that does not depend on how they are written.
    pub likely: u64,
    /// What it says.
    pub fate: Fate,
}

/// Gives fates to rows that have none; returns how many were left over.
pub fn settle(mut unmatched: Vec<UnmatchedResult>, marks: &[Mark], fates: &mut [Fate]) -> u64 {
    if unmatched.is_empty() {
        return 0;
    }
    let open = fates.iter().zip(marks).enumerate();
    let mut rows: Vec<(Mark, usize)> = open
        .filter(|(_, (fate, _))| **fate == Fate::Open)
        .map(|(at, (_, mark))| (*mark, at))
        .collect();
    // Rows that are alike stand together, in the order of the input; results stay in the order of the document.
    rows.sort_unstable_by_key(|(mark, at)| (mark.likely, *at));
    unmatched.sort_by_key(|result| result.likely);
    let mut left: Vec<UnmatchedResult> = Vec::new();
    while let Some(likely) = unmatched.last().map(|result| result.likely) {
        let from = unmatched.partition_point(|result| result.likely < likely);
        let alike = unmatched.split_off(from);
        let first = rows.partition_point(|(mark, _)| mark.likely < likely);
        let after = rows.partition_point(|(mark, _)| mark.likely <= likely);
        let group = rows.get(first..after).unwrap_or_default();
        if may_pair(group, &alike) {
            pair(group, &alike, fates);
        } else {
            left.extend(alike);
        }
    }
    settle_rest(left, fates)
}

/// Whether it does not matter which of the results goes to which of the rows.
fn may_pair(rows: &[(Mark, usize)], results: &[UnmatchedResult]) -> bool {
    let equal_rows = rows.windows(2).all(|pair| match pair {
        [one, other] => one.0 == other.0,
        _ => true,
    });
    rows.len() == results.len() && (equal_rows || all_say_the_same(results))
}

fn all_say_the_same(results: &[UnmatchedResult]) -> bool {
    results.windows(2).all(|pair| match pair {
        [one, other] => one.fate == other.fate,
        _ => true,
    })
}

fn pair(rows: &[(Mark, usize)], results: &[UnmatchedResult], fates: &mut [Fate]) {
    for ((_, at), result) in rows.iter().zip(results) {
        if let Some(fate) = fates.get_mut(*at) {
            *fate = result.fate;
        }
    }
}

/// As many results as rows are left, and all say the same: then it is said of every row.
fn settle_rest(left: Vec<UnmatchedResult>, fates: &mut [Fate]) -> u64 {
    let open = fates.iter_mut().filter(|fate| **fate == Fate::Open);
    let open: Vec<&mut Fate> = open.collect();
    if open.len() != left.len() || !all_say_the_same(&left) {
        return left.len() as u64;
    }
    for (fate, result) in open.into_iter().zip(left) {
        *fate = result.fate;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(id: u8) -> Fate {
        Fate::Saved {
            id: [id; 18],
            created: true,
        }
    }

    fn result(likely: u64, fate: Fate) -> UnmatchedResult {
        UnmatchedResult { likely, fate }
    }

    fn settled(marks: &[(u64, u64)], unmatched: Vec<UnmatchedResult>) -> (Vec<Fate>, u64) {
        let marks: Vec<Mark> = marks
            .iter()
            .map(|&(exact, likely)| Mark { exact, likely })
            .collect();
        let mut fates = vec![Fate::Open; marks.len()];
        let left = settle(unmatched, &marks, &mut fates);
        (fates, left)
    }

    #[test]
    fn results_go_to_the_rows_that_are_likely_theirs() {
        let unmatched = vec![result(8, saved(2)), result(7, saved(1))];
        let (fates, left) = settled(&[(1, 7), (2, 8)], unmatched);
        assert_eq!((fates, left), (vec![saved(1), saved(2)], 0));
    }

    #[test]
    fn equal_rows_take_results_in_turn() {
        let unmatched = vec![result(7, saved(1)), result(7, saved(2))];
        let (fates, left) = settled(&[(1, 7), (1, 7)], unmatched);
        assert_eq!((fates, left), (vec![saved(1), saved(2)], 0));
    }

    #[test]
    fn rows_that_differ_are_not_guessed_at() {
        let unmatched = vec![result(7, saved(1)), result(7, saved(2))];
        let (fates, left) = settled(&[(1, 7), (2, 7)], unmatched);
        assert_eq!((fates, left), (vec![Fate::Open; 2], 2));
    }

    #[test]
    fn rows_that_differ_are_settled_where_all_results_say_the_same() {
        let unmatched = vec![result(7, saved(1)), result(7, saved(1))];
        let (fates, left) = settled(&[(1, 7), (2, 7)], unmatched);
        assert_eq!((fates, left), (vec![saved(1); 2], 0));
        let unmatched = vec![result(5, Fate::Unprocessed), result(6, Fate::Unprocessed)];
        let (fates, left) = settled(&[(1, 7), (2, 8)], unmatched);
        assert_eq!((fates, left), (vec![Fate::Unprocessed; 2], 0));
    }

    #[test]
    fn last_result_goes_to_the_last_row() {
        let (fates, left) = settled(&[(1, 7)], vec![result(5, saved(1))]);
        assert_eq!((fates, left), (vec![saved(1)], 0));
    }

    #[test]
    fn results_without_rows_are_left_over() {
        let unmatched = vec![result(7, saved(1)), result(8, saved(2))];
        let (fates, left) = settled(&[(1, 7)], unmatched);
        assert_eq!((fates, left), (vec![saved(1)], 1));
    }
}
