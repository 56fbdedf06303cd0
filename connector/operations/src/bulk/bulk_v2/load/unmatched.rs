//! Results that fit no row as it was sent, because Salesforce wrote a value differently. They are given to rows that have no result yet only
//! where that cannot be wrong: an outcome that says nothing is better than one that says something of another row.

use super::row_result::RowResult;
use crate::bulk::input::fingerprint::Fingerprint;

/// Such a result.
pub struct UnmatchedResult {
    /// The key of its record, or its values in a form that does not depend on how they are written.
    pub likely: u64,
    /// What it says.
    pub row_result: RowResult,
}

/// Gives results to rows that have none; returns how many were left over.
pub fn settle(
    mut unmatched: Vec<UnmatchedResult>,
    fingerprints: &[Fingerprint],
    row_results: &mut [RowResult],
) -> u64 {
    if unmatched.is_empty() {
        return 0;
    }
    let open = row_results.iter().zip(fingerprints).enumerate();
    let mut rows: Vec<(Fingerprint, usize)> = open
        .filter(|(_, (row_result, _))| **row_result == RowResult::Open)
        .map(|(at, (_, fingerprint))| (*fingerprint, at))
        .collect();
    // Rows that are alike stand together, in the order of the input; results stay in the order of the document.
    rows.sort_unstable_by_key(|(fingerprint, at)| (fingerprint.likely, *at));
    unmatched.sort_by_key(|result| result.likely);
    let mut left: Vec<UnmatchedResult> = Vec::new();
    while let Some(likely) = unmatched.last().map(|result| result.likely) {
        let from = unmatched.partition_point(|result| result.likely < likely);
        let alike = unmatched.split_off(from);
        let first = rows.partition_point(|(fingerprint, _)| fingerprint.likely < likely);
        let after = rows.partition_point(|(fingerprint, _)| fingerprint.likely <= likely);
        let group = rows.get(first..after).unwrap_or_default();
        if may_pair(group, &alike) {
            pair(group, &alike, row_results);
        } else {
            left.extend(alike);
        }
    }
    settle_rest(left, row_results)
}

/// Returns whether it does not matter which of the results goes to which of the rows.
fn may_pair(rows: &[(Fingerprint, usize)], results: &[UnmatchedResult]) -> bool {
    let equal_rows = rows.windows(2).all(|pair| match pair {
        [one, other] => one.0 == other.0,
        _ => true,
    });
    rows.len() == results.len() && (equal_rows || all_say_the_same(results))
}

fn all_say_the_same(results: &[UnmatchedResult]) -> bool {
    results.windows(2).all(|pair| match pair {
        [one, other] => one.row_result == other.row_result,
        _ => true,
    })
}

fn pair(rows: &[(Fingerprint, usize)], results: &[UnmatchedResult], row_results: &mut [RowResult]) {
    for ((_, at), result) in rows.iter().zip(results) {
        if let Some(row_result) = row_results.get_mut(*at) {
            *row_result = result.row_result;
        }
    }
}

/// As many results as rows are left, and all say the same: then it is said of every row.
fn settle_rest(left: Vec<UnmatchedResult>, row_results: &mut [RowResult]) -> u64 {
    let open = row_results
        .iter_mut()
        .filter(|row_result| **row_result == RowResult::Open);
    let open: Vec<&mut RowResult> = open.collect();
    if open.len() != left.len() || !all_say_the_same(&left) {
        return left.len() as u64;
    }
    for (row_result, result) in open.into_iter().zip(left) {
        *row_result = result.row_result;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(id: u8) -> RowResult {
        RowResult::Saved {
            id: [id; 18],
            created: true,
        }
    }

    fn result(likely: u64, row_result: RowResult) -> UnmatchedResult {
        UnmatchedResult { likely, row_result }
    }

    fn settled(
        fingerprints: &[(u64, u64)],
        unmatched: Vec<UnmatchedResult>,
    ) -> (Vec<RowResult>, u64) {
        let fingerprints: Vec<Fingerprint> = fingerprints
            .iter()
            .map(|&(exact, likely)| Fingerprint { exact, likely })
            .collect();
        let mut row_results = vec![RowResult::Open; fingerprints.len()];
        let left = settle(unmatched, &fingerprints, &mut row_results);
        (row_results, left)
    }

    #[test]
    fn results_go_to_the_rows_that_are_likely_theirs() {
        let unmatched = vec![result(8, saved(2)), result(7, saved(1))];
        let (row_results, left) = settled(&[(1, 7), (2, 8)], unmatched);
        assert_eq!((row_results, left), (vec![saved(1), saved(2)], 0));
    }

    #[test]
    fn equal_rows_take_results_in_turn() {
        let unmatched = vec![result(7, saved(1)), result(7, saved(2))];
        let (row_results, left) = settled(&[(1, 7), (1, 7)], unmatched);
        assert_eq!((row_results, left), (vec![saved(1), saved(2)], 0));
    }

    #[test]
    fn rows_that_differ_are_not_guessed_at() {
        let unmatched = vec![result(7, saved(1)), result(7, saved(2))];
        let (row_results, left) = settled(&[(1, 7), (2, 7)], unmatched);
        assert_eq!((row_results, left), (vec![RowResult::Open; 2], 2));
    }

    #[test]
    fn rows_that_differ_are_settled_where_all_results_say_the_same() {
        let unmatched = vec![result(7, saved(1)), result(7, saved(1))];
        let (row_results, left) = settled(&[(1, 7), (2, 7)], unmatched);
        assert_eq!((row_results, left), (vec![saved(1); 2], 0));
        let unmatched = vec![
            result(5, RowResult::Unprocessed),
            result(6, RowResult::Unprocessed),
        ];
        let (row_results, left) = settled(&[(1, 7), (2, 8)], unmatched);
        assert_eq!((row_results, left), (vec![RowResult::Unprocessed; 2], 0));
    }

    #[test]
    fn last_result_goes_to_the_last_row() {
        let (row_results, left) = settled(&[(1, 7)], vec![result(5, saved(1))]);
        assert_eq!((row_results, left), (vec![saved(1)], 0));
    }

    #[test]
    fn results_without_rows_are_left_over() {
        let unmatched = vec![result(7, saved(1)), result(8, saved(2))];
        let (row_results, left) = settled(&[(1, 7)], unmatched);
        assert_eq!((row_results, left), (vec![saved(1)], 1));
    }
}
